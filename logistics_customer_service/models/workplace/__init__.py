from . import logistics_complaint
from . import logistics_callback
from . import logistics_compensation
from . import logistics_indicator
from . import logistics_work
from . import logistics_work_parts
from . import logistics_work_done
from . import logistics_overview
