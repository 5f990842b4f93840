from . import refuse_page
