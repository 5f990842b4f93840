from odoo.tests import tagged

from .common import SurveyCommon


@tagged("post_install", "-at_install")
class TestSurveyPerformance(SurveyCommon):
    """Asking costs queries by the batch, not by the person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.cooldown_days = 30
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": f"C{n:03}", "email": f"c{n}@x.example", "phone": f"+86 138 0013 {n:04}"}
                for n in range(111)
            ]
        )
        orders = cls.env["sale.order"].union(
            *(cls._order(customer, confirm=False) for customer in cls.customers)
        )
        orders.action_confirm()
        cls.pickings = orders.picking_ids.sorted("id")
        cls.pickings.write({"state": "done", "date_done": cls._days_ago(0)})
        cls.env.flush_all()

    def _count(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

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
        requests[:1]._process()
        few = self._count(requests[1:11]._process)
        many = self._count(requests[11:]._process)
        self.assertEqual(set(requests.mapped("state")), {"queued"})
        self.assertLessEqual(many - few, 20)

    def test_messages(self):
        self.customers.email = False
        requests = self._planned()
        requests[:1]._process()
        few = self._count(requests[1:11]._process)
        many = self._count(requests[11:]._process)
        self.assertEqual(set(requests.mapped("channel")), {"sms"})
        self.assertLessEqual(many - few, 20)

    def test_holding_back(self):
        """Nobody has an address: what is left is deciding."""
        self.customers.write({"email": False, "phone": False})
        requests = self._planned()
        requests[:1]._process()
        few = self._count(requests[1:11]._process)
        self.assertLessEqual(self._count(requests[11:]._process), few + 2)
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
        requests[:1]._process()
        few = self._count(requests[1:11]._process)
        many = self._count(requests[11:]._process)
        self.assertTrue(all(requests.mapped("reminded_at")))
        self.assertLessEqual(many - few, 20)

    def test_expiring(self):
        requests = self._planned()
        requests.write({"state": "sent", "expires_at": self._days_ago(0)})
        requests[:1]._process()
        few = self._count(requests[1:11]._process)
        self.assertLessEqual(self._count(requests[11:]._process), few)
        self.assertEqual(set(requests.mapped("state")), {"expired"})
