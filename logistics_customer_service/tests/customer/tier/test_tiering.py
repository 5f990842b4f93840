from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import LogisticsCommon


@tagged("post_install", "-at_install")
class TestTiering(LogisticsCommon):
    """From a score to a tier: explained, without flapping, with a person's last word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls._make_scheme()
        cls.low, cls.high = cls.scheme.tier_ids.sorted("threshold")
        cls.customer = cls._customer()
        cls._order(cls.customer, 100)
        cls.profile = cls._profile_of(cls.customer)
        cls.today = cls.company._get_logistics_today()

    @classmethod
    def _make_scheme(cls, **vals):
        """A scheme of the company whose score is its customers' net sales."""
        scheme = cls.env["logistics.tier.scheme"].create(
            {
                "name": "By sales",
                "company_id": cls.company.id,
                "downgrade_margin": 10,
                "minimum_stay_days": 30,
                "tier_ids": [
                    fields.Command.create({"name": "High", "code": "H", "threshold": 50}),
                    fields.Command.create({"name": "Low", "code": "L", "threshold": 0}),
                ],
                "criterion_ids": [
                    fields.Command.create(
                        {
                            "name": "Sales",
                            "metric": "net_amount",
                            "method": "linear",
                            "window_kind": "lifetime",
                            "zero_at": 0,
                            "full_at": 100,
                        }
                    )
                ],
                **vals,
            }
        )
        scheme.state = "in_force"
        return scheme

    def _set_score(self, score, days=0):
        """Make the customer's sales worth ``score`` and run the job ``days`` from today."""
        order = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        order.order_line.price_unit = score
        return self._refresh(self.today + timedelta(days=days))

    def _changes(self):
        return self.profile.tier_change_ids.sorted("id")

    def test_score_and_explanation(self):
        self._set_score(60)
        self.assertEqual((self.profile.score, self.profile.value_score), (60, 60))
        self.assertEqual(
            self.profile.score_id.explanation,
            [
                {
                    "criterion_id": self.scheme.criterion_ids.id,
                    "value": 60.0,
                    "points": 60.0,
                    "weight": 1.0,
                }
            ],
        )
        self.assertIn("Sales", self.profile.with_user(self.agent).score_explanation)

    def test_promotion_is_at_once_and_on_record(self):
        self._set_score(60)
        self.assertEqual(self.profile.tier_id, self.high)
        change = self._changes()[-1]
        self.assertEqual(
            (change.old_tier_id.code, change.new_tier_id, change.score, change.cause),
            ("L", self.high, 60, "score"),
        )
        self.assertEqual((change.direction, change.state), ("up", "applied"))

    def test_downgrade_waits_for_the_minimum_stay(self):
        self._set_score(60)
        self._set_score(10, days=29)
        self.assertEqual(self.profile.tier_id, self.high)
        self._set_score(10, days=30)
        self.assertEqual(self.profile.tier_id, self.low)
        self.assertEqual(self._changes()[-1].direction, "down")

    def test_downgrade_needs_more_than_the_margin(self):
        self._set_score(60)
        self._set_score(40, days=60)
        self.assertEqual(self.profile.tier_id, self.high)
        self._set_score(39.9, days=60)
        self.assertEqual(self.profile.tier_id, self.low)

    def test_no_flapping_around_a_threshold(self):
        for day in range(0, 200, 10):
            self._set_score(51 if day % 20 else 45, days=day)
        self.assertEqual(
            self._changes().filtered(lambda change: change.cause == "score").mapped("direction"),
            ["up"],
        )

    def test_change_is_in_the_chatter(self):
        profile = self.profile.with_context(tracking_disable=False)
        self.cr.precommit.run()
        profile._set_tier(self.high, "score")
        self.env.flush_all()
        self.cr.precommit.run()
        values = profile.message_ids.tracking_value_ids
        self.assertIn("High", values.mapped("new_value_char"))

    def test_lock_wins_until_its_day_is_over(self):
        self._set_score(60)
        self._lock(self.low, self.today + timedelta(days=5))
        self.assertEqual((self.profile.tier_id, self.profile.tier_cause), (self.low, "manual"))
        self.assertEqual(self._changes()[-1].reason, "Debts")
        self._set_score(90, days=5)
        self.assertEqual(self.profile.tier_id, self.low)
        self._set_score(90, days=6)
        self.assertEqual((self.profile.tier_id, self.profile.tier_cause), (self.high, "manual_end"))
        self.assertFalse(self.profile.manual_tier_id or self.profile.manual_reason)

    def _lock(self, tier, until, user=None):
        wizard = self.env["logistics.tier.lock"].with_user(user or self.supervisor)
        return wizard.create(
            {
                "profile_ids": self.profile.ids,
                "tier_id": tier.id,
                "reason": "Debts",
                "until": until,
            }
        ).action_lock()

    def test_release_of_a_lock_gives_the_earned_tier_at_once(self):
        self._set_score(60)
        self._lock(self.high, self.today + timedelta(days=90))
        self._set_score(5)
        self.profile.with_user(self.supervisor).action_release_tier()
        self.assertEqual(self.profile.tier_id, self.low)

    def test_lock_refuses_nonsense(self):
        with self.assertRaises(UserError):
            self._lock(self.high, self.today - timedelta(days=2))
        with self.assertRaises(UserError):
            self._lock(self.vip, self.today + timedelta(days=2))

    def test_agent_cannot_lock_nor_edit_a_tier(self):
        with self.assertRaises(AccessError):
            self._lock(self.high, self.today, user=self.agent)
        for vals in (
            {"tier_id": self.high.id},
            {"manual_tier_id": self.high.id},
            {"manual_until": date(2999, 1, 1)},
            {"tier_since": date(2000, 1, 1)},
            {"tier_opt_out": True},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.profile.with_user(self.agent).write(vals)
        with self.assertRaises(AccessError):
            self.Profile.with_user(self.manager).create(
                {"partner_id": self._customer().id, "tier_id": self.high.id}
            )

    def test_opt_out_forgets_the_score_and_stops_the_machine(self):
        self._set_score(60)
        self.profile.with_user(self.supervisor).tier_opt_out = True
        self.assertFalse(self.profile.score_ids)
        self.assertEqual((self.profile.tier_id, self.profile.tier_cause), (self.low, "opt_out"))
        self._set_score(90)
        self.assertFalse(self.profile.score_ids)
        self.assertEqual(self.profile.tier_id, self.low)
        self.profile.with_user(self.supervisor).tier_opt_out = False
        self._set_score(90)
        self.assertEqual(self.profile.tier_id, self.high)

    def test_opted_out_customer_may_be_locked(self):
        self.profile.with_user(self.supervisor).tier_opt_out = True
        self._lock(self.high, self.today + timedelta(days=9))
        self._set_score(1)
        self.assertEqual(self.profile.tier_id, self.high)

    # --- proposals

    def test_with_approval_a_change_waits_for_the_manager(self):
        self._set_score(10)
        self.company.logistics_tier_approval = True
        self._set_score(60)
        self._set_score(61)
        proposal = self._changes().filtered(lambda change: change.state == "proposed")
        self.assertEqual(self.profile.tier_id, self.low)
        self.assertEqual((len(proposal), proposal.new_tier_id), (1, self.high))
        with self.assertRaises(UserError):
            proposal.with_user(self.supervisor).action_accept()
        proposal.with_user(self.manager).action_accept()
        self.assertEqual(self.profile.tier_id, self.high)
        self.assertEqual((proposal.state, proposal.decided_by_id), ("applied", self.manager))

    def test_proposal_is_withdrawn_when_the_score_returns(self):
        self._set_score(10)
        self.company.logistics_tier_approval = True
        self._set_score(60)
        self._set_score(20)
        self.assertEqual(self._changes()[-1].state, "withdrawn")

    def test_rejected_proposal_does_not_come_back_the_next_night(self):
        self._set_score(10)
        self.company.logistics_tier_approval = True
        self._set_score(60)
        self._changes()[-1].with_user(self.manager).action_reject()
        self._set_score(62)
        self.assertFalse(self._changes().filtered(lambda change: change.state == "proposed"))
        self._set_score(62, days=31)
        self.assertTrue(self._changes().filtered(lambda change: change.state == "proposed"))

    def test_accepting_twice_is_refused(self):
        self._set_score(10)
        self.company.logistics_tier_approval = True
        self._set_score(60)
        proposal = self._changes()[-1].with_user(self.manager)
        proposal.action_accept()
        with self.assertRaises(UserError):
            proposal.action_accept()

    # --- new scheme

    def test_lock_to_the_tier_held_is_on_record(self):
        self._set_score(60)
        self._lock(self.high, self.today + timedelta(days=5))
        self.assertEqual(self.profile.tier_cause, "manual")
        self.profile.with_user(self.supervisor).action_release_tier()
        self.assertEqual((self.profile.tier_id, self.profile.tier_cause), (self.high, "manual_end"))
        self.assertEqual(self._changes()[-2:].mapped("cause"), ["manual", "manual_end"])

    def test_standing_proposals_are_no_news(self):
        self._set_score(10)
        self.company.logistics_tier_approval = True
        self.assertEqual(self._set_score(60).tier_count, 1)
        self.assertEqual(self._set_score(60).tier_count, 0)

    def test_refresh_of_an_archived_customer_changes_no_tier(self):
        self._set_score(60)
        self.profile.active = False
        self.profile.action_refresh()
        self.assertEqual((self.profile.tier_id, self.profile.score), (self.high, 60))

    def test_new_scheme_takes_over_customers_and_locks(self):
        self._set_score(60)
        other = self._customer("Locked")
        self._order(other, 5)
        locked = self._profile_of(other)
        locked._lock_tier(self.high, "Board", date(2999, 1, 1))
        successor = self.scheme.copy()
        successor.with_user(self.manager).action_put_in_force()
        self.assertEqual((self.scheme.state, successor.state), ("retired", "in_force"))
        self.assertEqual(self.profile.tier_id.scheme_id, successor)
        self.assertEqual((self.profile.tier_id.code, self.profile.tier_cause), ("H", "scheme"))
        self.assertEqual(locked.tier_id, successor.tier_ids.filtered(lambda t: t.code == "H"))
        self.assertEqual(locked.manual_tier_id, locked.tier_id)

    def test_customers_without_orders_have_the_default_tier_and_no_score(self):
        profile = self._profile(self._customer("New"))
        self._refresh()
        self.assertEqual(profile.tier_id, self.low)
        self.assertFalse(profile.score_id)
        self.assertFalse(profile.score_explanation)

    def test_archived_customer_keeps_tier_and_score(self):
        self._set_score(60)
        self.profile.active = False
        self._set_score(10, days=200)
        self.assertEqual((self.profile.tier_id, self.profile.score), (self.high, 60))
