import smtplib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.mail import email_normalize_all

from .logistics_sending_result import CANCELLED, FAILED, SENT

DEFAULT_RETRY_HOURS = 48
DEFAULT_BOUNCE_DAYS = 30


class MailMail(models.Model):
    _inherit = "mail.mail"

    logistics_attempts = fields.Integer(string="Failed Attempts", readonly=True, copy=False)

    # === BUSINESS METHODS ===#

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """In a copy what is ours stays in the queue, and nobody waits behind it."""
        mails = self
        if not self.env["logistics.database"]._is_original():
            ours = self.env["logistics.database"]._get_own_models()
            more = self.env.context.get("filters", [])
            mails = self.with_context(filters=[*more, ("model", "not in", ours)])
        return super(MailMail, mails).process_email_queue(email_ids, batch_size)

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Nothing of ours leaves a copy, whoever sends it."""
        mails = self
        if not self.env["logistics.database"]._is_original():
            ours = self.env["logistics.database"]._get_own_models()
            mails = self.filtered(lambda mail: mail.model not in ours)
        return super(MailMail, mails).send(auto_commit, raise_exception, post_send_callback)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """What became of a mail is appended here, in the transaction that keeps it, and no more.

        Whatever raised or waited here would have core send the mail once more.
        """
        note = self.env.context.get("logistics_note_handled")
        if callable(note):  # a client's word is none
            note(self.ids)
        self._append_results(
            lambda mail: SENT if mail.state == "sent" else FAILED, failure_reason, failure_type
        )
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _append_results(self, get_outcome, failure_reason=False, failure_type=None):
        """Append what became of those of these mails that are followed."""
        # whoever sends a mail need not read what it was written for
        results = self.env["logistics.sending.result"].sudo()
        rows = [
            {
                "model": mail.model,
                "res_id": mail.res_id,
                "channel": "mail",
                "item_id": mail.id,
                "message_id": mail.mail_message_id.id,
                "outcome": outcome,
                "failure_type": outcome != SENT and (failure_type or mail.failure_type),
                "failure_text": outcome != SENT and (failure_reason or mail.failure_reason),
            }
            for mail in self
            if mail.res_id and results._follows(mail.model) and (outcome := get_outcome(mail))
        ]
        if rows:
            results._append(rows)

    def _send(self, auto_commit=False, raise_exception=False, **kwargs):
        """A connection that breaks is the trouble of the mail that was being sent, and of no other.

        Core raises past the hook: the mail would stay as if it were being sent, and where nothing
        was committed meanwhile those that the server took before it would go a second time.
        """
        handled = set()
        waiting = self.filtered(lambda mail: mail.state == "outgoing")
        try:
            # a method is itself alone, where two empty sets would be the same context
            noting = self.with_context(logistics_note_handled=handled.update)
            return super(MailMail, noting)._send(
                auto_commit=auto_commit, raise_exception=raise_exception, **kwargs
            )
        except smtplib.SMTPServerDisconnected as error:
            broken = waiting.filtered(
                lambda mail: mail.state == "exception" and mail.id not in handled
            )
            broken._note_hung_up(f"{type(error).__name__}: {error}")
            if auto_commit:
                # as core does after each mail: what was handed over must not be undone
                self.env.cr.commit()  # pylint: disable=invalid-commit
            if raise_exception:
                raise
            # the others have not been tried: their queue does
            self.env["logistics.sending.mixin"]._wake_up("mail.ir_cron_mail_scheduler_action")
            return True

    def _note_hung_up(self, text):
        self.write({"state": "exception", "failure_type": "mail_smtp", "failure_reason": text})
        self._postprocess_sent_message([], [], failure_reason=text, failure_type="mail_smtp")

    def cancel(self):
        result = super().cancel()
        self._append_results(lambda mail: CANCELLED)
        return result

    def unlink(self):
        self._append_results(lambda mail: mail.state != "sent" and CANCELLED)
        return super().unlink()

    def _queue_again(self, notifications, at, attempts):
        """Have a mail sent at an instant, to those it did not reach.

        :param notifications: of whom it did not reach, or None where nobody keeps that
        :param at: naive UTC instant
        :param attempts: how often it failed so far
        """
        vals = {"state": "outgoing", "scheduled_date": at, "logistics_attempts": attempts}
        if notifications is not None:
            addresses = notifications.filtered(lambda one: not one.res_partner_id)
            vals["recipient_ids"] = [fields.Command.set(notifications.res_partner_id.ids)]
            if not addresses:
                vals |= {"email_to": False, "email_cc": False}
            notifications.write(
                {"notification_status": "ready", "failure_type": False, "failure_reason": False}
            )
        self.write(vals)
        # scheduled actions are the administrator's
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=at)

    def _note_recipients(self):
        """Keep for each recipient what becomes of these mails, as core does for what is posted."""
        self.env["mail.notification"].create(
            [
                {**vals, **recipient}
                for mail, vals in zip(self, self._get_notification_values(), strict=True)
                for recipient in mail._get_recipients()
            ]
        )

    def _get_recipients(self):
        addresses = email_normalize_all(self.email_to or "")
        return [
            *({"res_partner_id": partner.id} for partner in self.recipient_ids),
            *({"mail_email_address": address} for address in addresses),
        ]

    @api.model
    def _get_logistics_patience(self):
        """Return how long a mail is tried again that a server refuses for a while."""
        return timedelta(hours=self._get_logistics_number("retry_hours", DEFAULT_RETRY_HOURS))

    @api.model
    def _get_bounce_days(self):
        """Return how many days after it was sent something may come back."""
        return self._get_logistics_number("bounce_days", DEFAULT_BOUNCE_DAYS)

    @api.model
    def _get_logistics_number(self, name, default):
        parameters = self.env["ir.config_parameter"].sudo()  # parameters are admin-only
        return int(parameters.get_param(f"logistics_customer_service.{name}") or default)

    @api.autovacuum
    def _gc_logistics(self):
        """Drop what customers were sent, once no bounce and no answer is to be expected any more."""
        limit = fields.Datetime.now() - timedelta(days=self._get_bounce_days())
        mixin = self.pool["logistics.sending.mixin"]
        names = [name for name, model in self.pool.items() if issubclass(model, mixin)]
        domain = [("model", "in", names), ("state", "in", ("sent", "cancel"))]
        self.search([*domain, ("write_date", "<", limit)], limit=10000).unlink()
