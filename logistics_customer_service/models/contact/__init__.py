from . import callback
from . import budget
from . import visit
from . import visit_report
from . import care
