from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """What became of a mail becomes known here, in the transaction that keeps it."""
        for sendings in self._get_logistics_sendings():
            sendings._take_mail_result(failure_reason, failure_type)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _get_logistics_sendings(self):
        """Return what these mails were written for, a recordset for each model."""
        sendings = []
        for name, mails in self.grouped("model").items():
            model = self.env.get(name)
            if isinstance(model, self.pool["logistics.sending.mixin"]):
                # whoever sends a mail need not write what it was written for
                sendings.append(model.sudo().search([("mail_id", "in", mails.ids)]))
        return sendings

    def cancel(self):
        result = super().cancel()
        for sendings in self._get_logistics_sendings():
            sendings._fail(self.env._("The mail was cancelled."))
        return result

    def unlink(self):
        for sendings in self._get_logistics_sendings():
            unsent = sendings.filtered(lambda sending: sending.state == "queued")
            unsent._fail(self.env._("The mail was deleted before it was sent."))
        return super().unlink()
