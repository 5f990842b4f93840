from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from .common import SurveyCommon

PLANNER = f"odoo.addons.{MODULE}.models.satisfaction.request.logistics_survey_policy"


@tagged("post_install", "-at_install")
class TestCalendar(SurveyCommon):
    """Occasions that the calendar brings: the first order, and each customer's turn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False

    def _plan(self):
        for policy, company in self.Policy._get_rounds():
            policy._plan_round_or_log(company)

    def test_first_order(self):
        policy = self._policy(trigger="first_order", first_order_days=30)
        young, due, old = (self._customer(name) for name in ("Young", "Due", "Old"))
        self._order(young, at=self._days_ago(29))
        order = self._order(due, at=self._days_ago(32))
        self._order(due, at=self._days_ago(3))
        self._order(old, at=self._days_ago(60))
        self._order(old, at=self._days_ago(31))
        self._refresh()
        self._plan()
        request = self._requests(policy=policy)
        self.assertEqual((request.partner_id, request.order_id), (due, order))
        self._plan()
        self.assertEqual(self._requests(policy=policy), request)

    def test_first_order_of_a_contact_asks_the_contact(self):
        policy = self._policy(trigger="first_order", first_order_days=30)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        self._order(contact, at=self._days_ago(31))
        self._refresh()
        self._plan()
        request = self._requests(policy=policy)
        self.assertEqual(request.partner_id, contact)
        self.assertEqual(request.profile_id, self._profile_of(self.customer))

    def _turns(self, policy, days):
        """Return who is asked on which of so many days, planning each day."""
        asked = {}
        first = self.company._get_logistics_today()
        for number in range(days):
            day = first + timedelta(days=number)
            with patch.object(
                type(self.company), "_get_logistics_today", lambda _self, day=day: day
            ):
                facts = policy._find_turns(self.company)
                self.Request._plan_by(policy, facts)
            for request in self._requests(policy=policy):
                asked.setdefault(request, day)
        return asked

    def test_everybody_once_in_a_period_spread_over_its_days(self):
        policy = self._policy(trigger="periodic", period_months=1)
        customers = [self._customer(f"C{n}") for n in range(20)]
        for customer in customers:
            self._order(customer)
        self._refresh()
        with patch(f"{PLANNER}.CATCH_UP", 1):
            asked = self._turns(policy, 30)
        self.assertEqual(
            sorted(request.partner_id.id for request in asked), [one.id for one in customers]
        )
        self.assertGreater(len(set(asked.values())), 8, "not all on a few days")

    def _found(self, policy, day, catch_up):
        with (
            patch(f"{PLANNER}.CATCH_UP", catch_up),
            patch.object(type(self.company), "_get_logistics_today", lambda _self: day),
        ):
            return {fact["occasion"] for fact in policy._find_turns(self.company)}

    def test_days_nobody_planned_are_made_up_for(self):
        """A day finds what the week that ends with it would have found day by day."""
        policy = self._policy(trigger="periodic", period_months=1)
        for number in range(20):
            self._order(self._customer(f"C{number}"))
        self._refresh()
        today = self.company._get_logistics_today()
        days = [self._found(policy, today - timedelta(days=number), 1) for number in range(30)]
        self.assertEqual(sum(map(len, days)), 20, "each customer has one day")
        self.assertEqual(self._found(policy, today, 7), set().union(*days[:7]))

    def test_tiers_and_customers_who_are_gone(self):
        policy = self._policy(
            trigger="periodic", period_months=1, tier_ids=[Command.set(self.vip.ids)]
        )
        vip, other, gone = (self._customer(name) for name in ("Vip", "Other", "Gone"))
        for customer, days in ((vip, 2), (other, 2), (gone, 100)):
            self._order(customer, at=self._days_ago(days))
        self._refresh()
        for customer in (vip, gone):
            self._profile_of(customer).sudo()._set_tier(self.vip, "score")
        self._turns(policy, 30)
        self.assertEqual(self._requests(policy=policy).partner_id, vip)

    def test_broken_policy_leaves_the_others(self):
        broken = self._policy(trigger="first_order", sequence=1)
        policy = self._policy(trigger="first_order", sequence=2)
        self._order(self.customer, at=self._days_ago(31))
        self._refresh()
        find = type(policy)._find_first_orders

        def find_or_break(record, company):
            if record == broken:
                company.env.cr.execute("SELECT no_such_column FROM logistics_profile")
            return find(record, company)

        with (
            patch.object(type(policy), "_find_first_orders", find_or_break),
            mute_logger("odoo.sql_db", PLANNER),
        ):
            self._plan()
        self.assertFalse(self._requests(policy=broken))
        self.assertTrue(self._requests(policy=policy))

    def test_company_that_asks_nobody(self):
        self.company.logistics_survey = False
        self._policy(trigger="first_order", company_id=False)
        self.assertNotIn(self.company, [company for _policy, company in self.Policy._get_rounds()])
