from odoo.tests import tagged

from .common import SurveyCommon


@tagged("post_install", "-at_install")
class TestSurveyPerformance(SurveyCommon):
    """Asking costs queries by the batch, not by the person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.cooldown_days = 30
        cls.customers = cls._people(111)
        orders = cls.env["sale.order"].union(
            *(cls._order(customer, confirm=False) for customer in cls.customers)
        )
        orders.action_confirm()
        cls.pickings = orders.picking_ids.sorted("id")
        cls.pickings.write({"state": "done", "date_done": cls._days_ago(0)})
        cls.env.flush_all()

    def _planned(self):
        self.pickings._plan_survey_requests()
        requests = self._requests(self.pickings)
        self.assertEqual(len(requests), 111)
        requests.due_at = self._days_ago(0)
        return requests

    def test_planning(self):
        self.pickings[:1]._plan_survey_requests()
        few = self._count(self.pickings[1:11]._plan_survey_requests)
        many = self._count(self.pickings[11:]._plan_survey_requests)
        self.assertEqual(len(self._requests(self.pickings)), 111)
        self.assertLessEqual(many, few)

    def test_mails(self):
        """Odoo writes mails fifty at a time; one person more is no query more."""
        requests = self._planned()
        few, many = self._few_and_many(requests)
        self.assertEqual(set(requests.mapped("state")), {"queued"})
        self.assertLessEqual(many - few, 20)

    def test_messages(self):
        self.customers.email = False
        requests = self._planned()
        few, many = self._few_and_many(requests)
        self.assertEqual(set(requests.mapped("channel")), {"sms"})
        self.assertLessEqual(many - few, 20)

    def test_holding_back(self):
        """Nobody has an address: what is left is deciding."""
        self.customers.write({"email": False, "phone": False})
        requests = self._planned()
        few, many = self._few_and_many(requests)
        self.assertLessEqual(many, few + 2)
        self.assertEqual(set(requests.mapped("reason")), {"no_address"})

    def test_reminding_costs_what_asking_costs(self):
        requests = self._planned()
        requests.write(
            {
                "state": "sent",
                "channel": "sms",
                "address": "+8613800130000",
                "sent_at": self._days_ago(3),
            }
        )
        few, many = self._few_and_many(requests)
        self.assertTrue(all(requests.mapped("reminded_at")))
        self.assertLessEqual(many - few, 20)

    def test_expiring(self):
        requests = self._planned()
        requests.write({"state": "sent", "expires_at": self._days_ago(0)})
        few, many = self._few_and_many(requests)
        self.assertLessEqual(many, few)
        self.assertEqual(set(requests.mapped("state")), {"expired"})
