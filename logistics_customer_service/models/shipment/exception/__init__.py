from . import stock_picking
from . import logistics_exception
from . import logistics_profile
from . import logistics_exception_delivery
from . import logistics_shipment_event
from . import sale_order
from . import logistics_outcome_judge
