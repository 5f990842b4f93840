from . import res_company
from . import res_config_settings
from . import logistics_tracking_link
from . import stock_picking
