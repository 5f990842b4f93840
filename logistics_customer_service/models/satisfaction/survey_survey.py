from odoo import fields, models


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    survey_type = fields.Selection(
        selection_add=[("logistics", "Customer Service")], ondelete={"logistics": "set default"}
    )
    logistics_use = fields.Selection(
        [
            ("delivery", "After a delivery"),
            ("case", "After a case"),
            ("relation", "Relation, once a year"),
            ("phone", "Asked by phone"),
            ("inspection", "Service inspection"),
        ],
        string="Asked About",
        help="What the questionnaire is for; policies and forms offer it by this.",
    )
