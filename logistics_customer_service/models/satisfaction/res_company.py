from datetime import timedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_min_answers = fields.Integer(
        string="Fewest Answers",
        default=10,
        help="Fewer answers than these make no figure of satisfaction: they are shown as too few.",
    )
    logistics_survey = fields.Boolean(
        string="Ask Customers",
        help="Customers are asked how they find the service, as the active survey policies say.",
    )
    logistics_survey_days = fields.Integer(
        string="Asked Until (Days)",
        default=14,
        required=True,
        help="What should have been asked longer ago than this is not asked any more.",
    )

    _check_logistics_min_answers = models.Constraint(
        "CHECK (logistics_min_answers >= 1)", "A figure needs at least one answer."
    )
    _check_logistics_survey_days = models.Constraint(
        "CHECK (logistics_survey_days > 0)", "Customers are asked for a day at least."
    )

    def _get_logistics_min_answers(self):
        """Return how many answers make a figure; of several companies, as the strictest says."""
        return max(self.mapped("logistics_min_answers"), default=1)

    def _get_survey_limit(self, now):
        """Return the naive UTC instant before which it is too late to ask."""
        return now - timedelta(days=self.logistics_survey_days)
