from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_tracking_days = fields.Integer(
        string="Tracking Links Open For (Days)",
        default=60,
        required=True,
        help="A tracking link opens its page for so many days after the last that happened to the "
        "delivery. Holds for links made or renewed from now on.",
    )

    _check_logistics_tracking_days = models.Constraint(
        "CHECK (logistics_tracking_days > 0)", "A tracking link is open for at least one day."
    )
