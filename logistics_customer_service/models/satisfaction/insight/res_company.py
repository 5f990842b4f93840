from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_min_answers = fields.Integer(
        string="Fewest Answers",
        default=10,
        help="Fewer answers than these make no figure of satisfaction: they are shown as too few.",
    )

    _check_logistics_min_answers = models.Constraint(
        "CHECK (logistics_min_answers >= 1)", "A figure needs at least one answer."
    )

    def _get_logistics_min_answers(self):
        """Return how many answers make a figure; of several companies, as the strictest says."""
        return max(self.mapped("logistics_min_answers"), default=1)
