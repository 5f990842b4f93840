from . import base_partner_merge
from . import logistics_tier_lock
from . import logistics_tier_simulation
