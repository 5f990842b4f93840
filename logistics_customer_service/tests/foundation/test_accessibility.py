from odoo.tests import tagged

from .common_accessibility import AccessibilityHttp
from .common_pages import LinkPages


@tagged("post_install", "-at_install")
class TestLinkPageAccessibility(AccessibilityHttp, LinkPages):
    """Nothing keeps anybody from using a page that a link opens, on the phone least of all."""

    browser_size = "390x844"

    def test_pages_of_links(self):
        addresses = {name: path for name, (path, _close) in self.pages.items()}
        addresses["dead link"] = addresses["tracking"][:-1]
        addresses["in Chinese"] = addresses["tracking"] + "/zh_CN"
        with self._browser() as browser:
            for name, path in addresses.items():
                with self.subTest(page=name):
                    browser.navigate_to(self.base_url() + path, wait_stop=True)
                    self.assertFalse(self._get_faults(browser))
                    self.assertFalse(self._get_small_targets(browser))
