from . import logistics_lead_time
from . import stock_picking
from . import sale_order_line
from . import sale_order
