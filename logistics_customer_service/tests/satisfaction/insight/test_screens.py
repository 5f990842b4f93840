from odoo.addons.web.tests import test_js
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestInsightScreens(HttpCase):
    def test_the_screens(self):
        """The screens' own tests, in a browser."""
        suite = test_js.HOOTCommon._generate_hash(self, "@logistics_customer_service/satisfaction/insight")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
        )
