import sys
from types import ModuleType

from logistics_customer_service.tools.foundation.parts import get_part
