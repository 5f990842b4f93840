from . import res_company
from . import logistics_settings_mixin
from . import logistics_aspect
from . import survey_survey
from . import survey_question
from . import survey_question_answer
from . import logistics_rating_mixin
from . import logistics_survey_occasion_mixin
from . import logistics_complaint
from . import request
from . import answer
from . import insight
from . import logistics_personal

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "surveys"
