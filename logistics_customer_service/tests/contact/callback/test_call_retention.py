from datetime import timedelta

from odoo.tests import tagged

from .common import CallbackCommon


@tagged("post_install", "-at_install")
class TestCallRetention(CallbackCommon):
    """Notes of calls go when their time is over; who called, how long and what came of it stay."""

    def test_notes_go_and_figures_stay(self):
        self._retention("call_note")
        callback = self._callback()
        planned = self._callback(note="Ask for Mrs Li")
        self._done(callback)
        callback.sudo().note = "Her mother is ill"
        attempt = callback.attempt_ids
        attempt.sudo().write({"note": "Her mother is ill", "duration": 4.5})
        callback.sudo()._note_course({"ended_at": callback.ended_at - timedelta(days=500)})
        before = attempt.read(["called_at", "duration", "result", "user_id"])
        state = callback.read(["state", "outcome", "attempt_count"])
        self._run_retention()
        self.assertEqual((callback.note, attempt.note), (False, False))
        self.assertEqual(attempt.read(["called_at", "duration", "result", "user_id"]), before)
        self.assertEqual(callback.read(["state", "outcome", "attempt_count"]), state)
        self.assertEqual(planned.note, "Ask for Mrs Li", "what is to be done is left alone")
