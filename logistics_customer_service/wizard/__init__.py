from . import base_partner_merge
from . import logistics_tier_lock
from . import logistics_tier_simulation
from . import logistics_promise_agree
from . import logistics_compensation_refuse
from . import logistics_complaint_intake
from . import logistics_complaint_merge_confirm
