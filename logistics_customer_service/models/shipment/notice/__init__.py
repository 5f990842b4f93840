from . import logistics_notice_rule
from . import logistics_notice
from . import logistics_shipment_event
from . import logistics_profile
from . import sale_order
from . import sms_sms
from . import stock_picking
from . import logistics_retention_policy
