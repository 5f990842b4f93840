from odoo import fields, models


class LogisticsProfile(models.Model):
    """What the customer answered."""

    _inherit = "logistics.profile"

    feedback_count = fields.Integer(string="Customer Answers", compute="_compute_feedback_count")
    answer_count = fields.Integer(
        related="fact_id.answer_count", string="Scores in the Window"
    )
    csat = fields.Float(related="fact_id.csat")
    mean_score = fields.Float(related="fact_id.mean_score")
    score_trend = fields.Float(related="fact_id.score_trend")
    last_score = fields.Integer(related="lifetime_fact_id.last_score")
    last_answered_at = fields.Datetime(related="lifetime_fact_id.last_answered_at")

    def _compute_feedback_count(self):
        """One grouped read for all profiles; answers begun count, too."""
        counts = dict(
            self.env["logistics.feedback"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.feedback_count = counts.get(profile, 0)

    def action_view_feedback(self):
        """Open what the customer answered."""
        self.ensure_one()
        return self.env["logistics.feedback"]._get_feedback_action([("profile_id", "=", self.id)])

    def _move_history(self, target):
        """Answers and what was asked go with the profile."""
        # whoever merges customers merges all
        for name in ("logistics.feedback", "logistics.survey.request"):
            held = self.env[name].sudo().search([("profile_id", "in", self.ids)])
            held.profile_id = target
        return super()._move_history(target)

    def action_answer_by_phone(self):
        """Fill in a questionnaire with the customer on the telephone."""
        self.ensure_one()
        phone = self.env["logistics.survey.phone"]
        offered = phone._get_offered(self)
        return phone._start(self, self.partner_id, offered, profile_id=self.id)
