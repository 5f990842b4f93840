from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_tracking_days = fields.Integer(related="company_id.logistics_tracking_days", readonly=False)
