from . import carrier_events
from . import tracking
from . import portal_deliveries
