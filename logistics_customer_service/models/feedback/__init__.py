from . import survey_user_input
from . import logistics_feedback
from . import logistics_feedback_score
