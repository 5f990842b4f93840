from . import customer
from . import tiering
from . import core
from . import shipment
from . import complaint
from . import resolution
from . import report
