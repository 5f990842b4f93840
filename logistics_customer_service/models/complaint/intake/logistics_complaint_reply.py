from odoo import models
from odoo.tools.mail import email_normalize_all


class LogisticsComplaint(models.Model):
    """Who a message is for, and what a mail answers."""

    _inherit = "logistics.complaint"

    # === BUSINESS METHODS ===#

    def _get_subscribers(self, message):
        """Return the followers who get a message that is being posted, its author left out."""
        # agents need not read who follows
        followers = self.sudo().message_follower_ids
        told = followers.filtered(lambda one: message.subtype_id in one.subtype_ids).partner_id
        return told - message.author_id

    def _is_told_by_us(self, message):
        """Tell whether one of us wrote this to somebody of the customer."""
        author = message.author_id
        return bool(author) and not author.partner_share and self._is_for_customer(message)

    def _is_for_customer(self, message, subscribers=None):
        """Tell whether a message goes, or has gone, to somebody of the customer's.

        :param subscribers: followers who get it, too, where it is just being posted; of what was
            posted before the notifications say it
        """
        told = message.partner_ids | message.notified_partner_ids | (subscribers or message.partner_ids)
        # whoever has a login reads it on the portal
        reachable = told.filtered(lambda one: one.email_normalized or one.sudo().user_ids)
        addresses = {*reachable.mapped("email_normalized")}
        # typed in, or named by the mail program of one of us
        for text in (message.outgoing_email_to, message.incoming_email_to, message.incoming_email_cc):
            addresses.update(email_normalize_all(text or ""))
        return bool(
            reachable.commercial_partner_id & self._get_owners()
            or addresses & (self._get_known_addresses() - {False})
        )
