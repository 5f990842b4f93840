from . import logistics_compensation
from . import logistics_recovery
