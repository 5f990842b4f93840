from . import customer
from . import tiering
from . import core
from . import shipment
from . import notice
from . import report
