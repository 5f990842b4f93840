from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_remark_case = fields.Boolean(related="company_id.logistics_remark_case", readonly=False)
