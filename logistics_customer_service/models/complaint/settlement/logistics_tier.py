from odoo import fields, models


class LogisticsTier(models.Model):
    _inherit = "logistics.tier"

    follow_up_case = fields.Boolean(
        string="Callback After a Case",
        help="When a case is closed, a callback is planned to repair the relation.",
    )
