from odoo import fields, models


class LogisticsTier(models.Model):
    """How often customers of the tier are visited."""

    _inherit = "logistics.tier"

    visit_interval_days = fields.Integer(
        string="Visit Every", help="Days between two visits; 0 means no planned visits."
    )

    _check_visit_interval = models.Constraint(
        "CHECK (visit_interval_days >= 0)", "The days between visits cannot be negative."
    )
