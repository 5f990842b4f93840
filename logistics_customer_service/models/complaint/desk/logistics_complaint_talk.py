from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize_all

from ....tools.complaint import mail_text
from ...foundation.shown_json import ShownJson
from ..logistics_complaint_stage import WAITING_CUSTOMER

SHOWN_MATTERS = 5


class LogisticsComplaint(models.Model):
    """The conversation in a case: what the customer said last, to whom and how an answer goes."""

    _inherit = "logistics.complaint"

    talk = ShownJson(
        string="Conversation",
        compute="_compute_talk",
        groups="base.group_user",  # customers read their cases
    )
    open_matter_ids = fields.Many2many(
        "logistics.complaint", string="Open Matters", compute="_compute_open_matter_ids"
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "description", "contact_id", "partner_id", "contact_name", "email_from", "phone",
        "customer_answered", "message_ids",
    )
    @api.depends_context("lang")
    def _compute_talk(self):
        """What is shown above the conversation of a case; three queries for all."""
        said, last = self._get_last_said(), self._get_last_messages()
        for case in self:
            origin = case._origin
            case.talk = origin and {
                "words": origin._prepare_words(said.get(origin), last.get(origin.id)),
                "reply": origin._prepare_reply(),
            }

    def _get_last_said(self):
        """Return case → the last message that its customer wrote."""
        foreign = Domain("author_id", "=", False) | Domain("author_id.partner_share", "=", True)
        messages = self.env["mail.message"].search(
            Domain("model", "=", self._name)
            & Domain("res_id", "in", self._origin.ids)
            & Domain("message_type", "in", ("email", "comment"))
            & Domain("subtype_id.internal", "=", False)
            & foreign,
            order="id",
        )
        cases = {case.id: case for case in self._origin}
        return {
            cases[message.res_id]: message
            for message in messages
            if cases[message.res_id]._is_customers(message)
        }

    def _get_last_messages(self):
        """Return by the id of a case the id of the message on top of its conversation."""
        return dict(
            self.env["mail.message"]._read_group(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self._origin.ids),
                    ("message_type", "!=", "user_notification"),
                ],
                ["res_id"],
                ["id:max"],
            )
        )

    def _prepare_words(self, message, last_id):
        """Return what the customer said last, or nothing.

        :param message: the customer's last message, or None: then it is what the case opened with
        :param last_id: the id of the message on top of the conversation
        """
        body, at = (message.body, message.date) if message else (self.description, self.received_at)
        text = html2plaintext(mail_text.without_quotes(str(body or ""))).strip()
        # what was said on the phone since is noted in the conversation
        since = self.customer_wrote_at and (self.customer_wrote_at - at).total_seconds() > 60
        channel = {"email": "mail", "comment": "portal"}[message.message_type] if message else self.channel
        channels = dict(self._fields["channel"]._description_selection(self.env))
        name = (message and message.author_id.name) or self._get_person_name()
        return bool(text) and {
            "text": text,
            "by": name,
            "at": fields.Datetime.to_string(at),
            "channel": channels[channel],
            "waits": self.customer_answered,
            "newest": bool(since or (message and message.id == last_id)),
        }

    def _prepare_reply(self):
        """Return to whom an answer goes, and by which way: mail, portal or, by neither, none."""
        recipient = self._prepare_recipient()
        way = "mail" if recipient["email"] else False
        # whether somebody has a login is no secret to who answers
        if not way and (self.contact_id or self.partner_id).sudo().user_ids:
            way = "portal"
        return {
            "name": recipient["name"],
            "email": recipient["email"],
            "way": way,
            "phone": self.phone or "",
        }

    def _get_person_name(self):
        return (
            self.contact_id.name or self.contact_name or self.partner_id.name or self.email_from or ""
        )

    @api.depends("partner_id", "company_id")
    def _compute_open_matter_ids(self):
        """The customer's other open cases: one search for each customer shown."""
        for (partner, company), cases in self.grouped(
            lambda case: (case.partner_id, case.company_id)
        ).items():
            found = partner and self.search(
                Domain("partner_id", "=", partner.id)
                & Domain("company_id", "=", company.id)
                & Domain("is_open", "=", True),
                limit=SHOWN_MATTERS + len(cases),
            )
            for case in cases:
                case.open_matter_ids = (found or self.browse()) - case._origin

    # === ACTION METHODS ===#

    @api.readonly
    def read_reply_recipients(self):
        """Tell whom an answer to the customer is for: the customer's people, and nobody else.

        :return: list of recipients as Odoo's composer takes them, the person who turned to us first
        """
        self.ensure_one()
        owners, partners = self._get_owners(), self.env["res.partner"]
        # whoever reads the case may know whose addresses these are
        addresses = {*self.sudo()._get_known_addresses(), *email_normalize_all(self.email_cc or "")}
        people = self._message_get_suggested_recipients(reply_discussion=True, no_create=True)
        own = [
            one
            for one in people
            if partners.browse(one["partner_id"] or ()).commercial_partner_id & owners
            or (not one["partner_id"] and one["email"] in addresses)
        ]
        first = self._prepare_recipient()
        rest = [
            {key: one[key] for key in first}
            for one in own
            if one["email"] and one["email"] != first["email"]
        ]
        return [first, *rest] if first["partner_id"] or first["email"] else rest

    def _prepare_recipient(self):
        """Return whom an answer is for; a person without address gets it at the case's."""
        person = self.contact_id or self.partner_id
        own = person.email_normalized
        return {
            # who reads it on the portal needs no address
            "partner_id": (own or not self.email_from) and person.id,
            "name": self._get_person_name(),
            "email": own or self.email_from or "",
        }

    def read_canned_answers(self):
        """Return the templates with which the case can be answered: their ids and names."""
        self.check_access("read")
        # which template acknowledges is the team's policy
        automatic = self.env["logistics.service.team"].sudo().search([]).acknowledgement_template_id
        templates = self.env["mail.template"].search(
            [("model", "=", self._name), ("id", "not in", automatic.ids)], order="name"
        )
        return [{"id": template.id, "name": template.name} for template in templates]

    def action_answer_with(self, template_id):
        """Open Odoo's composer with an answer to the customer.

        :param template_id: id of a mail template for cases
        :raises UserError: if it is none
        """
        self.ensure_one()
        template = self.env["mail.template"].browse(template_id).exists()
        if template.model != self._name:
            raise UserError(self.env._("That is no template for cases."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply to %s", self._get_person_name()),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_partner_ids": self._find_reply_partners().ids,
                "default_composition_mode": "comment",
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }

    def _find_reply_partners(self):
        """Return the contacts whom an answer is for; who is none yet becomes one, as in Odoo."""
        people = self.read_reply_recipients()
        unknown = [one["email"] for one in people if not one["partner_id"]]
        known = self.env["res.partner"].browse(filter(None, (one["partner_id"] for one in people)))
        return known | self._partner_find_from_emails({self: unknown})[self.id]

    def action_wait(self):
        """Note that it is the customer's turn."""
        self._check_not_merged()
        self._move_to_phase(WAITING_CUSTOMER)

    def action_view_duplicates(self):
        """Open the case and those that may be about the same, to be compared and merged."""
        self.ensure_one()
        return self._get_cases_action([("id", "in", (self | self.duplicate_ids).ids)])
