from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_care = fields.Boolean(
        string="Greet Customers",
        help="Customers who agreed to it are greeted, as the active occasions of care say.",
    )
