from . import logistics_indicator_compute
from . import logistics_indicator_unfreeze
