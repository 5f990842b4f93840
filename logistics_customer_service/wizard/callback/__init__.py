from . import logistics_callback_postpone
from . import logistics_callback_reassign
from . import logistics_complaint_intake
from . import logistics_survey_phone
