from . import logistics_survey_phone
