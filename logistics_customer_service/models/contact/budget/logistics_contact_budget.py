from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.contact.ledger import Ledger, Limit
from ....tools.foundation.periods import local_date


class Page(NamedTuple):
    """What is known of a person: the ledger, the person's day today and time zone."""

    ledger: Ledger
    today: object
    zone: str


class LogisticsContactBudget(models.Model):
    """How often a person may be contacted in so many days, for a purpose or in all.

    Limits on different purposes, or over different numbers of days, all hold at once. Of limits
    on the same purpose over the same days the most particular one holds: one for the customer's
    tier before one for all tiers, then one for the company before one for all companies, then
    the lower one.
    """

    _name = "logistics.contact.budget"
    _description = "Contact Budget"
    _order = "purpose_id nulls first, period_days, id"

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the limit of every company."
    )
    purpose_id = fields.Many2one(
        "logistics.consent.purpose",
        index="btree_not_null",
        ondelete="cascade",
        domain=[("budget_exempt", "=", False)],
        help="Empty: contacts for all purposes together.",
    )
    limit = fields.Integer(
        string="Contacts at Most",
        required=True,
        default=2,
        help="So many contacts with a person, made or on their way.",
    )
    period_days = fields.Integer(
        string="In (Days)",
        required=True,
        default=30,
        help="Within so many days in a row, counted by the person's own calendar.",
    )
    tier_ids = fields.Many2many(
        "logistics.tier",
        string="Tiers",
        help="Empty: all. For these tiers the limit takes the place of a general one on the same "
        "purpose and days.",
    )

    _check_numbers = models.Constraint(
        'CHECK ("limit" > 0 AND period_days > 0 AND period_days <= 366)',
        "A budget allows one contact at least, in one day to a year.",
    )

    @api.depends("purpose_id", "limit", "period_days")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for budget in self:
            budget.display_name = self.env._(
                "%(purpose)s: at most %(limit)s in %(days)s days",
                purpose=budget.purpose_id.name or self.env._("All contacts"),
                limit=budget.limit,
                days=budget.period_days,
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_allowed(self, records, purpose, insisted=None):
        """Return those of ``records`` that the budget leaves room for, in their order.

        What was made and what is on its way counts, and those allowed before in the same call. Who
        is allowed is to be queued or contacted in the same transaction: until it ends nobody else
        is allowed to contact these people; where somebody was faster, a serialization error tells
        that the transaction is to be tried again. The number of queries does not depend on the
        number of records.

        :param records: records of any model with ``partner_id`` (the person) and ``company_id``
        :param purpose: record of ``logistics.consent.purpose``; for an empty or an exempt one all
            are allowed
        :param insisted: those of the records that somebody wants to be sent whatever the budget
            says: they are allowed, and count
        :return: records
        """
        if not records or not self._is_counted(purpose):
            return records
        insisted = insisted or records.browse()
        pages = self._open_pages(records)
        allowed = []
        for record in records:
            ledger, today, _zone = pages[record]
            if record in insisted or not ledger.find_full(today, purpose.id):
                ledger.note(today, purpose.id)
                allowed.append(record.id)
        found = records.browse(allowed)
        pairs = [(record.partner_id.id, record.company_id.id) for record in found]
        self.env["logistics.contact.turn"]._take([pair for pair in pairs if pair[0]])
        return found

    @api.model
    def _get_next_day(self, record, purpose):
        """Return the first day, from today on, on which the budget has room for a contact.

        Only what was made and what is on its way counts, not what is planned.

        :param record: a record with ``partner_id`` and ``company_id``
        :param purpose: record of ``logistics.consent.purpose``
        :return: date, by the person's own calendar
        """
        ledger, today, _zone = self._open_pages(record)[record]
        return ledger.next_day(today, purpose.id) if self._is_counted(purpose) else today

    @api.model
    def _is_counted(self, purpose):
        return bool(purpose) and not purpose.budget_exempt

    @api.model
    def _get_purpose(self, code):
        """Return the consent purpose of a code; purposes are the service's, jobs need them all."""
        # warehouse staff and carriers, who cause contacts, do not read purposes
        return self.env["logistics.consent.purpose"].sudo().search([("code", "=", code)], limit=1)

    @api.model
    def _open_pages(self, records):
        """Return record → :class:`Page`; records of one person and company share a ledger.

        :param records: records with ``partner_id`` and ``company_id``
        """
        # a budget holds for everybody's contacts, also those that whoever asks may not see
        records = records.sudo()
        profiles = self._get_profiles(records)
        budgets = self.sudo().search(self._get_company_domain(records.company_id))
        made = budgets._get_made(records)
        pages = {}
        for record in records:
            key = (record.partner_id.id, record.company_id.id)
            if key not in pages:
                profile = profiles.get((record.partner_id.commercial_partner_id.id, key[1]))
                pages[key] = budgets._open_page(record, profile, made.get(key, []))
        return {record: pages[record.partner_id.id, record.company_id.id] for record in records}

    @api.model
    def _get_company_domain(self, companies):
        return Domain("company_id", "in", [False, *companies.ids])

    @api.model
    def _get_profiles(self, records):
        profiles = self.env["logistics.profile"].sudo()  # see _open_pages
        return profiles._find_for(records.partner_id.commercial_partner_id, records.company_id)

    def _open_page(self, record, profile, made):
        company, tier = record.company_id, profile.tier_id if profile else None
        zone = (
            (profile and profile.contact_tz) or record.partner_id.tz or company._get_logistics_tz()
        )
        ledger = Ledger(
            self._get_limits(company, tier),
            [(local_date(at, zone), purpose_id) for at, purpose_id in made],
        )
        return Page(ledger, local_date(fields.Datetime.now(), zone), zone)

    def _get_limits(self, company, tier):
        """Return as :class:`Limit` those of these budgets that hold for a customer."""
        held = {}
        for budget in self.sorted(lambda one: one._get_rank()):
            if budget._fits(company, tier):
                held.setdefault((budget.purpose_id, budget.period_days), budget)
        return [
            Limit(budget.purpose_id.id or None, budget.limit, days, budget.display_name)
            for (_purpose, days), budget in held.items()
        ]

    def _get_rank(self):
        """The more particular budget comes first."""
        return (not self.tier_ids, not self.company_id, self.limit, self.id)

    def _fits(self, company, tier):
        """Tell whether the budget is about customers of a company and tier (or None)."""
        tiers = set(self.tier_ids.mapped("code"))
        in_company = not self.company_id or self.company_id == company
        return in_company and (not tiers or bool(tier) and tier.code in tiers)

    def _get_made(self, records):
        """Return (person, company) → instant and purpose of each contact that may still count."""
        if not self or not records:
            return {}
        # a day more: the person's midnight may lie before ours
        days = timedelta(days=max(self.mapped("period_days")) + 1)
        midnight = datetime.combine(fields.Date.today(), datetime.min.time())
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, company_id, at, purpose_id FROM (%s) contact
                    WHERE partner_id = ANY(%s) AND company_id = ANY(%s)
                      AND state = 'made' AND NOT is_exempt AND at >= %s
                    ORDER BY at""",
                self.env["logistics.touchpoint"]._table_query,
                records.partner_id.ids,
                records.company_id.ids,
                midnight - days,
            )
        )
        made = {}
        for partner_id, company_id, at, purpose_id in rows:
            made.setdefault((partner_id, company_id), []).append((at, purpose_id))
        return made
