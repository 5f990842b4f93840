from . import logistics_sending_preview_mixin
from . import base_partner_merge
from . import account_move_reversal
from . import stock_return_picking
