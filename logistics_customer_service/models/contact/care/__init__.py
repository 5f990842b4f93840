from . import res_partner
from . import logistics_care_holiday
from . import logistics_care_day
from . import logistics_care_occasion
from . import logistics_greeting
from . import logistics_profile
from . import logistics_touchpoint
from . import sms_sms
from . import logistics_retention_policy

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "care"
