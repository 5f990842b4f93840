from odoo import models
from odoo.fields import Domain


class LogisticsProfile(models.Model):
    _inherit = "logistics.profile"

    def action_view_deliveries(self):
        """Open the deliveries that figures count: to whom they are sent, or for whose orders."""
        action = super().action_view_deliveries()
        customer = self.partner_id.id
        ordered = Domain("sale_id.partner_id", "child_of", customer)
        sent = Domain("sale_id", "=", False) & Domain("partner_id", "child_of", customer)
        domain = Domain("to_customer", "=", True) & Domain("company_id", "=", self.company_id.id)
        return {**action, "domain": list(domain & (ordered | sent))}
