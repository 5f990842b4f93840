from . import logistics_complaint
from . import logistics_profile
