from . import logistics_survey_phone
from . import logistics_survey_preview
from . import logistics_survey_ask
