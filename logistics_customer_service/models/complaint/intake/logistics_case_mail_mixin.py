import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, formataddr, html2plaintext, plaintext2html

from ....tools.complaint import mail_numbers, mail_text, mail_wrapping
from ....tools.foundation import text_language
from ....tools.foundation.folding import spell
from ....tools.foundation.said import is_said

_logger = logging.getLogger(__name__)

# as much of a mail as anybody reads; the message keeps the whole
DESCRIPTION_LENGTH = 20_000
SUBJECT_LENGTH = 1000
# whoever names more documents than that sends a list
NAMED_AT_MOST = 5
LEAST_REFERENCE = 5


class LogisticsCaseMailMixin(models.AbstractModel):
    """What a mail is about: who writes, in which language, of which case, order and delivery."""

    _name = "logistics.case.mail.mixin"
    _description = "Opened by Mail"

    # === BUSINESS METHODS ===#

    @api.model
    def _find_by_mail(self, message_dict):
        """Return the case whose number the subject names, if its own customer writes."""
        sender = email_normalize(message_dict.get("email_from") or "")
        subject = spell((message_dict.get("subject") or "")[:SUBJECT_LENGTH])
        if not sender or not any(map(str.isdigit, subject)):
            return self.browse()
        self.flush_model(["number", "email_from", "partner_id"])
        # whatever the numbers look like, those of this sender's cases are held against the subject
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM logistics_complaint
                    WHERE (email_from = %(sender)s OR partner_id = ANY(%(customers)s))
                      AND STRPOS(%(subject)s, UPPER(number)) > 0
                    ORDER BY LENGTH(number) DESC, id DESC""",
                sender=sender,
                customers=self._find_people([sender]).commercial_partner_id.ids,
                subject=subject,
            )
        )
        # the gateway reads on behalf of the company
        cases = self.sudo().browse(case_id for (case_id,) in rows)
        named = cases.filtered(lambda case: mail_numbers.names_number(subject, case.number))
        return named.filtered(lambda case: sender in case._get_known_addresses())[:1]._get_kept()

    def _get_known_addresses(self):
        """Return the addresses from which mails about this case come."""
        people = self.contact_id | self.partner_id | self.partner_id.child_ids
        texts = [self.email_from, *people.mapped("email")]
        return {address for text in filter(None, texts) for _name, address in mail_text.get_people(text)}

    @api.model
    def _find_people(self, addresses):
        """Return the partners that have one of the addresses, also as the second of several.

        :param addresses: normalised addresses
        """
        # the gateway reads on behalf of the company
        partners = self.env["res.partner"].sudo()
        several = partners._find_logistics_by_one_of_several(addresses)
        found = partners.search([("email_normalized", "in", addresses)])
        return found.union(*several.values())

    @api.model
    def _get_sender(self, msg_dict):
        """Return the address of who writes, or of the outsider whose mail a colleague passes on.

        Our own address is nobody's.
        """
        sender = msg_dict.get("email_from") or ""
        if self._is_passed_on_by_us(msg_dict, sender):
            lines = mail_text.lines(msg_dict["body"])
            talkers = (*self.env.context.get("logistics_mail_enclosed", ()), *mail_text.get_talkers(lines))
            own = self._get_own(address for _name, address in talkers)
            outsider = next((talker for talker in talkers if talker[1] not in own), None)
            return formataddr(outsider) if outsider else sender
        address = email_normalize(sender)
        return "" if address and self.env["mail.thread"]._get_logistics_own([address]) else sender

    @api.model
    def _is_passed_on_by_us(self, msg_dict, sender):
        """Tell whether one of us passes on what others wrote."""
        address = email_normalize(sender or "")
        return address in self._get_own([address]) and (
            mail_text.is_forwarded(msg_dict.get("subject"))
            or bool(self.env.context.get("logistics_mail_enclosed"))
            or mail_text.is_passed_on(mail_text.lines(msg_dict["body"]))
        )

    @api.model
    def _get_own(self, addresses):
        """Return those of the addresses that are ours: the company's, and its people's.

        :param addresses: addresses in small letters
        """
        addresses = {address for address in addresses if address}
        # the gateway need not read users and settings
        users = (
            self.env["res.users"]
            .sudo()
            .search([("partner_id.email_normalized", "in", list(addresses)), ("share", "=", False)])
        )
        domains = set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))
        return (
            self.env["mail.thread"]._get_logistics_own(addresses)
            | (addresses & set(users.partner_id.mapped("email_normalized")))
            | {address for address in addresses if address.rpartition("@")[2] in domains}
        )

    @api.model
    def _is_colleague(self, sender):
        """Tell whether an address is that of one of our own people."""
        address = email_normalize(sender or "")
        return bool(address) and bool(
            self.env["res.users"]
            .sudo()  # the gateway need not read users
            .search_count([("partner_id.email_normalized", "=", address), ("share", "=", False)], limit=1)
        )

    @api.model
    def _prepare_mail_values(self, msg_dict, sender):
        """Return the values of a case that a mail opens.

        :param sender: what :meth:`_get_sender` returned
        """
        person = self._find_customer(sender)
        named = mail_text.get_people(sender)
        return {
            "name": mail_text.plain_subject(msg_dict.get("subject")) or False,
            "channel": "mail",
            "description": self._get_own_words(msg_dict),
            "partner_id": person.commercial_partner_id.id,
            "contact_id": person.id if person.parent_id else False,
            "contact_name": False if person or not named else named[0][0],
            "mail_reference": msg_dict.get("message_id"),
            "customer_wrote_at": fields.Datetime.now(),
        }

    @api.model
    def _get_own_words(self, msg_dict):
        """Return as HTML what a mail says itself; what is passed on belongs to it."""
        body = mail_text.without_quotes(msg_dict["body"])
        text = html2plaintext(body)
        if not text.strip() or mail_text.is_forwarded(msg_dict.get("subject")):
            body = msg_dict["body"]
            text = html2plaintext(body)
        if len(text) > DESCRIPTION_LENGTH:
            body = plaintext2html(text[:DESCRIPTION_LENGTH] + " …")
        if not text.strip():
            wrappings = self.env.context.get("logistics_mail_wrappings", ())
            body = Markup("").join(
                Markup("<p>%s</p>") % self._get_wrapping_texts()[kind] for kind in wrappings
            )
        return body

    @api.model
    def _choose_lang(self, values):
        """Return the code of an installed language in which whoever is unknown can be answered.

        :param values: of the case that the mail opens
        """
        # whoever the gateway works as
        team = self.env["logistics.service.team"].sudo().browse(values.get("team_id") or [])
        company = self.env["res.company"].sudo().browse(values.get("company_id") or [])
        company = company or team.company_id or self.env.company
        usual = company.partner_id.lang or self.env.lang
        text = f"{values['name'] or ''} {html2plaintext(values['description'] or '')}"
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        return text_language.choose_language(text, installed, usual)

    @api.model
    def _get_wrapping_texts(self):
        """Return what is to be said of a mail that only its own program opens, by kind."""
        return {
            mail_wrapping.TNEF: self.env._(
                "The mail comes with winmail.dat: Outlook packed text and files into it, and no other "
                "program opens it. Ask the sender to send it once more as HTML or plain text."
            ),
            mail_wrapping.SIGNED: self.env._(
                "The mail is signed (S/MIME) in a way that packs its text into smime.p7m. Open that "
                "file with a mail program, or ask the sender to send it with a clear signature."
            ),
            mail_wrapping.ENCRYPTED: self.env._(
                "The mail is encrypted (S/MIME): its text is in smime.p7m and cannot be read here. Ask "
                "the sender to send it unencrypted."
            ),
            mail_wrapping.PGP: self.env._(
                "The mail is encrypted (PGP) and cannot be read here. Ask the sender to send it unencrypted."
            ),
        }

    def _note_wrappings(self, wrappings):
        """Say of a mail that could not be read what it is, to ourselves."""
        texts = self._get_wrapping_texts()
        for kind in wrappings:
            self.message_post(body=texts[kind], subtype_xmlid="mail.mt_note")

    @api.model
    def _find_customer(self, sender):
        """Return the partner of an address (empty for a colleague's or an unknown one)."""
        found = self._find_customers([sender] if sender else [])
        return next(iter(found.values()), self.env["res.partner"])

    @api.model
    def _find_customers(self, senders):
        """Return the partner of each normalised address that is a customer's, at one go."""
        found = self._partner_find_from_emails({self.browse(): senders}, no_create=True)[False]
        customers = found.filtered("partner_share")
        held = {address: partners[:1] for address, partners in customers.grouped("email_normalized").items()}
        asked = {email_normalize(sender) for sender in senders} - {False, None, *held}
        several = self.env["res.partner"]._find_logistics_by_one_of_several(asked)
        return held | {address: partners[:1] for address, partners in several.items()}

    def _link_what_is_named(self, message):
        """Link the orders and deliveries of the customer whose numbers a message of the customer's names."""
        if (
            message.message_type not in ("email", "comment")
            or message.subtype_id.internal
            or is_said(self.env, "logistics_mail_automatic")
            or not self.partner_id
            or not self._is_customers(message)
        ):
            return
        text = html2plaintext(mail_text.without_quotes(str(message.body or "")))
        # what the customer names is linked whoever's rights carry the message
        case = self.sudo()
        orders, pickings = case._find_named(f"{message.subject or ''}\n{text}")
        if orders <= case.order_ids and pickings <= case.picking_ids:
            return
        try:
            with self.env.cr.savepoint():
                case._link_documents(orders, pickings)
        except UserError as error:
            # no reason to lose what the customer writes
            _logger.info("What %s names is not linked: %s", case.number, error)

    def _link_documents(self, orders, pickings):
        """Link orders and deliveries that are not linked yet."""
        vals = {
            name: [fields.Command.link(document.id) for document in documents - self[name]]
            for name, documents in (("order_ids", orders), ("picking_ids", pickings))
        }
        self.write({name: commands for name, commands in vals.items() if commands})

    def _find_named(self, text):
        """Return the customer's orders and deliveries whose numbers a text names.

        Whoever knows a number alone is a stranger: only documents of the customer count.
        """
        orders, pickings = self.env["sale.order"], self.env["stock.picking"]
        numbers = mail_numbers.find_numbers(text)
        if not numbers:
            return orders, pickings
        own = Domain("company_id", "=", self.company_id.id)
        theirs = Domain("partner_id", "child_of", self.partner_id.ids)
        named = Domain("name", "in", list(numbers))
        # a customer's own reference may be any number, such as a year
        references = [number for number in numbers if len(number) >= LEAST_REFERENCE]
        by_reference = Domain("client_order_ref", "in", references)
        confirmed = own & theirs & Domain("state", "=", "sale")
        orders = orders.search(confirmed & (named | by_reference), limit=NAMED_AT_MOST)
        delivered = theirs | Domain("sale_id.partner_id", "child_of", self.partner_id.ids)
        tracked = own & pickings._get_tracking_domain() & delivered & named
        parcels = pickings._find_by_tracking_numbers(numbers, self.company_id.ids)
        pickings = pickings.search(tracked, limit=NAMED_AT_MOST)
        pickings |= parcels.filtered_domain(delivered)[:NAMED_AT_MOST]
        return orders | pickings.sale_id.filtered_domain(theirs), pickings
