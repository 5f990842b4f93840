from . import logistics_survey_policy
from . import logistics_survey_request
from . import sms_sms
from . import stock_picking
from . import logistics_shipment_event
from . import logistics_profile
from . import logistics_survey_request_queue
from . import logistics_retention_policy
