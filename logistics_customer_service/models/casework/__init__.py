from . import logistics_service_team
from . import logistics_complaint
from . import logistics_complaint_merge
from . import logistics_exception
from . import logistics_profile
from . import res_partner
from . import sale_order
from . import stock_picking
