import logging
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from ....tools.complaint.case_records import (
    MAX_CASES,
    MAX_STATES,
    BadRecord,
    CaseRecord,
    name_of,
    parse,
)
from ....tools.complaint.mail_text import get_people
from ....tools.shipment.tracking_numbers import numbers_of
from ...foundation.concurrency import begin_anew_on
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

# all that a caller's context may say
CONTEXT = ("lang", "tz", "allowed_company_ids")
CREATED, REPEATED, REFUSED = "created", "repeated", "refused"


@dataclass
class Entry:
    """One record of a call, and what became of it."""

    reference: str | None
    record: CaseRecord | None = None
    vals: dict | None = None
    case: models.BaseModel | None = None
    repeated: bool = False
    problem: BadRecord | None = None
    warnings: list = field(default_factory=list)


@dataclass
class Known:
    """What the records of a call name, looked up for all of them at once."""

    kinds: dict
    severities: dict
    languages: dict
    categories: dict
    remedies: dict
    orders: dict
    deliveries: dict
    partners: dict
    by_email: dict
    by_phone: dict


class LogisticsComplaintApi(models.AbstractModel):
    """How other programs register cases and ask about them; see docs/complaint/case-api.md."""

    _name = "logistics.complaint.api"
    _description = "Cases by API"

    @api.model
    def _open(self, operation, company_id):
        """Return the model for one company, after the user's rights on cases were looked at.

        The caller's context sets no defaults, switches nothing off and is no company's of others.
        """
        # customers read cases, too; by this way staff alone
        self.env["logistics.complaint"].check_access(operation)
        company = self.env.company
        if company_id is not None:
            company = self.env.user.company_ids.filtered(lambda own: own.id == company_id)
        if not company:
            raise AccessError(self.env._("This is none of your companies."))
        context = {key: self.env.context[key] for key in CONTEXT if key in self.env.context}
        context.update(
            allowed_company_ids=company.ids,
            # a program follows no talks
            mail_create_nosubscribe=True,
        )
        return self.with_context(context)  # pylint: disable=context-overridden

    def _register_cases(self, cases):
        """Register cases, as ``register_cases`` of ``logistics.complaint`` tells."""
        if not isinstance(cases, list) or not 1 <= len(cases) <= MAX_CASES:
            raise UserError(self.env._("Send a list of 1 to %s cases.", MAX_CASES))
        entries = [_read(sent) for sent in cases]
        self._find_registered(entries)
        self._register_entries([entry for entry in entries if not entry.case and not entry.problem])
        return {"cases": self._prepare_answers(entries)}

    def _read_states(self, references, numbers):
        """Tell how cases stand, as ``read_case_states`` of ``logistics.complaint`` tells."""
        asked = [
            *(("external_reference", name) for name in self._check_names(references)),
            *(("number", name) for name in self._check_names(numbers)),
        ]
        if not 1 <= len(asked) <= MAX_STATES:
            raise UserError(self.env._("Ask for 1 to %s cases.", MAX_STATES))
        found = self._find_by_names(asked)
        states = self.env["logistics.complaint"].union(*found.values())._prepare_states()
        return {
            "cases": [
                {"found": True, **states[found[key]]}
                if key in found
                else {"found": False, key[0]: key[1]}
                for key in asked
            ]
        }

    def _check_names(self, names):
        """Return names that a case may have, or say that these are none."""
        if names is None:
            return []
        if not isinstance(names, list):
            raise UserError(self.env._("References and numbers are sent as lists."))
        try:
            return [name_of(name) for name in names]
        except ValueError as error:
            raise UserError(str(error)) from error

    def _find_by_names(self, asked):
        """Return the cases of the company, archived or not, by pairs of field and value."""
        cases = self.env["logistics.complaint"].with_context(active_test=False).search(
            Domain("company_id", "=", self.env.company.id)
            & Domain.OR(
                Domain(name, "in", [value for key, value in asked if key == name])
                for name in {key for key, _value in asked}
            )
        )
        return {
            (name, value): case
            for case in cases.with_env(self.env)
            for name in ("external_reference", "number")
            if (value := case[name])
        }

    # === BUSINESS METHODS ===#

    def _find_registered(self, entries):
        """Note which of the records are cases already."""
        sent = [entry for entry in entries if entry.record]
        asked = [("external_reference", entry.record.external_reference) for entry in sent]
        found = self._find_by_names(asked) if asked else {}
        for entry, key in zip(sent, asked, strict=True):
            entry.case = found.get(key)
            entry.repeated = key in found

    def _register_entries(self, entries):
        """Open a case for each reference, as far as its record is good."""
        if not entries:
            return
        known = self._look_up([entry.record for entry in entries])
        chosen = {}
        for entry in entries:
            try:
                entry.vals = self._prepare_registered(entry, known)
            except BadRecord as problem:
                entry.problem = problem
                continue
            first = chosen.setdefault(entry.record.external_reference, entry)
            entry.repeated = first is not entry
        self._open_registered(list(chosen.values()))
        for entry in entries:
            if entry.repeated:
                first = chosen[entry.record.external_reference]
                entry.case, entry.problem = first.case, first.problem

    def _open_registered(self, entries):
        """Open cases at one go; what cannot be kept is left out alone."""

        def work(part):
            # a call at the same time may have registered one of them
            with begin_anew_on("logistics_complaint_external_reference_unique"):
                cases = self.env["logistics.complaint"].create([entry.vals for entry in part])
                return zip(part, cases, strict=True)

        def give_up(part, error):
            part[0].problem = BadRecord(self._explain(error))

        for pairs in isolate(entries, work, give_up, self.env):
            for entry, case in pairs:
                entry.case = case

    def _explain(self, error):
        """Return what to tell of an error: what is written for people, and nothing of the inside."""
        if isinstance(error, UserError):
            return str(error.args[0])
        _logger.error("A case could not be registered", exc_info=error)
        return self.env._("The case cannot be kept. The reason is in the log of the server.")

    def _prepare_registered(self, entry, known):
        """Return the values of a case, or raise :class:`BadRecord`."""
        record = entry.record
        addresses = _get_addresses(record)
        if record.email and not addresses:
            raise BadRecord(self.env._("This is no mail address."), "email")
        orders, deliveries = self._find_documents(entry, known)
        person = self._find_person(entry, known, orders, deliveries)
        if not (person or record.contact_name or record.email or record.phone):
            raise BadRecord(
                self.env._("Say who it is: a customer, or a name and a way to answer.")
            )
        vals = {
            "external_reference": record.external_reference,
            "company_id": self.env.company.id,
            "channel": "api",
            "kind": self._get_named("kind", record.kind, known.kinds),
            "category_id": self._get_named("category", record.category, known.categories),
            "severity": self._get_named("severity", record.severity, known.severities),
            "lang": self._get_named("lang", record.lang, known.languages),
            "name": record.subject,
            "description": self._get_description(entry),
            "received_at": record.received_at,
            "partner_id": person.id,
            "contact_name": record.contact_name,
            "email_from": addresses[0] if addresses else False,
            "email_cc": ", ".join(addresses[1:]),
            "phone": record.phone,
            "remedy_ids": [
                Command.link(self._get_named("remedies", name, known.remedies))
                for name in record.remedies
            ],
            "order_ids": [Command.set(orders.ids)],
            "picking_ids": [Command.set(deliveries.ids)],
        }
        return {name: value for name, value in vals.items() if value}

    def _get_named(self, name, value, known):
        """Return what a word means, or raise :class:`BadRecord`.

        :param known: mapping of words, lower-case, to their meaning; None for one of several
        """
        if value is None:
            return None
        key = _to_key(value)
        if key not in known:
            raise BadRecord(self.env._("There is none called “%s”.", value), name)
        if known[key] is None:
            raise BadRecord(self.env._("Several are called “%s”: send the code.", value), name)
        return known[key]

    def _get_description(self, entry):
        """Return what happened as HTML, with the numbers that led nowhere."""
        texts = [entry.record.description or "", *entry.warnings]
        text = "\n\n".join(filter(None, texts))
        return plaintext2html(text) if text else None

    def _find_documents(self, entry, known):
        """Return the orders and deliveries that a record names; what there is not is noted."""
        orders, deliveries = self.env["sale.order"], self.env["stock.picking"]
        for number in entry.record.order:
            if number not in known.orders:
                entry.warnings.append(self.env._("No order has the number %s.", number))
            orders |= known.orders.get(number, orders)
        for number in entry.record.tracking_number:
            if number not in known.deliveries:
                entry.warnings.append(self.env._("No delivery has the tracking number %s.", number))
            deliveries |= known.deliveries.get(number, deliveries)
        return orders | deliveries.sale_id, deliveries

    def _find_person(self, entry, known, orders, deliveries):
        """Return the customer, or the person of the customer, who turns to us.

        A partner that was named counts first, then whose the documents are, then the mail address,
        then the telephone number if one customer alone has it.
        """
        record, nobody = entry.record, self.env["res.partner"]
        named = known.partners.get(record.partner_id, nobody)
        if record.partner_id and not named:
            raise BadRecord(self.env._("There is no partner with this id."), "partner_id")
        owners = (
            orders.partner_id
            | deliveries.filtered(lambda delivery: not delivery.sale_id).partner_id
        )
        customer = (named | owners).commercial_partner_id
        if len(customer) > 1:
            raise BadRecord(
                self.env._(
                    "Partner, orders and parcels belong to several customers: %s.",
                    ", ".join(customer.mapped("name")),
                ),
                "order" if record.order else "tracking_number",
            )
        people = nobody.union(*(known.by_email.get(one, nobody) for one in _get_addresses(record)))
        people |= self._find_by_phone(entry, known, customer or people)
        if not customer:
            return people[:1]
        if named and named != customer:
            return named
        own = people.filtered(lambda person: person.commercial_partner_id == customer)
        return own[:1] or named or owners[:1]

    def _find_by_phone(self, entry, known, found):
        """Return who has the telephone number; which of several customers it is a person decides.

        :param found: whom something else told of
        """
        people = known.by_phone.get(entry.record.phone, found.browse())
        if len(people.commercial_partner_id) > 1 and not found:
            entry.warnings.append(
                self.env._("Several customers have the telephone number %s.", entry.record.phone)
            )
        if len(people.commercial_partner_id) > 1:
            people = people.filtered(
                lambda person: person.commercial_partner_id == found.commercial_partner_id
            )
        return people

    def _look_up(self, records):
        """Return :class:`Known` of records: so many queries, however many records."""
        numbers = {number for record in records for number in record.order}
        parcels = {number for record in records for number in record.tracking_number}
        phones = {record.phone for record in records if record.phone}
        partners = self.env["res.partner"]
        known = Known(
            kinds=self._get_labels("kind"),
            severities=self._get_labels("severity"),
            languages=self._get_languages(),
            categories=self._get_words(self.env["logistics.complaint.category"], "complete_name"),
            remedies=self._get_words(self.env["logistics.remedy"]),
            orders=self._look_up_orders(numbers),
            deliveries=self._look_up_deliveries(parcels),
            partners=self._look_up_partners({record.partner_id for record in records}),
            by_email=self.env["logistics.complaint"]._find_customers(
                {address for record in records for address in _get_addresses(record)}
            ),
            by_phone=partners._find_logistics_callers_by_phone(phones, self.env.company),
        )
        everybody = partners.union(
            *(found.partner_id for found in (*known.orders.values(), *known.deliveries.values())),
            *known.partners.values(),
            *known.by_email.values(),
            *known.by_phone.values(),
        )
        everybody.mapped("commercial_partner_id.name")  # one reading for what follows
        return known

    def _look_up_orders(self, numbers):
        """Return the company's orders by their own number or that of the customer's order."""
        if not numbers:
            return {}
        own = {spelling for number in numbers for spelling in (number, number.upper())}
        found = self.env["sale.order"].search(
            Domain("company_id", "=", self.env.company.id)
            & (Domain("name", "in", list(own)) | Domain("client_order_ref", "in", list(numbers)))
        )
        held = {}
        for order in found:
            for word in {order.name, order.client_order_ref} - {False}:
                held[word] = held.get(word, found.browse()) | order
        return {
            number: held[spelling]
            for number in numbers
            for spelling in (number.upper(), number)
            if spelling in held
        }

    def _look_up_deliveries(self, numbers):
        """Return the company's deliveries by tracking number; of one used anew the latest."""
        if not numbers:
            return {}
        found = self.env["stock.picking"]._find_by_tracking_numbers(numbers, self.env.company.ids)
        held = {
            form: delivery for delivery in found.sorted("id") for form in delivery._get_tracking_numbers()
        }
        return {
            number: held[form]
            for number in numbers
            for form in numbers_of(number)[:1]
            if form in held
        }

    def _look_up_partners(self, ids):
        found = self.env["res.partner"].search(
            Domain("id", "in", list(ids - {None}))
            & Domain("company_id", "in", [False, *self.env.company.parent_ids.ids])
        )
        return {partner.id: partner for partner in found}

    def _get_labels(self, name):
        """Return the values of a selection by value and label."""
        selection = self.env["logistics.complaint"]._fields[name]._description_selection
        pairs = [*selection(self.with_context(lang="en_US").env), *selection(self.env)]
        return {_to_key(word): value for value, label in pairs for word in (value, label)}

    def _get_languages(self):
        return {_to_key(code): code for code, _name in self.env["res.lang"].get_installed()}

    def _get_words(self, model, *more):
        """Return ids by all that names the records of a small model: id, code, external id, name.

        A name that several have is None; codes and ids outweigh names.
        """
        records = model.with_context(active_test=True).search([])
        external = records.get_external_id()
        names = {}
        for lang in {self.env.lang, "en_US"}:
            for record in records.with_context(lang=lang):
                for name in {record.name, *(record[name] for name in more)}:
                    names.setdefault(_to_key(name), set()).add(record.id)
        words = {word: ids.pop() if len(ids) == 1 else None for word, ids in names.items()}
        for record in records:
            for word in filter(None, (record.code, external[record.id], record.id)):
                words[_to_key(word)] = record.id
        return words

    def _prepare_answers(self, entries):
        """Return what to tell of each record."""
        cases = self.env["logistics.complaint"].union(*(entry.case for entry in entries if entry.case))
        states = cases._prepare_states()
        return [self._prepare_answer(entry, states) for entry in entries]

    def _prepare_answer(self, entry, states):
        answer = {"external_reference": entry.reference}
        if entry.problem:
            problem = {"field": entry.problem.field, "message": entry.problem.reason}
            return {**answer, "status": REFUSED, "error": problem}
        status = REPEATED if entry.repeated else CREATED
        return {**answer, "status": status, **states[entry.case], "warnings": entry.warnings}


def _read(sent):
    """Return the entry of what was sent for one case."""
    reference = sent.get("external_reference") if isinstance(sent, dict) else None
    try:
        reference = name_of(reference)
    except ValueError:
        reference = None
    try:
        return Entry(reference, record=parse(sent, fields.Datetime.now()))
    except BadRecord as problem:
        return Entry(reference, problem=problem)


def _to_key(word):
    return str(word).casefold().strip()


def _get_addresses(record):
    """Return the mail addresses of a record, of which there may be several in the field."""
    return [address for _name, address in get_people(record.email or "")]
