from . import customer
from . import tiering
from . import core
