from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """What became of a mail becomes known here, in the transaction that keeps it."""
        self._tell_notices(failure_reason, failure_type)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _tell_notices(self, failure_reason, failure_type):
        notices = self._get_logistics_notices()
        sent = notices.filtered(lambda notice: notice.mail_id.state == "sent")
        sent._succeed()
        failures = (notices - sent).grouped(
            lambda notice: (
                failure_reason or notice.mail_id.failure_reason,
                failure_type or notice.mail_id.failure_type,
            )
        )
        for (text, kind), failed in failures.items():
            failed._fail(text, kind)

    def _get_logistics_notices(self):
        mails = self.filtered(lambda mail: mail.model == "logistics.notice")
        if not mails:
            return self.env["logistics.notice"]
        # whoever sends a mail writes no notices
        return self.env["logistics.notice"].sudo().search([("mail_id", "in", mails.ids)])

    def cancel(self):
        result = super().cancel()
        self._get_logistics_notices()._fail(self.env._("The mail was cancelled."))
        return result

    def unlink(self):
        unsent = self._get_logistics_notices().filtered(lambda notice: notice.state == "queued")
        unsent._fail(self.env._("The mail was deleted before it was sent."))
        return super().unlink()
