from . import export
from . import link_page
from . import portal_list
from . import portal_my_data
