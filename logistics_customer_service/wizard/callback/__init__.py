from . import logistics_callback_postpone
from . import logistics_callback_reassign
