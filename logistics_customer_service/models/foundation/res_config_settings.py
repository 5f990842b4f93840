from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_retention_years = fields.Integer(
        related="company_id.logistics_retention_years", readonly=False
    )
    logistics_files_a_day = fields.Integer(
        related="company_id.logistics_files_a_day", readonly=False
    )
