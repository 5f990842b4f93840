from . import logistics_cached_mixin
from . import logistics_secret_mixin
from . import logistics_reaction_mixin
from . import logistics_sending_mixin
from . import logistics_sending_rule_mixin
from . import mail_mail
from . import sms_sms
from . import ir_sequence
