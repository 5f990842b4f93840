from odoo import models


class LogisticsProfile(models.Model):
    """What went wrong with a customer's deliveries."""

    _inherit = "logistics.profile"

    def action_view_exceptions(self):
        """Open what went wrong with deliveries to the customer, settled or not."""
        return self._get_documents_action(
            "logistics_customer_service.logistics_exception_action", "partner_id"
        )
