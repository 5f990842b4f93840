from . import logistics_callback
from . import logistics_complaint
from . import logistics_feedback
from . import logistics_survey_request
