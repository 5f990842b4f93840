from . import logistics_tracking_link
from . import stock_picking
