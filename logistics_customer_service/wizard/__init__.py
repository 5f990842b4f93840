from . import core
from . import tiering
from . import shipment
from . import notice
from . import indicator
from . import complaint
from . import answering
from . import survey
