from . import portal_data
from . import refuse_page
