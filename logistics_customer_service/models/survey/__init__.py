from . import logistics_aspect
from . import survey_survey
from . import survey_question
from . import survey_question_answer
from . import logistics_survey_policy
from . import logistics_survey_request
