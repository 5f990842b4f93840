from . import customer
from . import tiering
from . import core
from . import shipment
from . import report
from . import cod
from . import indicator
