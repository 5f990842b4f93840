from odoo import fields, models


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    survey_request_id = fields.Many2one(
        "logistics.survey.request", index="btree_not_null", readonly=True, ondelete="set null"
    )
