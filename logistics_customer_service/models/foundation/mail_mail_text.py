from odoo import models

from ...tools.foundation.plain_text import to_plain_text
from .mail_template import OURS


class MailMail(models.Model):
    """What goes out: the links, and what a reader sees whose program shows no HTML."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "logistics.link.text.mixin"]

    _link_texts = ("body_html", "headers")

    def _get_links(self):
        return super()._get_links() + self.mail_message_id._get_links()

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """As inherited, with the links; the text of our mails is laid out as somebody would write it."""
        results = super()._prepare_outgoing_list(mail_server=mail_server, doc_to_followers=doc_to_followers)
        if self._get_links():
            for result in results:
                self._show_links_of(result)
        if (self.model or "").startswith(OURS):
            for result in results:
                text = to_plain_text(result["body"])
                result["body_alternative"] = text or result["body_alternative"]
        return results

    def _show_links_of(self, result):
        headers = {name: value for name, value in result["headers"].items() if isinstance(value, str)}
        body, alternative, *values = self._show_links(
            result["body"], result["body_alternative"], *headers.values()
        )
        shown = {**result["headers"], **dict(zip(headers, values, strict=True))}
        result |= {"body": body, "body_alternative": alternative, "headers": shown}
