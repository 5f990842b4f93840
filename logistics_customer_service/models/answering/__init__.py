from . import survey_survey
from . import survey_question
from . import logistics_survey_request
