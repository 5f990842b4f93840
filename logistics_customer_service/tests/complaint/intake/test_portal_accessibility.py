from odoo.tests import tagged

from ...foundation.common_accessibility import AccessibilityHttp
from .common import SelfServiceHttp


@tagged("post_install", "-at_install")
class TestPortalAccessibility(AccessibilityHttp, SelfServiceHttp):
    """Nothing keeps a customer from using what is ours on the portal."""

    browser_size = "390x844"

    def test_pages_of_the_portal(self):
        table, page = ".o_portal_my_doc_table", ".o_logistics_page"
        delivery = self._deliver(self._order(self.customer))
        scopes = {
            "/my": "#portal_alert_category",
            "/my/cases": table,
            f"/my/cases/{self.case.id}": page,
            "/my/cases/new": page,
            "/my/deliveries": table,
            f"/my/deliveries/{delivery.id}": page,
            "/my/data": page,
        }
        with self._browser(login=self.user.login) as browser:
            for path, scope in scopes.items():
                with self.subTest(path):
                    browser.navigate_to(self.base_url() + path, wait_stop=True)
                    self.assertFalse(self._get_faults(browser, scope))

    def test_what_is_urgent_stands_first(self):
        """What waits for the customer is counted apart from all that there is."""
        self.authenticate(self.user.login, self.user.login)
        self._deliver(self._order(self.customer))
        counters = ["case_waiting_count", "delivery_coming_count"]
        asked = {"params": {"counters": counters}}
        self.assertEqual(self._count(asked), {"case_waiting_count": 0, "delivery_coming_count": 0})
        self.case._move_to_phase("waiting_customer")
        coming = self._order(self.customer).picking_ids
        self.env.flush_all()
        self.assertEqual(self._count(asked), {"case_waiting_count": 1, "delivery_coming_count": 1})
        self.assertIn(self.case.number, self.url_open("/my/cases?filterby=waiting").text)
        self.assertIn(coming.name, self.url_open("/my/deliveries?filterby=coming").text)

    def _count(self, asked):
        answer = self.url_open("/my/counters", json=asked).json()["result"]
        return {name: answer[name] for name in asked["params"]["counters"]}
