import re

from odoo import api, models
from odoo.addons.phone_validation.models.mail_thread_phone import PHONE_REGEX_PATTERN
from odoo.fields import Domain
from odoo.tools import SQL

# a number written with or without the country's prefix ends alike
PHONE_TAIL = 8
PHONE_LEAST = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_logistics_caller_domain(self, company):
        """Return who may turn to a company: addresses only, and other companies', are left out."""
        return Domain("type", "in", ("contact", "other", False)) & Domain(
            "company_id", "in", [False, *company.parent_ids.ids]
        )

    @api.model
    def _find_logistics_callers_by_phone(self, numbers, company):
        """Return people by telephone number, however it is written: two queries for all.

        :param numbers: texts
        :return: mapping of number to partners, those with orders first
        """
        tails = {number: tail for number in numbers if (tail := _get_tail(number))}
        if not tails:
            return {}
        self.flush_model(["phone"])
        # as phone_mobile_search does, whose index serves it, but for all numbers at once
        rows = self.env.execute_query(
            SQL(
                """SELECT id, regexp_replace((phone::text), %(pattern)s, '', 'g') FROM res_partner
                    WHERE phone IS NOT NULL
                      AND regexp_replace((phone::text), %(pattern)s, '', 'g') LIKE ANY(%(tails)s)""",
                pattern=PHONE_REGEX_PATTERN,
                tails=[f"%{tail}%" for tail in sorted(set(tails.values()))],
            )
        )
        digits = dict(rows)
        people = self.search(
            self._get_logistics_caller_domain(company) & Domain("id", "in", list(digits)),
            order="customer_rank desc, complete_name",
        )
        return {
            number: people.filtered(lambda person, tail=tail: tail in digits[person.id])
            for number, tail in tails.items()
        }


def _get_tail(number):
    """Return the digits by which a telephone number is known; None if it can be none."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < PHONE_LEAST or re.search(r"[^\W\d_]", number):
        return None
    return digits[-PHONE_TAIL:]
