from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ClockCommon, shanghai

MONDAY = shanghai(2, 9)


@tagged("post_install", "-at_install")
class TestDueState(ClockCommon):
    """How a deadline stands is told in one language, and it is that of who must act."""

    def _waiting(self):
        """Return a case that was answered, asked again, and then laid before the customer."""
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        self._post(case, shanghai(2, 11), self.customer, message_type="email")
        self._move(case, "waiting_customer", shanghai(2, 11, 30))
        return case

    def test_whoever_waits_for_the_customer_owes_no_reply(self):
        case = self._waiting()
        reply = self._clock(case, "next_reply")
        with freeze_time(shanghai(5, 11)):
            case._read_clocks()
            case.invalidate_recordset()
            self.assertEqual(reply.state, "paused")
            self.assertEqual(case.due_at, self._clock(case, "statutory").due_at)
            self.assertEqual(case.due_state, "fine")
            self.assertNotEqual(case.countdown["target"], "Next reply")

    def test_a_reply_missed_before_is_not_shown_either(self):
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        self._post(case, shanghai(2, 11), self.customer, message_type="email")
        with freeze_time(shanghai(3, 11)):
            case._read_clocks()
            self.assertEqual(case.due_state, "overdue")
        self._move(case, "waiting_customer", shanghai(3, 12))
        self.assertEqual(self._clock(case, "next_reply").state, "breached")
        with freeze_time(shanghai(3, 14)):
            case.invalidate_recordset()
            self.assertEqual(case.due_state, "fine")
            case.customer_answered = False
            self.assertEqual(case.countdown["waits"], "Waiting for customer")

    def test_the_customer_s_word_makes_it_our_turn(self):
        case = self._waiting()
        self._post(case, shanghai(3, 10), self.customer, message_type="email")
        self.assertEqual(case.phase, "working")
        self.assertEqual(self._clock(case, "next_reply").state, "running")
        self.assertEqual(case.due_at, self._clock(case, "next_reply").due_at)
        self.assertFalse(case.countdown["waits"])

    def test_columns_count_cases_by_their_deadline(self):
        now = fields.Datetime.now().replace(hour=10, minute=0)
        cases = self.Case
        with freeze_time(now):
            for hours in (-2, 3, 72, None):
                case = self._case(now)
                case._note_course({"due_at": hours and now + timedelta(hours=hours)})
                cases |= case
            self.assertEqual(cases.mapped("due_state"), ["overdue", "today", "fine", False])
            colors = {"overdue": "danger", "today": "warning", "fine": "success"}
            bar = {"field": "due_state", "colors": colors}
            counted = self.Case.with_context(tz="UTC").read_progress_bar(
                [("id", "in", cases.ids)], "phase", bar
            )
            self.assertEqual(counted["new"], {"overdue": 1, "today": 1, "fine": 1})
            for case in cases:
                found = self.Case.search(
                    [("id", "in", cases.ids), ("due_state", "=", case.due_state)]
                )
                self.assertEqual(found, case)
            self.assertEqual(
                self.Case.search([("id", "in", cases.ids), ("due_state", "!=", "overdue")]),
                cases[1:].sorted(lambda case: (case.priority, case.id), reverse=True),
            )
