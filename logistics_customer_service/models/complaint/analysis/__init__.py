from . import logistics_complaint_report
from . import logistics_complaint_rate_report
