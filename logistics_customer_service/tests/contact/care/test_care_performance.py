from datetime import timedelta

from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCarePerformance(CareCommon):
    """Greeting costs queries by the batch, not by the person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._people(111)
        cls.Profile.create(
            [{"partner_id": one.id, "company_id": cls.company.id} for one in cls.customers]
        )
        cls._agree(*cls.customers)
        cls.occasion = cls._occasion(send_hour=0, send_until=24, contact_hours=False)

    def _born_on(self, customers, day):
        customers.write(
            {"logistics_birth_month": str(day.month), "logistics_birth_day": day.day}
        )

    def test_planning(self):
        def plan():
            return self.occasion._plan(self.company)

        self._born_on(self.customers[:1], self.today)
        plan()
        self._born_on(self.customers[1:11], self.today)
        few = self._count(plan)
        self._born_on(self.customers[11:], self.today)
        many = self._count(plan)
        self.assertEqual(len(self._greetings()), 111)
        self.assertLessEqual(many, few)

    def _planned(self):
        self._born_on(self.customers, self.today)
        self._plan()
        greetings = self._greetings()
        self.assertEqual(len(greetings), 111)
        now = self._now()
        greetings.write({"due_at": now, "planned_at": now})
        return greetings

    def test_holding_back(self):
        """Nobody agreed: what is left is deciding."""
        self.env["logistics.consent"].search([]).unlink()
        greetings = self._planned()
        few, many = self._few_and_many(greetings)
        self.assertLessEqual(many, few)
        self.assertEqual(set(greetings.mapped("reason")), {"no_consent"})

    def test_deciding_on_circumstances(self):
        self.customers.bereaved_until = self.today + timedelta(days=9)
        greetings = self._planned()
        few, many = self._few_and_many(greetings)
        self.assertLessEqual(many, few)
        self.assertEqual(set(greetings.mapped("reason")), {"bereavement"})

    def test_mails(self):
        """Odoo writes mails fifty at a time; one person more is no query more."""
        greetings = self._planned()
        few, many = self._few_and_many(greetings)
        self.assertEqual(set(greetings.mapped("state")), {"queued"})
        self.assertLessEqual(many - few, 20)

    def test_messages(self):
        self.customers.email = False
        greetings = self._planned()
        few, many = self._few_and_many(greetings)
        self.assertEqual(set(greetings.mapped("channel")), {"sms"})
        self.assertLessEqual(many - few, 20)
