from . import res_company
from . import res_config_settings
from . import ir_attachment
from . import logistics_service_team
from . import logistics_complaint
from . import stock_picking
