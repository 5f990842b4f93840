from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ....tools.foundation.foresight import WAITS, Fate
from ...common import MODULE
from ..common import NOW
from .common import CallbackCommon


@tagged("post_install", "-at_install")
class TestCallsAndCases(CallbackCommon):
    """Calls about a delivery wait for its case; a follow-up falls with what it follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.after_delivery = cls.env.ref(f"{MODULE}.callback_purpose_after_delivery")
        cls.order = cls._order(cls.customer)
        cls.picking = cls._deliver(cls.order)
        cls.team = cls.env["logistics.service.team"].create(
            {"name": "Team", "company_id": cls.company.id, "assignment_method": "manual"}
        )

    def _case(self, **vals):
        return self.env["logistics.complaint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "picking_ids": [Command.set(self.picking.ids)],
                **vals,
            }
        )

    def _about(self, **vals):
        return self._callback(purpose=self.after_delivery, picking_id=self.picking.id, **vals)

    def test_a_call_about_a_delivery_waits_for_its_case(self):
        callback, case = self._about(), self._case()
        self.assertEqual(callback.waiting_case_id, case)
        self.assertFalse(self._next())
        known = callback._prepare_foresight()
        self.assertEqual(callback._foresee(NOW, "call", known, lambda: None), Fate(WAITS))
        with self.assertRaisesRegex(UserError, case.number):
            callback.with_user(self.agent).action_call()
        case._move_to_phase("closed")
        self.assertEqual(self._next(), callback)

    def test_a_case_about_the_order_or_opened_later_counts(self):
        callback = self._about()
        case = self._case(picking_ids=False, order_ids=[Command.set(self.order.ids)])
        self.assertFalse(self._next())
        case.picking_ids = self._deliver(self._order(self.customer))
        self.assertEqual(self._next(), callback, "the case is about another delivery")

    def test_calls_about_the_case_itself_do_not_wait(self):
        case = self._case()
        about_case = self._about(complaint_id=case.id)
        self.assertEqual(self._next(), about_case)

    def test_it_is_not_said_in_another_call(self):
        callback = self._about()
        self._case()
        other = self._callback(priority="3")
        self.assertEqual(self._next(), other)
        self.assertFalse(callback.main_id)

    def test_who_waits_is_not_overdue_and_has_time_afterwards(self):
        callback, case = self._about(), self._case()
        late = callback.due_at + timedelta(days=3)
        self._stand(late)
        callback.invalidate_recordset()
        self.assertFalse(callback.is_overdue)
        self.assertNotIn(callback, self.Callback.search([("is_overdue", "=", True)]))
        self.assertIn(callback, self.Callback.search([("is_overdue", "=", False)]))
        case._move_to_phase("closed")
        self.assertGreater(callback.due_at, late)
        self.assertFalse(callback.is_overdue)

    def test_a_follow_up_falls_with_the_reopening(self):
        case = self._case(severity="critical")
        case._move_to_phase("closed")
        followed = case.callback_ids
        self.assertEqual(followed.state, "planned")
        case._move_to_phase("working")
        self.assertEqual((followed.state, followed.next_at), ("cancelled", False))
        self.assertFalse(case.callback_on)
        self._stand(NOW + timedelta(days=5))
        case._move_to_phase("closed")
        again = case.callback_ids - followed
        days = timedelta(days=self.company.logistics_callback_days)
        self.assertEqual(again.state, "planned")
        self.assertEqual(case.callback_on, self.company._get_logistics_today() + days)

    def test_the_customer_s_word_reopens_it_and_a_day_by_hand_stands(self):
        day = fields.Date.to_date("2026-03-20")
        case = self._case(callback_on=day)
        case._move_to_phase("closed")
        followed = case.callback_ids
        case.with_user(self.agent)._note_customer_said("It is broken again", "phone")
        self.assertEqual((case.phase, followed.state), ("working", "cancelled"))
        self.assertEqual(case.callback_on, day)
        case._move_to_phase("closed")
        self.assertEqual((case.callback_ids - followed).state, "planned")

    def test_what_was_said_or_is_being_said_stays(self):
        case = self._case(severity="critical")
        case._move_to_phase("closed")
        followed = case.callback_ids
        followed.call_from = NOW
        self.assertEqual(self._next(), followed)
        case._move_to_phase("working")
        self.assertEqual(followed.state, "in_call")

    def test_done_needs_an_outcome(self):
        first, second = self._callback(priority="2"), self._callback()
        taken = self._next()
        self.assertEqual(taken, first)
        with self.assertRaisesRegex(UserError, "outcome"):
            taken.action_done()
        self.assertEqual((taken.state, taken.attempt_count), ("in_call", 0))
        taken.outcome = "satisfied"
        taken.action_done()
        self.assertEqual((first | second).mapped("state"), ["done", "done"])
        self.assertEqual((first | second).mapped("outcome"), ["satisfied", "satisfied"])

    def test_other_ends_need_none(self):
        self._callback()
        self._next().action_no_answer()


@tagged("post_install", "-at_install")
class TestLanguages(CallbackCommon):
    """Calls go first to who speaks the customer's language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.second.lang = "zh_CN"
        cls.foreign = cls._customer("Lotus", lang="zh_CN")
        cls.customer.lang = "en_US"

    def _skill(self, user, code):
        self.env["logistics.agent.skill"].create(
            {
                "user_id": user.id,
                "company_id": self.company.id,
                "lang_ids": [Command.set(self.env["res.lang"].search([("code", "=", code)]).ids)],
            }
        )

    def test_each_gets_whom_they_understand(self):
        theirs = self._callback(self.foreign)
        ours = self._callback()
        self.assertEqual(self._next(self.agent), ours)
        self.assertEqual(self._next(self.second), theirs)

    def test_priority_does_not_give_it_to_who_does_not_understand(self):
        theirs = self._callback(self.foreign, priority="3")
        ours = self._callback()
        self.assertEqual(self._next(self.agent), ours)
        self.assertEqual(self._next(self.second), theirs)

    def test_nobody_waits_for_want_of_words(self):
        theirs = self._callback(self.foreign)
        self.assertEqual(self._next(self.agent), theirs)

    def test_what_only_a_few_speak_goes_first(self):
        self.second.lang = "en_US"
        self._skill(self.second, "zh_CN")
        self._callback()
        theirs = self._callback(self.foreign)
        self.assertEqual(self._next(self.second), theirs)

    def test_who_is_away_understands_nobody(self):
        self._send_away(self.second)
        theirs = self._callback(self.foreign, priority="3")
        self._callback()
        self.assertEqual(self._next(self.agent), theirs)

    def test_one_s_own_call_is_one_s_own(self):
        theirs = self._callback(self.foreign, user_id=self.agent.id)
        self._callback()
        self.assertEqual(self._next(self.agent), theirs)
