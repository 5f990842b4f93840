from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_min_answers = fields.Integer(related="company_id.logistics_min_answers", readonly=False)
    logistics_survey = fields.Boolean(related="company_id.logistics_survey", readonly=False)
    logistics_survey_days = fields.Integer(
        related="company_id.logistics_survey_days", readonly=False
    )
