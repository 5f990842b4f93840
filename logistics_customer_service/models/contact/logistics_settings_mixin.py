from odoo import fields, models


class LogisticsSettingsMixin(models.AbstractModel):
    _inherit = "logistics.settings.mixin"

    logistics_care = fields.Boolean(related="company_id.logistics_care", readonly=False)
    logistics_visit_place_days = fields.Integer(
        related="company_id.logistics_visit_place_days", readonly=False
    )
    logistics_map_service = fields.Selection(
        related="company_id.logistics_map_service", readonly=False
    )
    logistics_urgent_hours = fields.Float(
        related="company_id.logistics_urgent_hours", readonly=False
    )
    logistics_urgent_times = fields.Integer(
        related="company_id.logistics_urgent_times", readonly=False
    )
    logistics_daily_hour = fields.Float(related="company_id.logistics_daily_hour", readonly=False)
