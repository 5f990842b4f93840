from . import base_partner_merge
from . import logistics_care_dates
from . import logistics_bereavement
from . import logistics_care_load
from . import logistics_care_preview
