from odoo import models


class LogisticsProfile(models.Model):
    """What carriers collect from a customer."""

    _inherit = "logistics.profile"

    def action_view_cods(self):
        """Open the deliveries to the customer that collect money."""
        return self._get_documents_action("logistics_customer_service.logistics_cod_action", "partner_id")
