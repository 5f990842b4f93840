from odoo import fields, models
from odoo.tools import plaintext2html


class LogisticsSendingTextMixin(models.AbstractModel):
    """Something that is sent and whose text is kept, to be seen later."""

    _name = "logistics.sending.text.mixin"
    _inherit = ["logistics.sending.mixin"]
    _description = "Sent by Mail or SMS, the Text Kept"

    subject = fields.Char(readonly=True)
    # what was sent, which mail.mail has sanitized
    body = fields.Html(string="Text", sanitize=False, readonly=True)

    def _prepare_mailed_vals(self, mail):
        vals = super()._prepare_mailed_vals(mail)
        return {**vals, "subject": mail.subject, "body": mail.mail_message_id.body}

    def _prepare_texted_vals(self, body):
        text = self.env["logistics.link.text"]._mask_text(body or "")
        # names and places in it are others' words, and the field shows HTML
        return {**super()._prepare_texted_vals(body), "body": plaintext2html(text)}
