from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_care = fields.Boolean(related="company_id.logistics_care", readonly=False)
