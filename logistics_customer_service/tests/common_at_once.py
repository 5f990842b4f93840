import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name
from odoo.tools import mute_logger


class AtOnceCommon(BaseCase):
    """What happens at the same moment, on connections of their own; ``_clean`` removes it."""

    def setUp(self):
        super().setUp()
        # the loader holds the registry's lock while tests run
        self.patch(Registry, "_lock", DummyRLock())
        self.registry = Registry(get_db_name())
        self.addCleanup(self._clean)

    def _clean(self):
        raise NotImplementedError

    @contextmanager
    def _environment(self, uid=SUPERUSER_ID, **context):
        """Yield an environment on a connection of its own; what is done there is committed."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, uid, context)

    @staticmethod
    def _side_by_side(run, calls):
        """Run a function on each tuple of arguments, all at once, and wait for them."""
        threads = [threading.Thread(target=run, args=call) for call in calls]
        with patch("time.sleep"), mute_logger("odoo.service.model", "odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
