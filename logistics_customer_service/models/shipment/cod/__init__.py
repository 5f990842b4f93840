from . import logistics_cod_rule
from . import logistics_cod
from . import logistics_cod_report
from . import logistics_profile
from . import logistics_retention_policy
from . import sale_order
from . import stock_move
from . import stock_picking

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "cod"
