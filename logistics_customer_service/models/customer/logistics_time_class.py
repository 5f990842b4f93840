from odoo import fields, models


class LogisticsTimeClass(models.Model):
    _name = "logistics.time.class"
    _inherit = ["logistics.needs.tag"]
    _description = "Delivery Time Class"

    days = fields.Integer(
        string="Days to Deliver",
        help="Calendar days from the order to its arrival: 0 is the same day, 1 the next day.",
    )

    _check_days = models.Constraint(
        "CHECK (days >= 0)", "The days to deliver cannot be negative."
    )
