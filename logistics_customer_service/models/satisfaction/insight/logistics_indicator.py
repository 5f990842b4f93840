from odoo import fields, models
from odoo.tools import formatLang


class LogisticsIndicator(models.Model):
    _inherit = "logistics.indicator"

    unit = fields.Selection(
        selection_add=[("points", "Points, −100 to 100"), ("score", "Score")],
        ondelete={"points": "cascade", "score": "cascade"},
    )

    def _get_factor(self):
        return 100.0 if self.unit == "points" else super()._get_factor()

    def _get_least(self, company):
        """Return how many must be counted below to make a figure; 0: however few."""
        is_answers = self.report in self.env and hasattr(self.env[self.report], "_get_answers_of")
        return company._get_logistics_min_answers() if is_answers and self.denominator else 0

    def _format(self, value, company):
        if self.unit == "points":
            return formatLang(self.env, value, digits=1, rounding_method="HALF-UP")
        if self.unit == "score":
            return formatLang(self.env, value, digits=2, rounding_method="HALF-UP")
        return super()._format(value, company)
