from . import res_company
from . import logistics_settings_mixin
from . import delivery_carrier
from . import logistics_promise
from . import logistics_event_code
from . import logistics_carrier_inbox
from . import logistics_carrier_key
from . import logistics_shipment_event
from . import sale_order
from . import sale_order_line
from . import logistics_return_reason_mixin
from . import stock_picking
from . import stock_move
from . import logistics_reason
from . import logistics_delivery_remark
from . import account_move
from . import logistics_profile
from . import logistics_retention_policy
from . import outcome
from . import arrival
from . import tracking
from . import notice
from . import exception
from . import cod
from . import indicator
from . import logistics_personal

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "shipments"
