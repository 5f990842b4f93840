from . import logistics_complaint_category
from . import logistics_complaint_stage
from . import logistics_remedy
from . import logistics_priority_rule
from . import logistics_service_team
from . import logistics_case_customer_mixin
from . import logistics_phase_mixin
from . import logistics_team_work_mixin
from . import logistics_complaint
from . import logistics_complaint_line
from . import logistics_profile
from . import res_company
from . import logistics_settings_mixin
from . import deadline
from . import settlement
from . import intake
from . import desk
from . import analysis
from . import logistics_personal
from . import logistics_privacy_protocol

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "cases"
