from . import logistics_promise
from . import logistics_event_code
from . import logistics_carrier_key
from . import logistics_shipment_event
from . import sale_order
from . import sale_order_line
from . import stock_picking
from . import stock_move
