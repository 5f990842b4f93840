from . import logistics_visit_cancel
