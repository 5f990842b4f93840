from . import logistics_delivery_report
