from . import customer
from . import tiering
from . import core
from . import shipment
from . import arrival
from . import reason
from . import report
from . import tracking
