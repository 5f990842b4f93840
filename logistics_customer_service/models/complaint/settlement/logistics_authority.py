from dataclasses import dataclass

from odoo import api, fields, models
from odoo.fields import Domain

from .logistics_compensation_kinds import KINDS


@dataclass(frozen=True)
class Exposure:
    """What a customer would have been given, this decision included, in the company's currency.

    ``by_days`` holds the sum of the last so many days for each period that some rule names.
    """

    case: float
    by_days: dict


class LogisticsAuthority(models.Model):
    """Who may decide what: amounts per case and per customer, for a group or a person."""

    _name = "logistics.authority"
    _description = "Authority"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: every company."
    )
    group_id = fields.Many2one(
        "res.groups",
        string="Group",
        ondelete="cascade",
        domain=lambda self: [
            ("all_implied_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
        help="A rule of a group replaces those of the groups it includes.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        ondelete="cascade",
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
        help="A rule of a person replaces those of the person's groups.",
    )
    category_id = fields.Many2one(
        "logistics.complaint.category",
        ondelete="cascade",
        check_company=True,
        help="Also for the categories below it; empty: for every category.",
    )
    kind = fields.Selection(KINDS, help="Empty: for every kind of compensation.")
    is_unlimited = fields.Boolean(string="No Limit")
    may_exceed = fields.Boolean(
        string="Beyond What Was Paid",
        compute="_compute_may_exceed",
        store=True,
        readonly=False,
        precompute=True,
        help="May also approve more than the goods cost the customer, less what was already "
        "refunded, credited or replaced for them.",
    )
    currency_id = fields.Many2one(
        "res.currency", help="Of the amounts; empty: the currency of the case's company."
    )
    amount_case = fields.Float(
        string="Per Case",
        digits=(16, 3),  # as many places as any currency has
        min_display_digits=2,
        help="All compensations of the case together, those decided by others included.",
    )
    amount_customer = fields.Float(
        string="Per Customer",
        digits=(16, 3),  # as many places as any currency has
        min_display_digits=2,
        help="All compensations of the customer in the period together, over every case.",
    )
    period_days = fields.Integer(string="Period (Days)", default=30)
    amount_own = fields.Float(
        string="Own Proposals, Per Case",
        digits=(16, 3),  # as many places as any currency has
        min_display_digits=2,
        help="Up to this amount per case a person may approve what he or she has proposed; beyond "
        "it somebody else decides. Zero: always somebody else.",
    )

    _check_whom = models.Constraint(
        "CHECK ((group_id IS NULL) != (user_id IS NULL))",
        "An authority is that of a group or that of a person.",
    )
    _check_amounts = models.Constraint(
        "CHECK (amount_case >= 0 AND amount_customer >= 0 AND amount_own >= 0"
        " AND period_days > 0)",
        "Amounts cannot be negative, and a period has at least one day.",
    )

    @api.depends("is_unlimited")
    def _compute_may_exceed(self):
        for rule in self:
            rule.may_exceed = rule.is_unlimited

    @api.depends("group_id", "user_id", "category_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            parts = [
                (rule.user_id or rule.group_id).display_name,
                rule.category_id.display_name,
                kinds.get(rule.kind),
            ]
            rule.display_name = ", ".join(filter(None, parts))

    # === BUSINESS METHODS ===#

    @api.model
    def _get_rules(self, compensation):
        """Return the rules that speak of a compensation, whomever they are about."""
        path = compensation.category_id.parent_path or ""
        above = [int(part) for part in path.split("/") if part]
        # everybody is bound by the rules, also those who cannot read them
        return self.sudo().search(
            Domain("company_id", "in", [compensation.company_id.id, False])
            & Domain("category_id", "in", [*above, False])
            & Domain("kind", "in", [compensation.kind, False])
        )

    def _pick_for(self, user):
        """Return which of these rules binds a user (empty: the user may decide nothing).

        A person's rule outweighs those of groups; a group's rule those of the groups it includes;
        then the nearest category, the kind, the company, and at last the greater amount.
        """
        mine = self.filtered(lambda rule: rule.user_id == user) or self._of_groups(user)
        return mine.sorted(
            lambda rule: (
                -len((rule.category_id.parent_path or "").split("/")),
                not rule.kind,
                not rule.company_id,
                not rule.is_unlimited,
                -rule.amount_case,
                rule.sequence,
                rule.id,
            )
        )[:1]

    def _of_groups(self, user):
        """Return the rules of a user's groups that no rule of a greater group replaces."""
        mine = self.filtered(lambda rule: rule.group_id in user.all_group_ids)
        replaced = self.env["res.groups"].union(
            *(group.all_implied_ids - group for group in mine.group_id)
        )
        return mine.filtered(lambda rule: rule.group_id not in replaced)

    def _suffices(self, exposure, company):
        """Tell whether a rule covers what a customer would have been given.

        :param exposure: :class:`Exposure` with this decision in it
        :param company: company of the case, in whose currency the exposure is
        """
        return bool(self) and (
            self.is_unlimited
            or (
                exposure.case <= self._get_limit(self.amount_case, company)
                and exposure.by_days[self.period_days]
                <= self._get_limit(self.amount_customer, company)
            )
        )

    def _is_highest_of(self, rules):
        """Tell whether no other of these rules goes further."""
        return self.is_unlimited or not rules.filtered(
            lambda rule: rule.is_unlimited or rule.amount_case > self.amount_case
        )

    def _covers_own(self, exposure, company):
        """Tell whether a person may decide on an own proposal of this size."""
        return exposure.case <= self._get_limit(self.amount_own, company) and bool(self.amount_own)

    def _get_limit(self, amount, company):
        """Return a limit of the rule in the currency of a company, at today's rate.

        In money of which nobody knows what it is worth, nobody may decide anything.
        """
        currency = self.currency_id or company.currency_id
        today = fields.Date.context_today(self)
        if not currency._has_logistics_rate(company, today):
            return 0.0
        return currency._convert(amount, company.currency_id, company, today)
