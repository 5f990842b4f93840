from odoo import api, fields, models
from odoo.fields import Domain

from ...complaint.logistics_complaint_stage import OPEN_PHASES


class LogisticsComplaint(models.Model):
    """What the customer answered about a case, and the answer it was opened for."""

    _inherit = "logistics.complaint"

    feedback_count = fields.Integer(
        string="Customer Answers",
        compute="_compute_feedback_count",
        groups="logistics_customer_service.group_agent",  # customers read their cases
    )

    def _compute_feedback_count(self):
        Feedback = self.env["logistics.feedback"]
        counts = dict.fromkeys(self.ids, 0)
        seen = Feedback.search_fetch(
            self._get_feedback_domain(), ["complaint_id", "reaction_complaint_id"]
        )
        for feedback in seen:
            for case in feedback.complaint_id | feedback.reaction_complaint_id:
                if case.id in counts:
                    counts[case.id] += 1
        for case in self:
            case.feedback_count = counts.get(case.id, 0)

    def _get_feedback_domain(self):
        return Domain("complaint_id", "in", self.ids) | Domain(
            "reaction_complaint_id", "in", self.ids
        )

    @api.model
    def _get_phase_steps(self):
        return [*super()._get_phase_steps(), "_follow_by_feedback"]

    def _follow_by_feedback(self, old, new):
        """A bad answer is done with when its case is, and to do again when that is reopened."""
        was, then = ("done", "open") if new in OPEN_PHASES else ("open", "done")
        # the course of a case is the rules'; agents write no feedback
        opened = self.env["logistics.feedback"].sudo()
        opened.search(
            [("reaction_complaint_id", "in", self.ids), ("reaction_state", "=", was)]
        ).reaction_state = then

    def _set_aside(self, kept):
        """The answers for which a merged case was opened go on with the one that is kept."""
        opened = self.env["logistics.feedback"].sudo()  # as above
        opened.search([("reaction_complaint_id", "=", self.id)]).reaction_complaint_id = kept
        return super()._set_aside(kept)

    def action_view_feedback(self):
        """Open what the customer answered about this case, or why it was opened."""
        return self.env["logistics.feedback"]._get_feedback_action(self._get_feedback_domain())
