from odoo import Command
from odoo.tests import tagged

from ....tools.foundation.foresight import WAITS, Fate
from .common import SurveyCommon


@tagged("post_install", "-at_install")
class TestDispute(SurveyCommon):
    """Nobody is asked how a delivery was while a case about it is open."""

    def _about(self, request, **vals):
        return self._case(
            request.partner_id, picking_ids=[Command.set(request.picking_id.ids)], **vals
        )

    def test_a_survey_waits_for_the_end_of_the_case(self):
        request = self._asked()
        case = self._about(request)
        self._run()
        self.assertEqual((request.state, request.reason), ("waiting", False))
        self.assertTrue(request.due_at, "looked at again, whatever becomes of the case")
        case._move_to_phase("closed")
        self._run()
        self.assertEqual(request.state, "queued")

    def test_it_waits_for_every_case(self):
        request = self._asked()
        first, second = self._about(request), self._about(request)
        first._move_to_phase("closed")
        self._run()
        self.assertEqual(request.state, "waiting")
        second._move_to_phase("cancelled")
        self._run()
        self.assertEqual(request.state, "queued")

    def test_a_case_that_names_the_order_alone_counts(self):
        request = self._asked()
        self._case(request.partner_id, order_ids=[Command.set(request.order_id.ids)])
        self._run()
        self.assertEqual(request.state, "waiting")

    def test_a_case_about_another_delivery_does_not_count(self):
        request, other = self._asked(), self._asked()
        case = self._about(other)
        case.order_ids = request.order_id
        self._run()
        self.assertEqual((request | other).mapped("state"), ["queued", "waiting"])

    def test_a_case_that_does_not_name_it_any_more_ends_the_waiting(self):
        request = self._asked()
        case = self._about(request)
        self._run()
        case.picking_ids = False
        with self._later(days=1, minutes=1):
            self._run()
        self.assertEqual(request.state, "queued")

    def test_whoever_insists_asks(self):
        request = self._asked()
        self._about(request)
        request.with_user(self.agent).action_resend()
        self._run()
        self.assertEqual(request.state, "queued")

    def test_a_reminder_waits_too(self):
        self.policy.write({"reminder_days": 3, "expiry_days": 30})
        request = self._asked()
        self._send_all()
        self.assertEqual(request.state, "sent")
        case = self._about(request)
        with self._later(days=4):
            self._run()
            self.assertFalse(request.reminded_at)
            case._move_to_phase("closed")
            self._run()
            self.assertTrue(request.reminded_at)

    def test_the_foresight_says_so(self):
        request = self._asked()
        self._about(request)
        known = request._prepare_foresight()
        fate = request._foresee(request.due_at, None, known, lambda _insisted: None)
        self.assertEqual(fate, Fate(WAITS))

    def test_one_query_for_many(self):
        requests = self.Request.union(*(self._asked() for _number in range(4)))
        few = requests[:1]
        self._about(requests[2])

        def look(records):
            self.env.invalidate_all()
            records.mapped("picking_id.sale_id")
            return self._count(records._get_disputed)

        self.assertEqual(look(few), look(requests))
