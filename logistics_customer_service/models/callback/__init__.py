from . import logistics_callback_purpose
from . import logistics_callback_policy
from . import logistics_callback
from . import logistics_callback_attempt
from . import logistics_complaint
from . import logistics_feedback
from . import logistics_profile
from . import logistics_survey_policy
