import re
from email.message import Message

from odoo import api, models
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize

from ...tools.foundation import delivery
from .logistics_sending_result import BOUNCED

MAX_TEXT = 2000
SOFT_BREAK = re.compile(r"=\r?\n")


class MailThread(models.AbstractModel):
    """What comes back as undeliverable becomes known to what it was written for."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """As inherited; that something is late, or was delivered, is no bounce."""
        verdict = delivery.judge_report(*_read_report(email_message))
        if verdict is None:
            return
        super()._routing_handle_bounce(email_message, message_dict)
        self._append_bounce(message_dict, verdict)

    @api.model
    def message_parse(self, message, save_original=False):
        """As inherited; whoever answers quotes the link by which only the customer may answer."""
        parsed = super().message_parse(message, save_original=save_original)
        texts = self.env["logistics.link.text"]
        for name in ("body", "subject"):
            parsed[name] = texts._mask_text(parsed.get(name))
        parsed["attachments"] = [_mask_file(texts, file) for file in parsed.get("attachments") or []]
        return parsed

    @api.model
    def _append_bounce(self, message_dict, verdict):
        message = message_dict.get("bounced_message") or self.env["mail.message"]
        # the gateway reads on behalf of the company
        results = self.env["logistics.sending.result"].sudo()
        if results._follows(message.model):
            results._append(
                [
                    {
                        "model": message.model,
                        "res_id": message.res_id,
                        "channel": "mail",
                        "message_id": message.id,
                        "outcome": BOUNCED,
                        "failure_type": verdict.wrong_address and "mail_bounce",
                        "failure_text": html2plaintext(message_dict.get("body") or "")[:MAX_TEXT],
                        "address": message_dict.get("bounced_email"),
                    }
                ]
            )

    @api.model
    def _routing_reset_bounce(self, email_message, message_dict):
        """As inherited; an address from which somebody writes works."""
        result = super()._routing_reset_bounce(email_message, message_dict)
        if address := email_normalize(message_dict.get("email_from") or ""):
            # the gateway forgets on behalf of all companies
            self.env["logistics.undeliverable.address"].sudo()._forget([address])
        return result


def _mask_file(texts, file):
    """Return an attached text, as a mail that was forwarded whole, without the secrets of links."""
    content = file.content.as_bytes() if isinstance(file.content, Message) else file.content
    if not content or (b"\0" if isinstance(content, bytes) else "\0") in content:
        return file  # a picture, an archive
    text = content.decode(errors="surrogateescape") if isinstance(content, bytes) else content
    joined = SOFT_BREAK.sub("", text)  # mails break lines within words
    masked = texts._mask_text(joined)
    if masked == joined:
        return file
    if isinstance(content, bytes):
        masked = masked.encode(errors="surrogateescape")
    return file._replace(content=masked)


def _read_report(message):
    """Return action and status of a delivery report, or None for what it does not say."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if block.get("Action"):
                    return block["Action"], block.get("Status")
    return None, None
