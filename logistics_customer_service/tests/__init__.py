from .customer import test_profile
from .customer import test_profile_merge
from .customer import test_profile_facts
from .customer import test_documents
from .tiering import test_tiering
from .tiering import test_tier_scheme
from .tiering import test_run
from .shipment import test_shipment
from .shipment import test_carrier_api
from .complaint import test_complaint
from .complaint import test_intake
from .complaint import test_mail
from .complaint import test_assignment
from .complaint import test_merge
from .complaint import test_security as test_complaint_security
from .complaint import test_performance as test_complaint_performance
from .report import test_delivery_report
from .resolution import test_authority
from .resolution import test_execution
from .resolution import test_resolution
from . import test_security
from . import test_multicompany
from . import test_performance
from . import test_tours
from . import test_translation
