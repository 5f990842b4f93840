from . import logistics_visit_report_mixin
from . import logistics_visitor_report_mixin
from . import logistics_urgent_follow_up_mixin
from . import logistics_visit_urgent_report
from . import logistics_visit_daily_report
from . import logistics_visit_daily_report_line
from . import logistics_visit_daily_report_missing
from . import logistics_visit_monthly_report
from . import logistics_visit_monthly_report_drawing
from . import logistics_visit_monthly_report_figure
from . import logistics_visit
from . import logistics_visit_action
from . import logistics_complaint
from . import logistics_improvement

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "visits"
