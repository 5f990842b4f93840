from . import survey_survey
from . import survey_question
from . import logistics_survey_request
from . import logistics_survey_counter
from . import logistics_rating_mixin
from . import stock_picking
from . import logistics_complaint
from . import logistics_profile
