from . import carrier_events
from . import notice_refuse
from . import tracking
from . import portal_deliveries
