from . import res_users
from . import logistics_visit_plan
from . import logistics_visit
from . import logistics_visit_finding
from . import logistics_visit_action
from . import calendar_event
from . import calendar_attendee
from . import logistics_consent
from . import logistics_retention_policy
from . import logistics_touchpoint
from . import logistics_profile
from . import logistics_tier
from . import logistics_visit_planning
from . import logistics_visit_coverage
from . import logistics_visit_analysis
from . import mail_activity
from . import res_partner

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "visits"
