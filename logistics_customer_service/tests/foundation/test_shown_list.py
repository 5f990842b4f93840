from odoo.tests import tagged

from ..common_screens import ScreensCommon


@tagged("post_install", "-at_install")
class TestShownList(ScreensCommon):
    def test_the_list(self):
        """The list's own tests, in a browser."""
        self._run_suite("@logistics_customer_service/foundation/shown_list")
