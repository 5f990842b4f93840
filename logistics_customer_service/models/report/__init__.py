from . import logistics_report_mixin
from . import logistics_delivery_report
from . import logistics_shipment_report
from . import logistics_invoice_report
from . import logistics_complaint_report
from . import logistics_complaint_rate_report
