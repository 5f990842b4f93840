from odoo import models

MODULE = "logistics_customer_service"


class LogisticsProfile(models.Model):
    """What settled the cases of a customer."""

    _inherit = "logistics.profile"

    def action_view_compensations(self):
        """Open what the customer was given, or is to be given."""
        return self._get_documents_action(
            f"{MODULE}.logistics_compensation_action", "complaint_id.partner_id"
        )

    def action_view_investigations(self):
        """Open what was asked about the customer's cases."""
        return self._get_documents_action(
            f"{MODULE}.logistics_investigation_action", "complaint_id.partner_id"
        )

    def action_view_result_letters(self):
        """Open the results that the customer was told."""
        return self._get_documents_action(
            f"{MODULE}.logistics_result_letter_action", "complaint_id.partner_id"
        )
