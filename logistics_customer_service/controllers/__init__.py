from . import carrier_events
from . import result_letter
