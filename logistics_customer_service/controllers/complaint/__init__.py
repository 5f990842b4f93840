from . import case_api
from . import result_letter
from . import portal_cases
from . import service_form

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "cases"
