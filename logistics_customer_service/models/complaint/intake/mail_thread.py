from xmlrpc.client import Binary

from odoo import api, models
from odoo.tools import email_normalize

from ....tools.complaint import mail_text
from ....tools.foundation.said import SAID


class MailThread(models.AbstractModel):
    """Looks at incoming mails before they are read and tells cases what kind they are."""

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        if isinstance(message, Binary):
            message = bytes(message.data)
        if isinstance(message, str):
            message = message.encode("utf-8")
        return super().message_process(
            model,
            mail_text.name_known_charsets(mail_text.widen_chinese_charsets(message)),
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        routes = [self._lead_to_kept_case(route) for route in routes or ()]
        watched = ("logistics.complaint", "logistics.investigation")
        if any(model in watched for model, *_route in routes):
            self = self.with_context(  # pylint: disable=context-overridden
                logistics_mail_automatic=self._is_logistics_automatic(message, message_dict) and SAID,
                logistics_mail_quiet=mail_text.wants_no_answer(message.get) and SAID,
            )
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _lead_to_kept_case(self, route):
        """Return a route in which a case that was merged is the one it was merged into."""
        model, thread_id, *rest = route
        if model != "logistics.complaint" or not thread_id:
            return route
        # the gateway reads on behalf of the company
        case = self.env[model].sudo().browse(thread_id).exists()
        return (model, case._get_kept().id or thread_id, *rest)

    @api.model
    def _is_logistics_automatic(self, message, message_dict):
        """Tell whether a program wrote an incoming mail."""
        sender = email_normalize(message_dict.get("email_from") or "") or ""
        return mail_text.is_automatic(message.get, message_dict.get("subject"), sender)
