from odoo import fields, models


class LogisticsSettingsMixin(models.AbstractModel):
    _inherit = "logistics.settings.mixin"

    logistics_min_answers = fields.Integer(related="company_id.logistics_min_answers", readonly=False)
    logistics_survey = fields.Boolean(related="company_id.logistics_survey", readonly=False)
    logistics_survey_days = fields.Integer(
        related="company_id.logistics_survey_days", readonly=False
    )
