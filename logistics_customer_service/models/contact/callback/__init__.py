from . import logistics_callback_purpose
from . import logistics_callback_policy
from . import logistics_callback
from . import logistics_callback_attempt
from . import logistics_retention_policy
from . import logistics_complaint
from . import logistics_complaint_merge
from . import logistics_feedback
from . import logistics_profile
from . import logistics_survey_policy
from . import logistics_shipment_event
from . import stock_picking
from . import logistics_callback_choice
from . import logistics_callback_queue
from . import logistics_callback_report
from . import logistics_callback_screen

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "callbacks"
