from odoo import models


class LogisticsComplaint(models.Model):
    """Whether what was written to the customer arrived, and the acknowledgement first."""

    _inherit = "logistics.complaint"

    # === BUSINESS METHODS ===#

    def _get_told(self, message):
        """As inherited; where the customer is among them, the others are not who it was for."""
        told = super()._get_told(message)
        owners, addresses = self._get_owners(), self._get_known_addresses()
        own = told.filtered(
            lambda one: one.res_partner_id.commercial_partner_id & owners
            or one.mail_email_address in addresses
        )
        return own or told

    def _note_arrived(self, message, at):
        result = super()._note_arrived(message, at)
        self._get_acknowledged_by(message)._note_acknowledgement("sent")
        return result

    def _note_not_arrived(self, message, text):
        result = super()._note_not_arrived(message, text)
        self._get_acknowledged_by(message)._note_acknowledgement("failed")
        return result

    def _get_undelivered_name(self, message):
        if self._get_acknowledged_by(message):
            return self.env._("The acknowledgement did not arrive")
        return super()._get_undelivered_name(message)

    def _get_acknowledged_by(self, message):
        return self.filtered(lambda case: case.acknowledgement_message_id == message)

    def _note_acknowledgement(self, state):
        self.with_context(tracking_disable=True).acknowledgement = state
