from xmlrpc.client import Binary

from odoo import api, models
from odoo.tools import email_normalize, formataddr

from ....tools.complaint import mail_charset, mail_text, mail_wrapping
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
            mail_charset.mend_headers(message),
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """What answers a notice, a question or a greeting finds a case at whatever address."""
        routes = self.env["logistics.complaint"]._route_answer(message, message_dict)
        if routes is not None:
            return routes
        return super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values
        )

    @api.model
    def message_parse(self, message, save_original=False):
        """As inherited, in the encoding that is used, and from who wrote it."""
        for part in message.walk():
            if part.get_content_maintype() == "text" and not part.is_multipart():
                is_html = part.get_content_type() == "text/html"
                data, label = part.get_payload(decode=True), part.get_param("charset")
                label = label if isinstance(label, str) else part.get_content_charset()
                charset = mail_charset.find_charset(data, label, is_html)
                part.set_param("charset", charset, replace="Content-Type" in part)
        parsed = super().message_parse(message, save_original=save_original)
        writer = self._find_logistics_writer(message)
        return {**parsed, "email_from": writer, "from": writer} if writer else parsed

    @api.model
    def _find_logistics_writer(self, message):
        """Return who wrote a mail in which a mailing group put an address of its own, or None."""
        senders = mail_text.get_people(str(message.get("From", "")))
        if not senders:
            return None
        own = self._get_logistics_own(address for _name, address in senders)
        if senders[0][1] not in own and not mail_text.says_rewritten(message):
            return None
        candidates = [*senders[1:], *mail_text.get_original_senders(message)]
        group = {senders[0][1], *self._get_logistics_own(address for _name, address in candidates)}
        return next((formataddr(one) for one in candidates if one[1] not in group), None)

    @api.model
    def _get_logistics_own(self, addresses):
        """Return those of the addresses at which the company itself is written to.

        :param addresses: addresses in small letters
        """
        addresses = set(addresses)
        # the gateway need not read settings
        aliases = (
            self.env["mail.alias"]
            .sudo()
            .search_fetch([("alias_full_name", "in", list(addresses))], ["alias_full_name"])
        )
        domains = self.env["mail.alias.domain"].sudo().search([])
        companies = self.env["res.company"].sudo().search([])
        fixed = {*domains.mapped("catchall_email"), *domains.mapped("bounce_email")}
        fixed |= {*domains.mapped("default_from_email"), *companies.partner_id.mapped("email_normalized")}
        servers = self.env["fetchmail.server"].sudo().search_fetch([], ["user"])
        fixed |= {(user or "").lower() for user in servers.mapped("user")}
        return addresses & {*aliases.mapped("alias_full_name"), *fixed}

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        routes = [self._lead_to_kept_case(route) for route in routes or ()]
        watched = ("logistics.complaint", "logistics.investigation")
        wrappings = ()
        if any(model in watched for model, *_route in routes):
            wrappings = mail_wrapping.find_wrappings(message)
            self = self.with_context(  # pylint: disable=context-overridden
                logistics_mail_automatic=self._is_logistics_automatic(message, message_dict, routes) and SAID,
                logistics_mail_quiet=self._is_logistics_quiet(message, message_dict) and SAID,
                logistics_mail_enclosed=self._get_logistics_enclosed(message),
                logistics_mail_wrappings=wrappings,
            )
        thread_id = super()._message_route_process(message, message_dict, routes)
        if wrappings and thread_id and routes[-1][0] == "logistics.complaint":
            # the gateway reads on behalf of the company
            self.env["logistics.complaint"].sudo().browse(thread_id)._note_wrappings(wrappings)
        return thread_id

    @api.model
    def _get_logistics_enclosed(self, message):
        """Return who wrote the mails that are attached to a mail."""
        enclosed = mail_text.get_enclosed(message)
        people = [mail_text.get_people(str(one.get("From", "")))[:1] for one in enclosed]
        return tuple(person for found in people for person in found)

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
    def _is_logistics_automatic(self, message, message_dict, routes=()):
        """Tell whether a mail says that a program wrote it.

        A subject that reads so counts in a talk alone, and only where the talk has another subject:
        the mail is kept there and moves nothing.

        :param routes: where it goes to
        """
        sender = email_normalize(message_dict.get("email_from") or "") or ""
        if mail_text.says_automatic(message.get, sender) or mail_text.wraps_automatic(message):
            return True
        # the gateway reads on behalf of the company
        talks = [self.env[model].sudo().browse(route[0]) for model, *route in routes if route[0]]
        parent = self.env["mail.message"].sudo().browse(message_dict.get("parent_id") or [])
        subjects = [parent.subject, *(talk[talk._rec_name] for talk in talks if talk._rec_name)]
        return (
            bool(talks)
            and mail_text.looks_automatic(message_dict.get("subject"))
            and not any(mail_text.looks_automatic(str(subject or "")) for subject in subjects)
        )

    @api.model
    def _is_logistics_quiet(self, message, message_dict):
        """Tell whether a mail is to be answered by a person alone."""
        named = [str(message.get(name, "")) for name in ("From", "List-Post")]
        people = [person for value in named for person in mail_text.get_people(value)]
        ours = bool(self._get_logistics_own(address for _name, address in people))
        return mail_text.wants_no_answer(message.get, ours) or mail_text.looks_automatic(
            message_dict.get("subject")
        )
