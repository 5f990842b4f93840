from odoo import api, models
from odoo.addons.phone_validation.models.mail_thread_phone import PHONE_REGEX_PATTERN
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.complaint.mail_text import get_people
from ....tools.foundation import phones
from ....tools.foundation.folding import fold

# a number written with or without the country's prefix ends alike
PHONE_TAIL = 8
PHONE_LEAST = 5
WIDE_SIGNS = "０１２３４５６７８９－（）　＋．／"
# what few partners have, for which there are indexes: the conditions stand in both word for word
WIDE_PHONE = "phone ~ '[０１２３４５６７８９]'"
SEVERAL_ADDRESSES = "email ~ '@.*@|[＠．；，、]'"


class ResPartner(models.Model):
    _inherit = "res.partner"

    _wide_phone_idx = models.Index(f"(id) WHERE {WIDE_PHONE}")
    _several_addresses_idx = models.Index(f"(id) WHERE {SEVERAL_ADDRESSES}")

    @api.model
    def _get_logistics_caller_domain(self, company):
        """Return who may turn to a company: addresses only, and other companies', are left out."""
        return Domain("type", "in", ("contact", "other", False)) & Domain(
            "company_id", "in", [False, *company.parent_ids.ids]
        )

    @api.model
    def _find_logistics_by_one_of_several(self, addresses):
        """Return customers by a mail address that core does not find: one of several in a field.

        :param addresses: addresses in small letters
        :return: mapping of address to partners
        """
        addresses = set(addresses)
        if not addresses:
            return {}
        self.flush_model(["email"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id, email FROM res_partner
                    WHERE %(several)s AND (LOWER(email) LIKE ANY(%(parts)s) OR email ~ '[＠．]')""",
                several=SQL(SEVERAL_ADDRESSES),
                parts=[f"%{address}%" for address in sorted(addresses)],
            )
        )
        held = {partner_id: {one for _name, one in get_people(email)} for partner_id, email in rows}
        usable = self.search([("id", "in", [key for key, own in held.items() if own & addresses])])
        found = {
            address: usable.filtered(
                lambda one, address=address: one.partner_share and address in held[one.id]
            )
            for address in addresses
        }
        return {address: partners for address, partners in found.items() if partners}

    @api.model
    def _find_logistics_callers_by_phone(self, numbers, company):
        """Return people by telephone number, however it is written: two queries for all.

        :param numbers: texts, each with one or several numbers
        :return: mapping of text to partners, those with orders first
        """
        country = company.country_id.code
        tails = {number: found for number in numbers if (found := _get_tails(number, country))}
        if not tails:
            return {}
        self.flush_model(["phone", "phone_sanitized"])
        wanted = [f"%{tail}%" for tail in sorted(set().union(*tails.values()))]
        # as phone_mobile_search does, whose index serves it, but for all numbers at once
        rows = self.env.execute_query(
            SQL(
                """SELECT id, COALESCE(phone_sanitized, '') || ' '
                           || regexp_replace(translate(phone, %(wide)s, %(usual)s), %(pattern)s, '', 'g')
                      FROM res_partner
                     WHERE phone IS NOT NULL
                       AND (regexp_replace((phone::text), %(pattern)s, '', 'g') LIKE ANY(%(tails)s)
                            OR %(wide_phone)s AND regexp_replace(
                                translate(phone, %(wide)s, %(usual)s), %(pattern)s, '', 'g'
                            ) LIKE ANY(%(tails)s))""",
                pattern=PHONE_REGEX_PATTERN,
                tails=wanted,
                wide=WIDE_SIGNS,
                usual=fold(WIDE_SIGNS),
                wide_phone=SQL(WIDE_PHONE),
            )
        )
        digits = dict(rows)
        people = self.search(
            self._get_logistics_caller_domain(company) & Domain("id", "in", list(digits)),
            order="customer_rank desc, complete_name",
        )
        return {
            number: people.filtered(lambda one, own=own: any(tail in digits[one.id] for tail in own))
            for number, own in tails.items()
        }


def _get_tails(text, country):
    """Return the digits by which the telephone numbers of a text are known; none if it can be none."""
    if not phones.is_number_alone(text):
        return set()
    found = {phones.get_digits(number) for number in phones.parse_numbers(text, country)}
    # what the library takes for no number may be one all the same
    found = found or phones.get_pieces(text)
    return {digits[-PHONE_TAIL:] for digits in found if len(digits) >= PHONE_LEAST}
