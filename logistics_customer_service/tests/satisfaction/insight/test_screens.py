from odoo.tests import tagged

from ...common_screens import ScreensCommon


@tagged("post_install", "-at_install")
class TestInsightScreens(ScreensCommon):
    def test_the_screens(self):
        """The screens' own tests, in a browser."""
        self._run_suite("@logistics_customer_service/satisfaction/insight")
