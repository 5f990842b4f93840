import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize, plaintext2html

from ....tools.complaint import mail_text
from ....tools.complaint.moments import NEW_CASE
from ....tools.foundation.parts import of_part
from ....tools.foundation.said import SAID, is_said
from ..logistics_complaint import INCIDENT, OWN
from ..logistics_complaint_stage import CANCELLED, CLOSED, WAITING_CUSTOMER, WAITING_THIRD, WORKING

_logger = logging.getLogger(__name__)

ACKNOWLEDGED_AT_ONCE = 50
# other programs must not answer it
AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


class LogisticsComplaint(models.Model):
    """Cases by mail: opened, answered, acknowledged; and what other programs ask for."""

    _name = "logistics.complaint"
    _inherit = ["logistics.complaint", "logistics.case.mail.mixin", "logistics.case.reply.mixin"]

    mail_reference = fields.Char(
        string="Opened by Mail", readonly=True, copy=False, help="The id of the mail."
    )
    acknowledgement = fields.Selection(
        [
            ("none", "Not needed"),
            ("to_send", "To be sent"),
            ("sending", "On Its Way"),
            ("sent", "Sent"),
            ("failed", "Failed"),
        ],
        compute="_compute_acknowledgement",
        store=True,
        precompute=True,
        copy=False,
    )

    answers_reference = fields.Char(
        string="Answers",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The id of our message that the mail which opened the case answers.",
    )
    acknowledgement_message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    sender_email = fields.Char(
        string="Sender",
        compute="_compute_sender_email",
        compute_sudo=True,
        help="From whom the customer gets mails about the case: its team, else the company.",
    )
    external_reference = fields.Char(
        string="Other System's Reference",
        readonly=True,
        copy=False,
        help="What the program that registered the case calls it; sent again, it opens no other.",
    )

    _email_from_idx = models.Index("(email_from) WHERE email_from IS NOT NULL")
    _to_acknowledge_idx = models.Index("(id) WHERE acknowledgement = 'to_send'")
    _external_reference_unique = models.UniqueIndex(
        "(company_id, external_reference) WHERE external_reference IS NOT NULL",
        "Two cases of a company cannot have the same reference of a caller.",
    )

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "acknowledgement",
            "acknowledgement_message_id",
            "answers_reference",
            "mail_reference",
        }

    # === BUSINESS METHODS ===#

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """What says that a program wrote it opens no case; what names a case goes to that case."""
        model, thread_id, values, user_id, alias = route
        if model == self._name and not thread_id:
            if self.env["mail.thread"]._is_logistics_automatic(message, message_dict):
                _logger.info(
                    "Mail %s from %s was written by a program and opens no case",
                    message_dict["message_id"],
                    message_dict["email_from"],
                )
                return ()
            original = self._get_original(message_dict)
            case = self._find_by_mail(message_dict) or self._find_by_original(
                original, message_dict, values
            )
            route = original._get_logistics_route(case, values, user_id, alias)
        return super()._routing_check_route(message, message_dict, route, raise_exception)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        self._clean_mail(msg_dict)
        sender = self._get_sender(msg_dict)
        values = {**self._prepare_mail_values(msg_dict, sender), **(custom_values or {})}
        if not values.get("partner_id"):
            values.setdefault("lang", self._choose_lang(values))
        # nobody but the rules assigns it, least of all the account that fetches mails
        cases = self.with_context(default_user_id=False)
        if not sender or self._is_colleague(sender):
            cases = cases.with_context(logistics_mail_quiet=SAID)
        values = self._complete_by_original(values)
        case = super(LogisticsComplaint, cases).message_new(
            {**msg_dict, "email_from": sender}, values
        )
        case._note_original()
        return case

    @api.model
    def _clean_mail(self, msg_dict):
        """Make a mail storable and mark what is quoted in it."""
        for name in ("subject", "email_from", "to", "cc"):
            msg_dict[name] = mail_text.storable(msg_dict.get(name))
        body = msg_dict.get("body") or ""
        if not isinstance(body, Markup):
            body = plaintext2html(body)
        # the gateway has sanitised it; marking adds an attribute
        msg_dict["body"] = Markup(mail_text.mark_quotes(mail_text.storable(str(body))))

    def _prepare_customer_vals(self, vals):
        """Addresses are kept normalised, so that they can be compared."""
        vals = super()._prepare_customer_vals(vals)
        if vals.get("email_from"):
            people = mail_text.get_people(vals["email_from"])
            vals["email_from"] = people[0][1] if people else vals["email_from"]
        return vals

    def message_update(self, msg_dict, update_vals=None):
        self._clean_mail(msg_dict)
        if is_said(self.env, "logistics_mail_automatic"):
            msg_dict["is_internal"] = True  # kept, and passed on to nobody
        return super().message_update(msg_dict, update_vals)

    def _follow_message(self, message):
        result = super()._follow_message(message)
        self._link_what_is_named(message)
        if self._is_correspondence(message):
            self._follow_correspondence(message)
        return result

    def _is_correspondence(self, message):
        """Tell whether a message is part of the talk with the customer."""
        return (
            message.message_type in ("email", "comment")
            and not message.subtype_id.internal
            and not is_said(self.env, "logistics_mail_automatic")
            and not is_said(self.env, "logistics_opening")
            and message.message_id != self.mail_reference
        )

    def _follow_correspondence(self, message):
        """Let a message move the case, by who wrote it."""
        author = message.author_id
        # the case moves by what was written, whoever's rights carry the message
        case = self.sudo()
        if author and not author.partner_share:
            if case._is_for_customer(message, case._get_subscribers(message)):
                case._answered(message)
        elif case._is_customers(message):
            case._customer_wrote(message)
        else:
            case._third_party_wrote(message)

    def _is_customers(self, message):
        """Tell whether the customer wrote; the head office writes for its branches, too.

        What one of us wrote is never the customer's.
        """
        author = message.author_id
        if author and not author.partner_share:
            return False
        sender = email_normalize(message.email_from or "")
        if sender and sender == self.email_from:
            return True
        if author:
            return bool(author.commercial_partner_id & self._get_owners())
        # core knows nobody by the second of several addresses in a field; whoever reads the case may
        # know whose it is
        return bool(sender) and sender in self.sudo()._get_known_addresses()

    def _get_owners(self):
        """Return the customer and the companies above it."""
        owners = level = self.partner_id
        while level.parent_id and level.parent_id not in owners:
            level = level.parent_id
            owners |= level
        return owners

    def _customer_wrote(self, message, channel=None):
        """The customer wrote: an answer is due, and what waited goes on.

        A case closed long ago stays closed: another one takes its place.

        :param channel: value of the field ``channel``, where the message does not say it
        :return: the case in which an answer is due
        """
        if self._is_closed_for_good():
            return self._open_follow_up(message, channel)
        self.write({"customer_answered": True, "customer_wrote_at": fields.Datetime.now()})
        if self.phase in (WAITING_CUSTOMER, CLOSED, CANCELLED):
            self._move_to_phase(WORKING)
            self.customer_answered = True
        return self

    def _note_customer_said(self, text, channel):
        """Keep what a customer said otherwise than in writing, and that an answer is due.

        :param text: plain text
        :param channel: value of the field ``channel``
        :return: the case in which it is due: this one, or another where this one is settled
        """
        self.ensure_one()
        case = self._get_kept()
        if channel == OWN:
            # the customer has said nothing yet
            case.message_post(body=plaintext2html(text or ""), subtype_xmlid="mail.mt_note")
            return case
        label = dict(self._fields["channel"]._description_selection(self.env))[channel]
        message = case.message_post(
            body=Markup("<p><b>%s</b></p>%s")
            % (self.env._("The customer says (%s):", label), plaintext2html(text or "")),
        )
        return case._customer_wrote(message, channel)

    def _third_party_wrote(self, message):
        """A carrier or somebody else wrote: what waited for a third party goes on."""
        if self.phase == WAITING_THIRD:
            self._move_to_phase(WORKING)

    def _can_reopen(self):
        """Tell whether a settled case is young enough to be taken up again."""
        days = timedelta(days=self.company_id.logistics_reopen_days)
        return not self.closed_at or self.closed_at >= fields.Datetime.now() - days

    def _is_closed_for_good(self):
        """Tell whether a case is settled and the time for taking it up again is over."""
        return self.phase in (CLOSED, CANCELLED) and not self._can_reopen()

    def _open_follow_up(self, message=None, channel=None):
        """Open a new case that takes up a settled one, and tell both.

        :param message: what the customer wrote; without it an agent takes the case up
        :param channel: as for :meth:`_customer_wrote`
        """
        wrote = message or self.env["mail.message"]
        vals = self._prepare_follow_up(wrote)
        case = self.create({**vals, "channel": channel or vals["channel"]})
        for attachment in wrote.attachment_ids:
            attachment.copy({"res_model": self._name, "res_id": case.id})
        link = case._get_html_link()
        self.message_post(
            body=self.env._(
                "The customer wrote again after the time for reopening: %s takes it up.", link
            )
            if wrote
            else self.env._("After the time for reopening %s takes it up.", link)
        )
        return case

    def _prepare_follow_up(self, message):
        return {
            **(self._prepare_follow_up_text(message) if message else self._copy_text()),
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "email_from": self.email_from,
            "team_id": self.team_id.id,
            # what we found is the customer's question, once the customer writes about it
            "kind": "inquiry" if message and self.kind == INCIDENT else self.kind,
            "category_id": self.category_id.id,
            "name": self.name,
            "order_ids": [fields.Command.set(self.order_ids.ids)],
            "picking_ids": [fields.Command.set(self.picking_ids.ids)],
            "previous_id": self.id,
        }

    def _prepare_follow_up_text(self, message):
        return {
            "channel": "mail" if message.message_type == "email" else "portal",
            "description": mail_text.without_quotes(str(message.body)),
        }

    def _copy_text(self):
        return {"channel": self.channel, "description": self.description}

    @api.model
    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["contact_id", "partner_id"]

    def _mail_get_partners(self, introspect_fields=False):
        """The person who turned to us is written to, else the customer."""
        return {case.id: case.contact_id or case.partner_id for case in self}

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers go to the team's address."""
        # the address of the team is no secret
        teams = self.sudo().team_id
        addresses = teams._notify_get_reply_to(default=default, author_id=author_id)
        found = {case.id: addresses.get(case.sudo().team_id.id) for case in self}
        rest = self.filtered(lambda case: not case.sudo().team_id)
        if rest:
            found.update(
                super(LogisticsComplaint, rest)._notify_get_reply_to(
                    default=default, author_id=author_id
                )
            )
        return found

    @api.depends("team_id.alias_email", "company_id.logistics_sender_email")
    def _compute_sender_email(self):
        for case in self:
            own = case.team_id._format_address()
            case.sender_email = own or case.company_id.logistics_sender_email

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Customers answer by mail: there is nothing to open for them."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals)
        for name, _method, options in groups:
            if name in ("portal_customer", "portal", "customer"):
                options["has_button_access"] = False
        return groups

    @api.depends()
    def _compute_acknowledgement(self):
        """Decided once, when the case is opened: a later change must not send a second one.

        Nobody is thanked for a message who has not written.
        """
        wanted = not (
            # a loader's word
            (self._is_logistics_loader() and self.env.context.get("logistics_no_acknowledgement"))
            or is_said(self.env, "logistics_mail_automatic")
            or is_said(self.env, "logistics_mail_quiet")
        )
        for case in self:
            # policy of the team, whoever registers the case
            template = case.team_id.sudo().acknowledgement_template_id
            reachable = bool(email_normalize(case.email_from or ""))
            wrote = case.channel != OWN
            case.acknowledgement = "to_send" if wanted and template and reachable and wrote else "none"

    @api.model
    def _get_reactions(self):
        return [
            *super()._get_reactions(),
            ("_trigger_acknowledgements", {NEW_CASE}),
            ("_follow_acknowledgement", {"acknowledgement"}),
        ]

    def _follow_acknowledgement(self):
        """The customer is told that we have the case: its clock stops, if the mail arrives."""
        told = self.filtered(lambda case: case.acknowledgement in ("sending", "sent"))
        if told:
            told._note_acknowledged(message={one: one.acknowledgement_message_id for one in told})

    def _trigger_acknowledgements(self):
        if any(case.acknowledgement == "to_send" for case in self):
            self.env["ir.cron"]._wake("logistics_customer_service.ir_cron_acknowledge")

    @api.model
    @of_part("cases")
    def _cron_acknowledge(self):
        """Write to those who turned to us: one batch a call, each once; in a copy they wait."""
        if not self.env["logistics.database"]._is_original():
            return
        waiting = self.search([("acknowledgement", "=", "to_send")], limit=ACKNOWLEDGED_AT_ONCE)
        # another worker may be at the same ones
        batch = waiting.try_lock_for_update().filtered(
            lambda case: case.acknowledgement == "to_send"
        )
        batch._acknowledge()
        remaining = self.search_count([("acknowledgement", "=", "to_send")]) if batch else 0
        self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining)

    def _acknowledge(self):
        """Queue the acknowledgements; one that fails fails alone."""
        try:
            with self.env.cr.savepoint():
                self._queue_acknowledgements()
        except Exception as error:
            if len(self) == 1:
                _logger.warning("No acknowledgement of %s: %r", self.number, error)
                self._note_acknowledgement("failed")
                self._lay_before_agent(self.env._("The acknowledgement was not sent"), str(error))
                return
            for case in self:
                case._acknowledge()

    def _queue_acknowledgements(self):
        for team, cases in self.grouped("team_id").items():
            if team.acknowledgement_template_id:
                cases._queue_acknowledgement_of(team.acknowledgement_template_id)
            else:
                cases._note_acknowledgement("none")
        if self:
            self.env["ir.cron"]._wake("mail.ir_cron_mail_scheduler_action")

    def _queue_acknowledgement_of(self, template):
        """Queue mails of a template in each customer's language; they stay in the talk."""
        # the team's, so the same for all; the scheduled action writes in the company's name
        author = self.company_id[:1].partner_id.id
        reply_to = self[:1]._notify_get_reply_to(author_id=author)
        mails = template.send_mail_batch(
            self.ids,
            email_values={
                "reply_to": reply_to[self[:1].id],
                "headers": repr(AUTOMATIC),
                "message_type": "auto_comment",
                # the queue forgets the mail when it is sent, the case keeps the message
                "is_notification": True,
                "auto_delete": True,
            },
        )
        mails._note_recipients()
        for case, mail in zip(self, mails, strict=True):
            case.acknowledgement_message_id = mail.mail_message_id
        self._note_acknowledgement("sending")

    @api.model
    def register_cases(self, cases, company_id=None):
        """Register cases by the fields of :class:`CaseRecord`; what is sent again opens no other.

        Good ones are kept whatever is wrong with the others.

        :param cases: list of 1 to 100 objects, as docs/complaint/case-api.md describes them
        :param company_id: one of the user's companies; by default the current one
        :return: ``{"cases": […]}``, an answer for each in the order sent, whose ``status`` is
            created, repeated or refused
        :raise AccessError: for users who may not register cases
        :raise UserError: where the call as a whole cannot be read
        """
        return self.env["logistics.complaint.api"]._open("create", company_id)._register_cases(cases)

    @api.model
    @api.readonly
    def read_case_states(self, references=None, numbers=None, company_id=None):
        """Tell how cases stand.

        :param references: list of external references
        :param numbers: list of the cases' numbers
        :param company_id: one of the user's companies; by default the current one
        :return: ``{"cases": […]}``, those by reference first, in the order asked; ``found`` is
            false for a case that there is not
        :raise AccessError: for users who do not work on cases
        :raise UserError: where the call as a whole cannot be read
        """
        desk = self.env["logistics.complaint.api"]._open("write", company_id)
        return desk._read_states(references, numbers)

    def _prepare_states(self):
        """Return how cases stand: texts and numbers that JSON knows, instants in UTC."""
        to_settle = self._get_customer_deadlines()
        return {
            case: {
                "id": case.id,
                "number": case.number,
                "external_reference": case.external_reference or None,
                "state": case.phase,
                "stage": case.stage_id.name,
                "due_at": _to_text(case.due_at),
                "settle_by": _to_text(to_settle.get(case)),
                "resolved_at": _to_text(case.resolved_at),
                "closed_at": _to_text(case.closed_at),
                "merged_into": case.merged_into_id and case._get_kept().number or None,
            }
            for case in self
        }

    def _get_told(self, message):
        """As inherited; where the customer is among them, the others are not who it was for."""
        told = super()._get_told(message)
        owners, addresses = self._get_owners(), self._get_known_addresses()
        own = told.filtered(
            lambda one: one.res_partner_id.commercial_partner_id & owners
            or one.mail_email_address in addresses
        )
        return own or told

    def _note_arrived(self, message, at):
        result = super()._note_arrived(message, at)
        self._get_acknowledged_by(message)._note_acknowledgement("sent")
        return result

    def _note_not_arrived(self, message, text):
        result = super()._note_not_arrived(message, text)
        self._get_acknowledged_by(message)._note_acknowledgement("failed")
        return result

    def _get_undelivered_name(self, message):
        if self._get_acknowledged_by(message):
            return self.env._("The acknowledgement did not arrive")
        return super()._get_undelivered_name(message)

    def _get_acknowledged_by(self, message):
        return self.filtered(lambda case: case.acknowledgement_message_id == message)

    def _note_acknowledgement(self, state):
        self.with_context(tracking_disable=True).acknowledgement = state


def _to_text(instant):
    return f"{instant.isoformat()}Z" if instant else None
