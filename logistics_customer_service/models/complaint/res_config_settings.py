from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_repeat_days = fields.Integer(
        related="company_id.logistics_repeat_days", readonly=False
    )
    logistics_duplicate_days = fields.Integer(
        related="company_id.logistics_duplicate_days", readonly=False
    )
    logistics_reopen_days = fields.Integer(
        related="company_id.logistics_reopen_days", readonly=False
    )
