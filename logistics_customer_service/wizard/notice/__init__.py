from . import logistics_notice_preview
