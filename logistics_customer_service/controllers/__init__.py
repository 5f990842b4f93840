from . import foundation
from . import shipment
from . import complaint
from . import satisfaction
from . import contact
