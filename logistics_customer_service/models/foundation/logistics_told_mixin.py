from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ...tools.foundation import channels, delivery
from .logistics_sending_result import BOUNCED, CANCELLED, FAILED, SENT

# what became of a message for one recipient, as core's notifications have it
ARRIVED = {"sent", "pending", "process"}
ON_ITS_WAY = {"ready"}


class LogisticsToldMixin(models.AbstractModel):
    """Whose mails are followed until it is known whether they arrived.

    What became of a mail is appended by the hooks of mails and SMS (``logistics.sending.result``);
    a scheduled action brings it here. A server that refuses for a while is asked again, with growing
    distance; then ``_note_arrived`` and ``_note_not_arrived`` are told of each message.
    """

    _name = "logistics.told.mixin"
    _description = "Whose Mails Are Followed"

    @api.model
    def _take_results(self, results):
        """Bring what became of mails to the records that they were written for.

        :param results: results of mails of this model, oldest first
        """
        messages = self.env["mail.message"].browse(results.mapped("message_id")).exists()
        records = self.browse(results.mapped("res_id")).exists()
        by_message = results.grouped("message_id")
        for message in messages:
            record = self.browse(message.res_id)
            if record in records:
                record._take_results_of(message, by_message[message.id])

    def _take_results_of(self, message, results):
        """Bring what became of the mails of one message to the record."""
        self.ensure_one()
        # of each mail the last counts, the others are history
        failed = {one.item_id: one for one in results if one.outcome != BOUNCED}.values()
        again = [one for one in failed if one.outcome == FAILED and self._send_later(one)]
        match self._get_fate(message, results[-1:], again):
            case "arrived":
                self._note_arrived(message, results[-1:].happened_at)
            case "lost":
                self._note_not_arrived(message, results[-1:]._get_text())

    def _get_fate(self, message, result, again):
        """Return ``arrived``, ``lost`` or ``under_way``, by those whom it was for.

        Core keeps what became of a message by recipient; where it keeps nothing the result says it.

        :param result: what came last
        :param again: what became of mails that are tried again
        """
        # whoever wrote it need not see to whom else it went
        told = self._get_told(message.sudo())
        states = set(told.mapped("notification_status"))
        if not states:
            ended = "arrived" if result.outcome == SENT else "lost"
            return "under_way" if again else ended
        if states & ARRIVED:
            return "arrived"
        waits = states & ON_ITS_WAY and result.outcome != CANCELLED
        return "under_way" if waits else "lost"

    def _get_told(self, message):
        """Return the notifications of those whom a message is for: not our own people."""
        return message.notification_ids.filtered(
            lambda one: one.notification_type == "email"
            and (not one.res_partner_id or one.res_partner_id.partner_share)
        )

    def _send_later(self, result):
        """Queue a mail again for those it did not reach, if that may be of use; tell whether it is.

        One whose address is wrong does not keep it from the others.
        """
        mail = self.env["mail.mail"].browse(result.item_id).exists()
        if mail.state != "exception":
            return False
        verdict = delivery.judge(result.failure_type, result.failure_text)
        notifications = mail.mail_message_id.notification_ids
        left = notifications.filtered(
            lambda one: one.mail_mail_id == mail and one.notification_status == "exception"
        )
        attempts = mail.logistics_attempts + 1
        if verdict.for_a_while:
            wait = channels.retry_delay(attempts)
        else:
            wait = timedelta()
            named = left.filtered(lambda one: delivery.names(result.failure_text, _get_address(one)))
            left = named and left - named
            if not left:
                return False
        at = fields.Datetime.now() + wait
        if at > mail.create_date + self.env["mail.mail"]._get_logistics_patience():
            return False
        mail._queue_again(left if notifications else None, at, attempts)
        return True

    def _note_arrived(self, message, at):
        """The outgoing server took a message to those it is for; override to note more.

        :param at: naive UTC instant
        """

    def _note_not_arrived(self, message, text):
        """A message did not reach those it is for, and will not; override to note more.

        :param text: what the server said
        """

    @api.model
    def _lay_undelivered(self, record, user, what, text):
        """Have somebody see to what did not arrive; once for what lies there already.

        :param record: something with activities
        :param user: who is to see to it, or nobody
        :param what: in a few words what did not arrive
        :param text: what the server said
        """
        kind = "logistics_customer_service.activity_undelivered"
        lying = record.activity_search([kind], user_id=user.id)
        if user and what not in lying.mapped("summary"):
            # a mail about it would go to the same server
            quick = record.with_context(mail_activity_quick_update=True)
            quick.activity_schedule(
                kind, summary=what, note=plaintext2html(text or ""), user_id=user.id
            )

    @api.model
    def _find_lost(self):
        """Bring to their records what a mail came to without a result; override where that shows."""


def _get_address(notification):
    return notification.mail_email_address or notification.res_partner_id.email_normalized
