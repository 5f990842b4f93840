from . import res_partner
from . import mail_thread
from . import logistics_service_team
from . import logistics_complaint
