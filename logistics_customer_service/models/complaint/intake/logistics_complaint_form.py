from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import (
    email_normalize,
    format_datetime,
    formataddr,
    get_lang,
    html2plaintext,
    plaintext2html,
)
from odoo.tools.misc import babel_locale_parse

from ....tools.complaint import mail_text
from ....tools.foundation.folding import spell
from ....tools.foundation.periods import to_local, word_zone
from ....tools.foundation.said import SAID
from ..deadline.logistics_sla_target import RESOLUTION
from ..logistics_complaint import INCIDENT
from ..logistics_complaint_stage import (
    CANCELLED,
    CLOSED,
    NEW,
    OPEN_PHASES,
    RESOLVED,
    WAITING_CUSTOMER,
    WAITING_THIRD,
    WORKING,
)
from ..settlement.logistics_result_letter import ACCEPTED, ANSWERABLE, NO_ANSWER, SENDING, TOLD

# All that a customer reads of a case by right. Whatever is added to cases stays inside until it
# is named here.
CUSTOMER_FIELDS = frozenset(
    (
        "id",
        "display_name",
        "number",
        "name",
        "kind",
        "phase",
        "is_open",
        "active",
        "company_id",
        "partner_id",
        "received_at",
        "resolved_at",
        "closed_at",
        "create_date",
        "write_date",
    )
)
TONES = {
    NEW: "info",
    WORKING: "info",
    WAITING_CUSTOMER: "warning",
    WAITING_THIRD: "info",
    RESOLVED: "success",
    CLOSED: "success",
    CANCELLED: "soft",
}


class LogisticsComplaint(models.Model):
    """What customers see of their cases, and how they open and answer them themselves."""

    _inherit = "logistics.complaint"

    _form_idx = models.Index("(team_id, create_date) WHERE channel = 'form'")

    # === BUSINESS METHODS ===#

    def _has_field_access(self, field, operation):
        """Who is no staff reads few fields: asked for every value of a list, it must cost nothing."""
        env = self.env
        if not env.su and (operation != "read" or field.name not in CUSTOMER_FIELDS):
            user = env.user
            share = user._fields["share"]
            # past the field's own look at rights and at what is to be computed, where there is nothing to
            known = () if share in env.transaction.tocompute else share._get_cache(env)
            if known[env.uid] if env.uid in known else user.share:
                return False
        return super()._has_field_access(field, operation)

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        """Customers have no chatter: it would show what others wrote."""
        if not self.env.user._is_internal():
            return self.browse()
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """The right to read a case is no right to read all that was written about it."""
        if not self.env.user._is_internal():
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """As inherited, but a customer cannot choose to be sent what others write."""
        if not self.env.su and not self.env.user._is_internal():
            raise AccessError(self.env._("Only staff choose who follows a case."))
        return super().message_subscribe(partner_ids, subtype_ids)

    @api.model
    def _get_customer_domain(self, partner):
        """Return which cases are those of a customer and its branches; incidents are ours."""
        own = Domain("partner_id", "child_of", partner.commercial_partner_id.ids)
        return own & Domain("kind", "!=", INCIDENT)

    def _get_customer_states(self):
        """Return what a phase means to the customer, by phase."""
        return {
            NEW: self.env._("We have received it"),
            WORKING: self.env._("We are working on it"),
            WAITING_CUSTOMER: self.env._("We are waiting for your answer"),
            WAITING_THIRD: self.env._("We are waiting for information from others"),
            RESOLVED: self.env._("We consider it settled"),
            CLOSED: self.env._("Closed"),
            CANCELLED: self.env._("Withdrawn"),
        }

    def _prepare_customer_lines(self):
        """Return what the customer's list shows of these cases, ready to be printed."""
        states = self._get_customer_states()
        due = self._get_customer_deadlines()
        return [
            {
                "id": case.id,
                "number": case.number,
                "name": case.name,
                "received": case._format_customer_day(case.received_at),
                "expected": due.get(case) and case._format_customer_day(due[case]),
                "state": states[case.phase],
                "tone": TONES[case.phase],
            }
            for case in self
        ]

    def _prepare_customer_page(self):
        """Return all that a customer's page shows of the case: texts, no records.

        To be called as superuser, after it has been found out that the reader may see the case.
        """
        self.ensure_one()
        kept = self._get_kept()
        return {
            **self._prepare_customer_lines()[0],
            "kind": dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            "expected_text": self._get_customer_expectation(),
            "company": self.company_id.name,
            "orders": self.order_ids.mapped("name"),
            "deliveries": self.picking_ids.mapped("name"),
            "merged_into": kept.number if kept != self else False,
            "messages": [
                self._prepare_customer_message(message) for message in self._get_customer_messages()
            ],
            "letters": self._prepare_customer_letters(),
            "tz": word_zone(self._get_customer_tz(), babel_locale_parse(get_lang(self.env).code)),
            "can_reply": kept == self,
        }

    def _get_customer_deadlines(self):
        """Return when each case is to be settled, for those whose clock runs: one query."""
        clocks = self.env["logistics.clock"].search(
            [
                ("complaint_id", "in", self.ids),
                ("target", "=", RESOLUTION),
                ("stopped_at", "=", False),
                ("state", "!=", CANCELLED),
                ("due_at", "!=", False),
            ]
        )
        # whoever was told the result, and did not refuse it, waits for nothing
        told = (SENDING, TOLD, ACCEPTED, NO_ANSWER)
        return {
            clock.complaint_id: clock.due_at
            for clock in clocks
            if clock.complaint_id.phase in OPEN_PHASES
            and clock.complaint_id.result_state not in told
        }

    def _get_customer_expectation(self):
        """Return in a sentence what the customer may expect when, or None."""
        if self.phase == WAITING_CUSTOMER:
            return self.env._("We go on as soon as we have your answer.")
        due = self._get_customer_deadlines().get(self)
        if not due:
            return None
        day = self._format_customer_day(due)
        if due < fields.Datetime.now():
            return self.env._("We wanted to settle it by %s. It takes longer; we are sorry.", day)
        return self.env._("We want to settle it by %s.", day)

    def _get_customer_tz(self):
        return (self.contact_id or self.partner_id)._get_logistics_address_tz(self.company_id)

    def _format_customer_day(self, instant):
        local = to_local(instant, self._get_customer_tz())
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton("yMMMEd", local, locale=locale)

    def _get_customer_messages(self):
        """Return what the customer wrote and what we wrote to the customer, the oldest first.

        Notes, and what carriers and others wrote or were written, are not among them.
        """
        messages = self.env["mail.message"].search(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("message_type", "in", ("email", "comment")),
                ("is_internal", "=", False),
                ("subtype_id", "!=", False),
                ("subtype_id.internal", "=", False),
            ],
            order="date, id",
        )
        return messages.filtered(
            lambda message: self._is_customers(message) or self._is_told_by_us(message)
        )

    def _prepare_customer_message(self, message):
        own = self._is_customers(message)
        # it is the customer's own page
        [body] = message._show_links(str(message.body or ""))
        text = html2plaintext(mail_text.without_quotes(body))
        return {
            "own": own,
            # who of us answers is nobody's business; the customer's people know each other
            "author": (message.author_id.name or self.contact_name) if own else self.company_id.name,
            "time": format_datetime(self.env, message.date, tz=self._get_customer_tz(), dt_format="short"),
            "text": text.strip(),
            "files": [{"id": file.id, "name": file.name} for file in message.attachment_ids],
        }

    def _prepare_customer_letters(self):
        """Return the results of which the customer was told, the latest first."""
        labels = dict(self.letter_ids._fields["state"]._description_selection(self.env))
        return [
            {
                "day": self._format_customer_day(letter.told_at),
                "state": labels[letter.state],
                "waits": letter.state in ANSWERABLE and letter._is_open(),
                "url": letter._is_open() and letter._get_answer_url(),
            }
            for letter in self.letter_ids.filtered("told_at")
        ]

    @api.model
    def _open_by_customer(self, vals, text, files, **message):
        """Open a case in the customer's name, with what the customer wrote as its first message.

        :param vals: values of the case, checked
        :param text: plain text
        :param files: pairs of name and bytes, checked
        :param message: further arguments of the message, such as its author
        """
        # customers read cases and write none: what may come in was checked before
        cases = self.sudo().with_context(default_user_id=False, mail_create_nosubscribe=True)
        case = cases.create({**vals, "description": plaintext2html(text)})
        # it is what opens the case: no answer of the customer to one of ours
        case.with_context(logistics_opening=SAID)._take_customer_message(text, files, **message)
        return case

    def _take_customer_message(self, text, files, **message):
        """Put what the customer writes into the thread: the case moves as by a mail.

        :param files: pairs of name and bytes, checked
        """
        # customers do not follow cases: they would be sent what others write
        case = self.sudo().with_context(mail_create_nosubscribe=True, mail_post_autofollow_author_skip=True)
        return case.message_post(
            body=plaintext2html(text),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=files,
            **message,
        )

    @api.model
    def _open_by_form(self, team, values, files):
        """Open a case by a team's public form.

        :param values: name, email, phone, reference, text: cleaned, proven by nothing
        :param files: pairs of name and bytes, checked
        """
        text = values["text"]
        addresses = [address for _name, address in mail_text.get_people(values["email"] or "")]
        email = addresses[0] if addresses else values["email"]
        if values["reference"]:
            text += "\n\n" + self.env._("Number given: %s", values["reference"])
        vals = {
            "team_id": team.id,
            "company_id": team.company_id.id,
            "channel": "form",
            "contact_name": values["name"],
            "email_from": email,
            "email_cc": ", ".join(addresses[1:]),
            "phone": values["phone"],
            "lang": self.env.lang,
            **self._match_by_form(team.company_id, values["reference"], email),
        }
        address = email and formataddr((values["name"], email))
        root = self.env.ref("base.partner_root")
        writer = {"author_id": False, "email_from": address} if address else {"author_id": root.id}
        return self.with_company(team.company_id)._open_by_customer(vals, text, files, **writer)

    @api.model
    def _match_by_form(self, company, reference, email):
        """Return customer and documents if the mail address is one of the number's customer.

        Whoever knows one of the two alone is a stranger.
        """
        email = email_normalize(email or "")
        if not (email and reference):
            return {}
        # found for the case; the visitor is told nothing of it
        orders, pickings = self.sudo()._find_by_reference(company, reference)
        for partner in (orders.partner_id | pickings.partner_id).commercial_partner_id:
            people = partner | partner.child_ids
            person = people.filtered(
                lambda one: email in (address for _name, address in mail_text.get_people(one.email or ""))
            )[:1]
            if person:
                own = ("partner_id", "child_of", partner.ids)
                return {
                    "partner_id": partner.id,
                    "contact_id": person.id if person != partner else False,
                    "order_ids": [fields.Command.set(orders.filtered_domain([own]).ids)],
                    "picking_ids": [fields.Command.set(pickings.filtered_domain([own]).ids)],
                }
        return {}

    @api.model
    def _find_by_reference(self, company, reference):
        """Return orders and deliveries of exactly this number, however it is spelt."""
        written = spell(reference, capitals=False).strip()
        numbers = {reference, written, written.upper(), written.upper().replace(" ", "")}
        own = Domain("company_id", "=", company.id)
        named = Domain("name", "in", list(numbers))
        orders = self.env["sale.order"].search(own & named & Domain("state", "=", "sale"), limit=5)
        pickings = self.env["stock.picking"]
        tracked = own & pickings._get_tracking_domain() & named
        return orders, pickings.search(tracked, limit=5) | pickings._find_by_tracking_numbers(
            numbers, company.ids
        )
