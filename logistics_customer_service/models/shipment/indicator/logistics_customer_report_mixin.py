from odoo import fields, models
from odoo.tools import SQL


class LogisticsCustomerReportMixin(models.AbstractModel):
    """What reports on documents of customers are sorted by: who the customer is, and where.

    Their sources name the customer ``customer`` and its profile ``profile``.
    """

    _name = "logistics.customer.report.mixin"
    _inherit = ["logistics.report.mixin"]
    _description = "Report on Customers"

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    profile_id = fields.Many2one("logistics.profile", readonly=True)
    tier_id = fields.Many2one("logistics.tier", readonly=True)

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "country_id": SQL("customer.country_id"),
            "state_id": SQL("customer.state_id"),
            "profile_id": SQL("profile.id"),
            "tier_id": SQL("profile.tier_id"),
        }
