from . import logistics_outcome_mixin
from . import logistics_outcome_part_mixin
from . import logistics_outcome_line
from . import logistics_outcome_order
from . import logistics_outcome_delivery
from . import logistics_outcome_rebuild
from . import logistics_outcome_judge
from . import logistics_profile
from . import logistics_profile_fact
from . import res_company
from . import sale_order
from . import sale_order_line
from . import stock_move
from . import stock_picking
from . import account_move
from . import logistics_delivery_remark
from . import logistics_shipment_event
from . import logistics_run
from . import logistics_tier_change
from . import stock_picking_type

# what is here serves every part: ``res_groups.PARTS``
PART = None
