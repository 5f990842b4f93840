from . import base_partner_merge
from . import logistics_cod_remittance
from . import logistics_indicator_compute
from . import logistics_indicator_unfreeze
from . import logistics_promise_agree
from . import logistics_tier_lock
from . import logistics_tier_simulation
