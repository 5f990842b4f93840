from . import survey_answer
from . import survey_rating
from . import survey_refuse
from . import survey_counter
from . import survey_pages

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "surveys"
