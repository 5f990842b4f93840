from . import logistics_responsible_party
from . import logistics_cause
from . import logistics_complaint_why
from . import logistics_evidence
from . import logistics_investigation
