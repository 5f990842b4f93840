from . import test_outgoing
