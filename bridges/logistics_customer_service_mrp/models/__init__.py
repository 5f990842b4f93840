from . import sale_order_line
from . import stock_move
