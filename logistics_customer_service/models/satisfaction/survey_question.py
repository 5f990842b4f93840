from odoo import fields, models


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    logistics_part = fields.Selection(
        selection=lambda self: self._get_logistics_parts(),
        string="What It Measures",
        help="What an answer counts as. Empty: it is kept with the answer, and no figure reads it.",
    )
    aspect_id = fields.Many2one(
        "logistics.aspect", string="Aspect", index="btree_not_null", ondelete="restrict"
    )

    def _get_logistics_parts(self):
        return [
            ("overall", "Overall (1–5)"),
            ("score", "Score of an aspect (1–5)"),
            ("recommend", "Recommendation (0–10)"),
            ("effort", "Effort (1–7)"),
            ("expectation", "Expectation of an aspect (1–5)"),
            ("importance", "Importance of an aspect (1–5)"),
            ("reason", "Reasons"),
            ("text", "Free text"),
        ]
