from datetime import timedelta

from odoo.tests import tagged

from .common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestAnswerRetention(FeedbackCommon):
    """Customers' own words go when their time is over; what is counted stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls._retention("answer_text")

    def _answered(self, days=60, **options):
        request = self._request(**options)
        self._take(request, 2, ["late"], "Two days late!", timeliness=1)
        feedback = request.feedback_id
        feedback.sudo().reaction_state = "none"
        feedback.sudo().answered_at -= timedelta(days=days)
        return feedback

    def _words(self, feedback):
        lines = feedback.user_input_id.user_input_line_ids
        return [*filter(None, [feedback.comment, *lines.mapped("value_text_box")])]

    def test_words_go_and_scores_stay(self):
        feedback = self._answered()
        scores = feedback.score_ids.mapped("value")
        self.assertEqual(len(self._words(feedback)), 2)
        self._run_retention()
        self.assertFalse(self._words(feedback))
        self.assertEqual(feedback.overall, 2)
        self.assertEqual(feedback.score_ids.mapped("value"), scores)
        self.assertFalse(self.kept.due_count)
        self.assertNotIn("Two days late", feedback.answers_html or "")

    def test_what_is_young_or_to_do_or_in_dispute_stays(self):
        feedback = self._answered(days=3)
        self._run_retention()
        self.assertTrue(self._words(feedback))
        feedback.sudo().answered_at -= timedelta(days=60)
        feedback.sudo().reaction_state = "open"
        self._run_retention()
        self.assertTrue(self._words(feedback))
        feedback.sudo().reaction_state = "done"
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        feedback.sudo().reaction_complaint_id = case
        self._run_retention()
        self.assertTrue(self._words(feedback))
        case._move_to_phase("closed")
        self._run_retention()
        self.assertFalse(self._words(feedback))
