from . import survey_answer
from . import survey_rating
from . import survey_counter
