from . import carrier_events
from . import tracking
from . import portal_deliveries
from . import result_letter
from . import portal_cases
from . import service_form
from . import survey_answer
