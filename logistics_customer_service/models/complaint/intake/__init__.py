from . import res_partner
from . import mail_thread
from . import logistics_service_team
from . import logistics_complaint
from . import ir_attachment
from . import logistics_complaint_form
from . import stock_picking
from . import logistics_complaint_api
