from . import case_api
from . import result_letter
from . import portal_cases
from . import service_form
