from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_visit_place_days = fields.Integer(
        related="company_id.logistics_visit_place_days", readonly=False
    )
    logistics_map_service = fields.Selection(
        related="company_id.logistics_map_service", readonly=False
    )
