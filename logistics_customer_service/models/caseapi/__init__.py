from . import logistics_complaint
