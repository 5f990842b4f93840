from . import logistics_survey_policy
from . import logistics_survey_request
