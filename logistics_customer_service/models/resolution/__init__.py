from . import res_company
from . import res_config_settings
from . import logistics_tier
from . import logistics_compensation_standard
from . import logistics_compensation
from . import logistics_compensation_line
from . import logistics_result_letter
from . import logistics_complaint
