from . import logistics_aspect
from . import survey_survey
from . import survey_question
from . import survey_question_answer
from . import request
from . import answer
from . import insight
