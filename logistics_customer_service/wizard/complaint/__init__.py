from . import logistics_complaint_intake
from . import logistics_complaint_merge_confirm
from . import logistics_compensation_refuse
from . import logistics_complaint_step_up
