from . import customer
from . import tiering
from . import core
from . import shipment
from . import complaint
from . import casework
from . import intake
from . import report
