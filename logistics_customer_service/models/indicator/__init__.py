from . import logistics_indicator
from . import logistics_indicator_goal
from . import logistics_indicator_month
from . import logistics_indicator_figure
from . import logistics_delivery_report
from . import res_company
from . import res_config_settings
from . import digest_digest
