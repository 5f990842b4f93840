from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ...tools.foundation.personal import (
    FEWEST_DIGITS,
    SEPARATORS,
    Personal,
    get_phone_forms,
    is_distinct,
    is_telling,
)

# What Odoo itself keeps of people beside their contact; what hangs on records (messages, files,
# activities) goes with them and needs no word.
CORE = {
    "res.partner.bank": Personal(
        ("partner_id",), ("acc_number", "sanitized_acc_number", "acc_holder_name")
    ),
    "calendar.event": Personal(("partner_ids",), ("name", "description", "location")),
    "calendar.attendee": Personal(
        ("partner_id",), ("email", "common_name"), free=("access_token",), addresses=("email",)
    ),
    "account.move": Personal(
        ("partner_id", "commercial_partner_id"),
        ("invoice_partner_display_name", "narration", "ref"),
        facts=("name",),
    ),
    "account.payment": Personal(("partner_id",), ("memo",), facts=("name",)),
    "account.bank.statement.line": Personal(
        ("partner_id",), ("partner_name", "account_number", "payment_ref", "transaction_details")
    ),
    "sms.sms": Personal(
        ("partner_id",),
        ("number", "body"),
        free=("logistics_links",),
        addresses=("number",),
        gone=True,
    ),
    "mail.mail": Personal(free=("logistics_links",)),  # they go with their messages
    "mail.followers": Personal(("partner_id",), inner=("*",), gone=True),
    "rating.rating": Personal(("partner_id",), ("feedback",), free=("access_token",)),
    "mail.blacklist": Personal(texts=("email",), addresses=("email",), gone=True),
    "phone.blacklist": Personal(texts=("number",), addresses=("number",), gone=True),
    "logistics.undeliverable.address": Personal(
        texts=("address", "failure_text"), addresses=("address",), gone=True
    ),
    "logistics.sending.result": Personal(
        texts=("address", "failure_text"),
        free=("model", "failure_type"),
        addresses=("address",),
        inner=("*",),
        gone=True,
    ),
    "logistics.time.correction": Personal(masked=("reason",), free=("res_model",)),
}
# how models that nobody has declared name what they hold of the contact they link to
USUAL = (
    "city", "contact_name", "email", "email_cc", "email_from", "email_normalized", "mobile",
    "nickname", "partner_address", "partner_city", "partner_email", "partner_name", "partner_phone",
    "partner_zip", "phone", "phone_sanitized", "signature", "signed_by", "street", "street2", "zip",
)  # fmt: skip
# what of a contact tells of nobody in particular
PARTNER_FREE = {
    "company_registry", "invoice_edi_format_store", "invoice_sending_method", "lang", "peppol_eas",
    "signup_type", "type", "tz",
}  # fmt: skip
# what stands on an invoice of the contact it is for
PARTNER_KEPT = {
    "city", "complete_name", "commercial_company_name", "company_name", "country_id", "name",
    "state_id", "street", "street2", "vat", "zip",
}  # fmt: skip
TEXTS = {"binary", "char", "html", "json", "properties", "reference", "text"}


class LogisticsPersonal(models.AbstractModel):
    """What is held of people, declared by the rooms: erasing, the person's file and the look-up read it."""

    _name = "logistics.personal"
    _description = "What Is Held of People"

    # === DECLARATIONS ===#

    @api.model
    def _get_declarations(self):
        """Return what the models hold of people: rooms add to it, and join what they know of one.

        :return: mapping of model name to :class:`Personal`
        """
        return dict(CORE)

    @api.model
    def _get_contact_fields(self):
        """Return what tells of a person on the contact and is neither text nor day; rooms add to it."""
        return {"partner_latitude", "partner_longitude", "state_id"}

    @api.model
    @tools.ormcache()
    def _get_known(self):
        """Return the declarations of the models that are there, and the usual ones of all others.

        :return: mapping of model name to :class:`Personal`, of fields that are stored
        """
        declared = self._get_declarations()
        known = {name: spec for name, spec in declared.items() if name in self.env}
        for name in self.env.registry:
            model = self.env[name]
            if name not in declared and self._is_kept(model) and (usual := self._guess(model)):
                known[name] = usual
        return {
            name: spec._replace(texts=self._filter_stored(name, spec.texts))
            for name, spec in known.items()
            if self._is_kept(self.env[name])
        }

    @api.model
    def _is_kept(self, model):
        own = {"res.partner", "res.users", "res.company", "mail.message"}
        held = not (model._abstract or model._transient) and model._auto and not model._table_query
        return held and model._name not in own and not model._name.startswith("logistics.privacy.")

    @api.model
    def _guess(self, model):
        """Return what a model of others holds, by how it names its fields, or None."""
        links = tuple(
            field.name
            for field in model._fields.values()
            if field.store and field.type == "many2one" and field.comodel_name == "res.partner"
        )
        texts = tuple(name for name in USUAL if name in model._fields)
        return Personal(links, texts) if links and texts else None

    @api.model
    def _filter_stored(self, name, names):
        known = self.env[name]._fields
        return tuple(one for one in names if one in known and known[one].store)

    @api.model
    def _get_title(self, name):
        """Return what a model is called in the reader's language."""
        return self.env["ir.model"]._get(name).name

    # === WHOSE RECORDS ===#

    @api.model
    def _gather(self, partners):
        """Return all contacts of people: their addresses and what lies below, archived ones included."""
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)
        return contacts.search([("id", "child_of", partners.ids)]) if partners else contacts

    @api.model
    def _get_domain(self, name, spec, people, marks=None):
        """Return which records of a model are of people.

        :param people: their contacts
        :param marks: their addresses and numbers as :meth:`_get_marks` returns them
        """
        marks = marks or {}
        mine = [Domain(path, "in", people.ids) for path in spec.paths]
        written = marks.get("emails", []) + marks.get("numbers", [])
        if written and spec.addresses:
            by_address = [Domain(field, "in", written) for field in spec.addresses]
            by_address += [
                Domain(field, "=ilike", f"%<{escape_psql(email)}>")
                for field in spec.addresses
                for email in marks.get("emails", [])
            ]
            # what is another contact's is not the person's, whatever address stands there
            nobodys = Domain.AND([Domain(path, "=", False) for path in spec.paths])
            mine.append(Domain.OR(by_address) & nobodys)
        return Domain.OR(mine)

    @api.model
    def _search_records(self, name, domain, **options):
        """Return records of every company, archived ones included."""
        # whoever asks was looked at: a person's records lie where the asker has no business
        return self.env[name].sudo().with_context(active_test=False).search(domain, **options)

    @api.model
    def _count_records(self, name, domain):
        """Return how many records there are of every company, archived ones included."""
        # as above
        return self.env[name].sudo().with_context(active_test=False).search_count(domain)

    # === WHO IT IS ===#

    @api.model
    def _get_marks(self, people):
        """Return by what people are recognised in others' texts, without what others share.

        :return: mapping of ``emails``, ``numbers`` (as written), ``phones`` (digits), ``words``, and ``own``,
            words that others may bear, too
        """
        people = people.sudo()
        emails = {mail for one in people for mail in (one.email, one.email_normalized) if mail}
        emails = {mail.strip().lower() for mail in emails}
        emails |= {one.login.lower() for one in people.user_ids if "@" in one.login}
        numbers = {value for one in people for value in (one.phone, one.phone_sanitized) if value}
        found_emails, found_numbers = self._find_marks(people)
        emails, numbers = emails | found_emails, numbers | found_numbers
        words = {
            value.strip()
            for one in people
            for value in (one.name, one.street, one.vat)
            if value and not value.endswith(f" {one.id}")  # erased already
        }
        own = words
        region = people.country_id[:1].code or self.env.company.country_id.code
        emails, numbers = self._leave_out_others(people, emails, numbers, region)
        words = self._leave_out_shared(people, words)
        return {
            "emails": sorted(emails),
            "numbers": sorted(numbers),
            "phones": sorted({form for number in numbers for form in get_phone_forms(number, region)}),
            "words": sorted(filter(is_distinct, words)),
            "own": sorted(filter(is_telling, own)),
        }

    @api.model
    def _find_marks(self, people):
        """Return the addresses and the numbers that records of people name."""
        emails, numbers = set(), set()
        for name, spec in self._get_known().items():
            if spec.addresses and spec.paths:
                records = self._search_records(name, self._get_domain(name, spec, people))
                for field in spec.addresses:
                    values = {value.strip() for value in records.mapped(field) if value}
                    emails |= {_bare(value) for value in values if "@" in value}
                    numbers |= {value for value in values if "@" not in value}
        return emails, numbers

    @api.model
    def _leave_out_others(self, people, emails, numbers, region):
        """Drop addresses and numbers that others bear, too: an office's, and all that are ours.

        What stands on a person's records may be anybody's: customers write there what they like.
        """
        forms = {number: get_phone_forms(number, region) for number in numbers}
        digits = {one for found in forms.values() for one in found}
        self.env["res.partner"].flush_model(["email", "email_normalized", "phone", "phone_sanitized"])
        rows = self.env.execute_query(
            SQL(
                """SELECT lower(concat_ws(' ', email, email_normalized)), phone, phone_sanitized
                     FROM res_partner
                    WHERE id <> ALL(%(people)s)
                      AND (lower(email) LIKE ANY(%(emails)s)
                           OR translate(concat_ws(' | ', phone, phone_sanitized), %(between)s, '')
                              LIKE ANY(%(ends)s))""",
                people=people.ids,
                emails=[f"%{escape_psql(email)}%" for email in emails],
                between=SEPARATORS,
                # their last digits are the same, with whatever they are dialled
                ends=[f"%{one[-FEWEST_DIGITS:]}%" for one in digits],
            )
        )
        borne = {_bare(word) for row in rows for word in (row[0] or "").replace(",", " ").split()}
        dialled = {one for row in rows for number in row[1:] for one in get_phone_forms(number, region)}
        emails = {email for email in emails - borne if not self._is_ours(email, people)}
        return emails, {number for number in numbers if not forms[number] & dialled}

    @api.model
    def _is_ours(self, email, people):
        """Tell whether a colleague's login or one of our servers goes by an address."""
        if self.env["mail.alias.domain"].sudo().search_count([("name", "=ilike", email.rpartition("@")[2])]):
            return True
        login = Domain("login", "=ilike", escape_psql(email)) & Domain("partner_id", "not in", people.ids)
        asked = {
            "res.users": login,
            "ir.mail_server": Domain("smtp_user", "=ilike", escape_psql(email)),
            "fetchmail.server": Domain("user", "=ilike", escape_psql(email)),
        }
        return any(name in self.env and self._count_records(name, domain) for name, domain in asked.items())

    @api.model
    def _leave_out_shared(self, people, words):
        """Drop names and streets that others bear, too."""
        others = self.env["res.partner"].sudo().with_context(active_test=False)
        others = others.search(
            [("id", "not in", people.ids), "|", ("name", "in", list(words)), ("street", "in", list(words))]
        )
        return words - set(others.mapped("name")) - set(others.mapped("street"))

    # === WHAT STANDS AGAINST IT, AND WHAT STAYS ===#

    @api.model
    def _check_erasable(self, people):
        """Raise where contacts cannot be erased.

        :raise UserError: saying whose they are, or where a colleague has to do it
        """
        if not people:
            raise UserError(self.env._("There is nobody to erase."))
        companies = self.env["res.company"].sudo().search([])
        staff = people.with_context(active_test=False).user_ids.filtered(lambda user: not user.share)
        if staff:
            raise UserError(
                self.env._("%s works here: people with a login of ours are not erased.", staff[0].name)
            )
        if people & companies.partner_id:
            raise UserError(self.env._("This is one of our own companies."))
        if people.filtered(lambda one: self.env.ref("base.public_user").sudo() in one.user_ids):
            raise UserError(self.env._("This is the contact of visitors without a login."))
        foreign = self._find_foreign(people)
        if foreign:
            raise UserError(
                self.env._(
                    "Companies that you do not work for have records of this person, too (%s): "
                    "whoever works for all of them erases it.",
                    ", ".join(foreign),
                )
            )

    @api.model
    def _find_foreign(self, people):
        """Return the kinds of records that companies have of people for which the user does not work."""
        allowed = self.env.user.company_ids.ids
        others = Domain("company_id", "!=", False) & Domain("company_id", "not in", allowed)
        return [
            self._get_title(name)
            for name, spec in self._get_known().items()
            if spec.paths
            and "company_id" in self.env[name]
            and self.env[name]._fields["company_id"].store
            and self._search_records(name, self._get_domain(name, spec, people) & others, limit=1)
        ]

    @api.model
    def _get_obstacles(self, people):
        """Return what is still going on with people, in words: rooms add to the list."""
        return []

    @api.model
    def _settle(self, people):
        """Take back what is still planned for people; rooms add to it."""

    @api.model
    def _get_kept(self, people):
        """Return what the law makes us keep of people, and until when.

        :return: mapping of model name to (ids, last day)
        """
        kept = defaultdict(lambda: (set(), None))
        moves = self._search_records("account.move", self._get_posted_domain(people))
        for move in moves:
            self._keep(kept, move, self._get_kept_until(move))
        held = moves.browse(kept["account.move"][0])
        if held:
            until = kept["account.move"][1]
            for contact in (held.partner_id | held.commercial_partner_id) & people:
                self._keep(kept, contact, until)
            self._keep_rows(kept, "account.move.line", held.line_ids.ids, until)
            for name in ("account.payment", "account.bank.statement.line"):
                booked = self._search_records(name, [("move_id", "in", held.ids)])
                self._keep_rows(kept, name, booked.ids, until)
        return {name: found for name, found in kept.items() if found[0]}

    @api.model
    def _get_posted_domain(self, people):
        lines = self.env["account.move.line"].sudo()._search([("partner_id", "in", people.ids)])
        mine = Domain("partner_id", "in", people.ids) | Domain("line_ids", "in", lines)
        return Domain("state", "=", "posted") & (mine | Domain("commercial_partner_id", "in", people.ids))

    @api.model
    def _get_kept_until(self, move):
        return (move.invoice_date or move.date) + relativedelta(
            years=move.company_id.logistics_retention_years
        )

    @api.model
    def _keep(self, kept, record, until):
        if until >= fields.Date.today():
            self._keep_rows(kept, record._name, record.ids, until)

    @api.model
    def _keep_rows(self, kept, name, ids, until):
        known, latest = kept[name]
        if ids:
            kept[name] = known | set(ids), max(filter(None, (latest, until)))


def _bare(address):
    """Return a mail address without the name before it."""
    return address.rpartition("<")[2].rstrip("> ").lower()
