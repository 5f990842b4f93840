from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import SurveyCommon


@tagged("post_install", "-at_install")
class TestOnTheSpot(SurveyCommon):
    """The request of an occasion that is answered where the customer is."""

    def _get(self, picking, policy=None, partner=None, **vals):
        return self.Request._get_or_plan(
            policy or self.policy, partner or self.customer, {"picking_id": picking.id, **vals}
        )

    def test_made_if_missing_and_never_sent(self):
        self.policy.active = False
        picking = self._delivered()
        self.assertFalse(self._requests(picking))
        self.policy.active = True
        request = self._get(picking)
        self.assertEqual(self._requests(picking), request)
        self.assertEqual((request.state, request.partner_id), ("waiting", self.customer))
        self.assertEqual(request.order_id, picking.sale_id)
        self.assertGreater(request.expires_at, fields.Datetime.now() + timedelta(days=20))
        with self._later(days=5):
            self.assertFalse(self._send_all())
            self.assertEqual(self._get(picking), request)
        with self._later(days=22):
            self.assertFalse(self._send_all())
            self.assertEqual(request.state, "expired")

    def test_one_planned_stays_as_it_is_and_is_open(self):
        picking = self._delivered()
        planned = self._requests(picking)
        self.assertEqual(self._get(picking), planned)
        self.assertTrue(planned.expires_at)
        self.assertEqual(len(self._send_all()), 1)

    def test_delivery_answered_before_it_was_planned_is_not_asked_about_again(self):
        picking = self._delivery()
        self._requests(picking).unlink()
        request = self._get(picking)
        request.write({"state": "answered", "answered_at": fields.Datetime.now()})
        self._say(picking, "delivered")
        self.assertFalse(self._send_all())
        self.assertEqual(self._requests(picking), request)

    def test_whoever_was_not_asked_may_answer(self):
        self.policy.cooldown_days = 30
        self._asked()
        picking = self._delivered()
        self._run()
        request = self._requests(picking)
        self.assertEqual(request.reason, "cooldown")
        self.assertEqual(self._get(picking), request)
        self.assertEqual(request.state, "suppressed")
        self.assertTrue(request.expires_at)

    def test_expired_opens_again(self):
        picking = self._delivered()
        self._send_all()
        with self._later(days=30):
            self._run()
            request = self._get(picking)
            self.assertEqual(request.state, "sent")
            self.assertGreater(request.expires_at, fields.Datetime.now())

    def test_revoked_is_none(self):
        picking = self._delivered()
        self._requests(picking).action_revoke()
        self.assertFalse(self._get(picking))

    def test_answered_is_returned_untouched(self):
        picking = self._delivered()
        request = self._requests(picking)
        request.state = "answered"
        self.assertEqual(self._get(picking), request)
        self.assertFalse(request.expires_at)

    def test_people_without_rights(self):
        """An agent by phone and the public's page alike."""
        picking = self._delivered()
        for user in (self.agent, self.env.ref("base.public_user")):
            request = (
                self.Request.with_user(user)
                .with_company(self.company)
                ._get_or_plan(self.policy, self.customer, {"picking_id": picking.id})
            )
            self.assertEqual(request.sudo(), self._requests(picking))
            self.assertEqual(request.env.user, user)

    def test_case(self):
        policy = self._policy(trigger="case_closed")
        case = self._case()
        request = self.Request._get_or_plan(policy, self.customer, {"complaint_id": case.id})
        self.assertEqual(request, self._requests(case))
        case._move_to_phase("closed")
        self.assertEqual(self._requests(case), request)

    def test_without_an_occasion_it_is_the_person_and_the_day(self):
        phone = self._policy(trigger="manual")
        first = self.Request._get_or_plan(phone, self.customer, {})
        self.assertEqual(first.company_id, self.company)
        self.assertEqual(self.Request._get_or_plan(phone, self.customer, {}), first)
        with self._later(days=1):
            self.assertNotEqual(self.Request._get_or_plan(phone, self.customer, {}), first)
        own = self.Request._get_or_plan(phone, self.customer, {"occasion": "counter:1:1"})
        self.assertNotEqual(own, first)

    def test_profile_and_tier_are_kept(self):
        self._profile(self.customer).sudo()._set_tier(self.vip, "score")
        request = self._get(self._delivered())
        self.assertEqual(request.tier_id, self.vip)
        self.assertEqual(request.profile_id, self._profile_of(self.customer))

    def test_answered_on_the_spot_rests(self):
        self.policy.cooldown_days = 30
        request = self._get(self._delivered())
        request.write({"state": "answered", "answered_at": fields.Datetime.now()})
        other = self._asked()
        self._run()
        self.assertEqual(other.reason, "cooldown")
