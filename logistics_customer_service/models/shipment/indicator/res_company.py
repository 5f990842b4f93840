from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_freeze_days = fields.Integer(
        string="Freeze Figures After (Days)",
        help="So many days after a month has ended its figures are frozen. Zero: a service "
        "manager freezes them.",
    )

    _check_logistics_freeze_days = models.Constraint(
        "CHECK (logistics_freeze_days >= 0)", "Days until figures are frozen are not negative."
    )
