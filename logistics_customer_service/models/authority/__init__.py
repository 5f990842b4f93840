from . import logistics_compensation_turn
from . import logistics_authority
from . import logistics_compensation
