from odoo.tests import tagged

from ...common_screens import ScreensCommon


@tagged("post_install", "-at_install")
class TestCountdown(ScreensCommon):
    def test_the_widget(self):
        """The countdown's own tests, in a browser."""
        self._run_suite("@logistics_customer_service/complaint/countdown")
