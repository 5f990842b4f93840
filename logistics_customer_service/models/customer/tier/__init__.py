from . import base
from . import logistics_tier_scheme
from . import logistics_tier_scheme_part_mixin
from . import logistics_tier
from . import logistics_tier_criterion
from . import logistics_tier_criterion_step
from . import logistics_tier_change
from . import logistics_profile
from . import logistics_profile_rating
from . import logistics_profile_portal
from . import logistics_run
from . import logistics_run_change

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "tiers"
