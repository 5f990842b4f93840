from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_lead_window_days = fields.Integer(
        related="company_id.logistics_lead_window_days", readonly=False
    )
    logistics_lead_minimum = fields.Integer(
        related="company_id.logistics_lead_minimum", readonly=False
    )
    logistics_silence_hours = fields.Integer(
        related="company_id.logistics_silence_hours", readonly=False
    )
