from odoo.addons.web.tests import test_js
from odoo.tests import HttpCase, tagged

SUITE = "@logistics_customer_service/complaint/countdown"


@tagged("post_install", "-at_install")
class TestCountdown(HttpCase):
    def test_the_widget(self):
        """The countdown's own tests, in a browser."""
        suite = test_js.HOOTCommon._generate_hash(self, SUITE)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
        )
