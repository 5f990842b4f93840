from odoo.addons.web.tests import test_js
from odoo.tests import HttpCase


class ScreensCommon(HttpCase):
    """Screens that have tests of their own, in JavaScript."""

    def _run_suite(self, suite):
        """Run the tests of a suite in a browser.

        :param suite: its path, ``@logistics_customer_service/room/…``
        """
        suite_id = test_js.HOOTCommon._generate_hash(self, suite)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite_id}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
        )
