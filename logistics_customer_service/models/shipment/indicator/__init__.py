from . import logistics_report_mixin
from . import logistics_customer_report_mixin
from . import logistics_promise_report_mixin
from . import logistics_day_mixin
from . import logistics_delivery_report
from . import logistics_shipment_report
from . import logistics_invoice_report
from . import logistics_order_day
from . import logistics_delivery_day
from . import logistics_outcome_judge
from . import logistics_outcome_rebuild
from . import sale_order
from . import stock_picking
from . import logistics_indicator
from . import logistics_indicator_goal
from . import logistics_indicator_month
from . import logistics_indicator_figure
from . import digest_digest

# what is here serves every part: ``res_groups.PARTS``
PART = None
