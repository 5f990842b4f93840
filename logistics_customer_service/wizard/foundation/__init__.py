from . import logistics_sending_preview_mixin
