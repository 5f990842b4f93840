from . import logistics_complaint_intake
from . import logistics_complaint_merge_confirm
from . import logistics_compensation_refuse
from . import logistics_result_letter_told
from . import mail_compose_message
from . import logistics_complaint_step_up
