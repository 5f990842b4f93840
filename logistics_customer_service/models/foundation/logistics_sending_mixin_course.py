from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.foundation import channels, delivery
from .isolation import isolate
from .logistics_sending_mixin import FINAL_FAILURES
from .logistics_sending_result import BOUNCED, CANCELLED, FAILED, SENT

# what may still come or has come to somebody, and may come back
HANDED_OVER = ("queued", "failed", "sent")
LOST_BATCH = 200


class LogisticsSendingMixin(models.AbstractModel):
    """What becomes of what is sent, once Odoo's queues have it."""

    _inherit = "logistics.sending.mixin"

    # === BUSINESS METHODS ===#

    def _succeed(self, at=None):
        """Keep that a server took these records.

        :param at: naive UTC instant
        """
        self.write(
            {
                "state": "sent",
                "reason": False,
                "failure_text": False,
                "failure_kind": False,
                "due_at": False,
                "sent_at": at or fields.Datetime.now(),
            }
        )

    def _fail(self, text, failure_type=None):
        """Keep why these records did not go out; try again later, or by another way.

        :param text: what the server or the template said
        :param failure_type: as mails and SMS have it
        """
        verdict = delivery.judge(failure_type, text)
        if not verdict.for_a_while:
            self._note_failure(text, "refused")
            self._go_another_way(text, verdict)
            return
        for attempts, batch in self.grouped("attempts").items():
            due_at = fields.Datetime.now() + channels.retry_delay(attempts + 1)
            batch._note_failure(text, "for_a_while", due_at)

    def _note_failure(self, text, kind=False, due_at=False):
        """Keep that these records did not go out.

        :param kind: whether it was for a while, for good, or came back
        :param due_at: naive UTC instant at which they are tried again, if at all
        """
        for attempts, batch in self.grouped("attempts").items():
            batch.write(
                {
                    "state": "failed",
                    "failure_text": text,
                    "failure_kind": kind,
                    "attempts": attempts + 1,
                    "due_at": due_at,
                    "sent_at": False,
                }
            )

    def _come_back(self, text, verdict):
        """Keep that these records came back: whoever was to be told was not.

        :param verdict: as :class:`~..tools.foundation.delivery.Verdict`
        """
        gone = self._get_unanswered()
        gone._note_failure(text, "bounced")
        gone._go_another_way(text, verdict)
        (self - gone)._keep_undeliverable(text, verdict)

    def _get_unanswered(self):
        """Return the records that nobody has reacted to: what comes back was not read."""
        return self.filtered(lambda record: record.state in HANDED_OVER)

    def _go_another_way(self, text, verdict):
        """Send by another channel what one refuses for good, or lay it before a person."""
        self._keep_undeliverable(text, verdict)
        failed = self.filtered(lambda record: record.state == "failed")
        for record in failed:
            tried = [*(record.failed_channels or "").split(), record.channel]
            record.failed_channels = " ".join(filter(None, tried))
        others = failed._get_open_ways()
        others.write(self._prepare_other_way_vals())
        if others:
            self._wake_up(self._sending_cron)
        (failed - others)._lay_before_person(text, verdict)

    def _get_open_ways(self):
        """Return those of the records that another channel is open to; override to offer some."""
        return self.browse()

    def _prepare_other_way_vals(self):
        return {"state": "waiting", "mail_id": False, "due_at": fields.Datetime.now()}

    def _lay_before_person(self, text, verdict):
        """Have somebody see to what did not arrive; whoever knows people overrides it."""

    def _keep_undeliverable(self, text, verdict):
        """Keep that the addresses of these records do not work, if it is that."""
        if verdict.wrong_address:
            rows = {(record.address, record.company_id): text for record in self if record.address}
            # whoever sends need not write such lists
            self.env["logistics.undeliverable.address"].sudo()._keep(rows)

    @api.model
    def _take_results(self, results):
        """As inherited; here each record has one mail or SMS at a time.

        What became of an earlier one changes nothing, unless it came back.
        """
        records = {record.id: record for record in self.browse(results.mapped("res_id")).exists()}
        last = {}
        for result in results:
            record = records.get(result.res_id)
            if record and record._is_about(result):
                last[record] = result
        for key, batch in self.browse().concat(*last).grouped(
            lambda record: last[record]._get_key()
        ).items():
            batch._take_result_of_all(*key)

    def _is_about(self, result):
        """Tell whether a result says something of what was sent last."""
        if result.outcome == BOUNCED or result.channel != self.channel:
            return result.channel == self.channel
        current = self.mail_id if result.channel == channels.MAIL else self.sms_ids.sorted("id")[-1:]
        if current.id != result.item_id and not (result.outcome == CANCELLED and not current):
            return False
        if result.outcome == SENT:
            return True
        # what was held back or answered meanwhile is past that
        return self.state == "queued" or result.outcome == FAILED and self.state in HANDED_OVER

    def _take_result_of_all(self, outcome, failure_type, text, at):
        """Keep what became of these records, to which the same happened."""
        if outcome == SENT:
            self._succeed(at)
        elif outcome == BOUNCED:
            self._come_back(text, delivery.judge(failure_type, None))
        elif outcome == CANCELLED:
            for why, records in self.grouped(lambda one: one._get_cancelled_text()).items():
                records._note_failure(why)
        else:
            self._fail(text, failure_type)

    def _get_cancelled_text(self):
        if self.channel == channels.SMS:
            return self.env._("The SMS was cancelled.")
        if not self.mail_id:
            return self.env._("The mail was deleted before it was sent.")
        return self.env._("The mail was cancelled.")

    @api.model
    def _find_lost(self):
        """Bring to its end what waits in the queue though its mail or SMS is through or gone."""
        queued = [("state", "=", "queued"), ("channel", "=", channels.MAIL)]
        ended = [*queued, ("mail_id.state", "in", ("sent", "exception", "cancel"))]
        gone = [*queued, ("mail_id", "=", False)]
        lost = self.search(Domain(ended) | Domain(gone), limit=LOST_BATCH)
        isolate(lost, lambda part: part._end_lost(), lambda one, error: one._leave_out(error))

    def _end_lost(self):
        for record in self:
            mail = record.mail_id
            if mail.state == "sent":
                record._succeed(mail.write_date)
            elif mail.state == "exception":
                record._fail(mail.failure_reason, mail.failure_type)
            else:
                record._note_failure(record._get_cancelled_text())

    def _try_again(self):
        """Hand mails and SMS that did not reach a server back to their queue: no new ones."""
        fresh = self - self._give_up_retrying()
        fresh._requeue()
        fresh.write(self._prepare_queued_vals())

    def _give_up_retrying(self):
        """Hold back what must not go out any more; return it."""
        reasons = self._get_retry_reasons()
        given_up = self.filtered(reasons.get)
        given_up._cancel_queued()
        given_up._suppress_those(reasons)
        return given_up

    def _get_retry_reasons(self):
        """Return for each record why it must not be tried again, or None."""
        return dict.fromkeys(self)

    def _cancel_queued(self):
        """Take mails and SMS that did not go out yet back from their queues."""
        self.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        self.sms_ids.filtered(lambda sms: sms.state in ("outgoing", "error")).action_set_canceled()

    def _requeue(self):
        mails = self.mail_id.filtered(
            lambda mail: mail.state == "exception" and mail.failure_type not in FINAL_FAILURES
        )
        messages = self.sms_ids.filtered(lambda sms: sms.state == "error" and not sms.to_delete)
        if mails:
            mails.mark_outgoing()
            self._wake_up("mail.ir_cron_mail_scheduler_action")
        if messages:
            messages.action_set_outgoing()
            self._wake_up("sms.ir_cron_sms_scheduler_action")
