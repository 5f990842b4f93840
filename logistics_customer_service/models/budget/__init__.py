from . import logistics_consent_purpose
from . import logistics_callback_purpose
from . import logistics_callback
from . import logistics_survey_request
from . import logistics_contact
from . import logistics_contact_turn
from . import logistics_contact_budget
