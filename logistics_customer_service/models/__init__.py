from . import customer
from . import tiering
from . import core
from . import shipment
from . import arrival
from . import exception
from . import report
