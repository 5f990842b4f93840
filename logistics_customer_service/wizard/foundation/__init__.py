from . import logistics_sending_preview_mixin
from . import logistics_link_copy
