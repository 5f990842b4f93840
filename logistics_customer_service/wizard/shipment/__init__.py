from . import logistics_promise_agree
from . import logistics_shipment_reroute
from . import logistics_exception_assign
from . import logistics_exception_settle
from . import logistics_cod_remittance
