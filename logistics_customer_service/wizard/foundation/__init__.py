from . import logistics_sending_preview_mixin
from . import logistics_link_copy
from . import logistics_assign
from . import logistics_erasure
from . import logistics_person_file
from . import privacy_lookup_wizard
from . import privacy_lookup_wizard_line
