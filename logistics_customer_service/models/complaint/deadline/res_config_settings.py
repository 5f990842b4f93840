from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_manager_id = fields.Many2one(
        related="company_id.logistics_manager_id", readonly=False
    )
    logistics_general_manager_id = fields.Many2one(
        related="company_id.logistics_general_manager_id", readonly=False
    )
