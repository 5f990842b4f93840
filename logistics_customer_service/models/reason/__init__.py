from . import logistics_reason
from . import logistics_delivery_remark
from . import account_move
from . import sale_order_line
from . import stock_move
from . import stock_picking
