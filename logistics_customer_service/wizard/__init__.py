from . import foundation
from . import customer
from . import shipment
from . import complaint
from . import satisfaction
from . import contact
from . import workplace
