from . import logistics_callback
from . import logistics_callback_report
