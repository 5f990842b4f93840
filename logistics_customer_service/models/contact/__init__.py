from . import res_company
from . import res_config_settings
from . import logistics_contact_document_mixin
from . import callback
from . import budget
from . import visit
from . import visit_report
from . import care
