from odoo.tests import tagged

from ...common_screens import ScreensCommon


@tagged("post_install", "-at_install")
class TestPhoneScreen(ScreensCommon):
    def test_keys(self):
        self._run_suite("@logistics_customer_service/satisfaction/answer")
