from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_remark_case = fields.Boolean(
        string="Remarks Open Cases",
        default=True,
        help="What customers tell on the tracking page opens a case of the first team; otherwise, "
        "or where there is no team, somebody gets an activity on the delivery.",
    )
