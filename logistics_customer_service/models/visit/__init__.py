from . import res_users
from . import logistics_visit_plan
from . import logistics_visit
from . import logistics_visit_finding
from . import logistics_visit_action
