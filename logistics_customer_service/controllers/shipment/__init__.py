from . import carrier_events
from . import notice_refuse
from . import tracking
from . import portal_deliveries

# the part of customer service that this room is: ``res_groups.PARTS``
PART = "shipments"
