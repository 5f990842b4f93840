from odoo import models

from ...tools.foundation.plain_text import to_plain_text
from .mail_template import OURS


class MailMail(models.Model):
    """What a reader sees whose program shows no HTML."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """As inherited; the text of our mails is laid out as somebody would write it."""
        results = super()._prepare_outgoing_list(mail_server=mail_server, doc_to_followers=doc_to_followers)
        if (self.model or "").startswith(OURS):
            for result in results:
                text = to_plain_text(result["body"])
                result["body_alternative"] = text or result["body_alternative"]
        return results
