from odoo import fields, models


class LogisticsSettingsMixin(models.AbstractModel):
    _inherit = "logistics.settings.mixin"

    logistics_window_months = fields.Integer(
        related="company_id.logistics_window_months", readonly=False
    )
    logistics_currency_rate = fields.Selection(
        related="company_id.logistics_currency_rate", readonly=False
    )
    logistics_tier_approval = fields.Boolean(
        related="company_id.logistics_tier_approval", readonly=False
    )
    logistics_job_hour = fields.Float(related="company_id.logistics_job_hour", readonly=False)
