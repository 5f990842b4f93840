from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_min_answers = fields.Integer(related="company_id.logistics_min_answers", readonly=False)
