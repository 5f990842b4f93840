from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_freeze_days = fields.Integer(
        related="company_id.logistics_freeze_days", readonly=False
    )
