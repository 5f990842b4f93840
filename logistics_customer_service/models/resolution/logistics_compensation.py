from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

from ...tools.complaint import compensation as rules
from .logistics_authority import Exposure
from .logistics_compensation_kinds import (
    APPROVED,
    CANCELLED,
    COUNTED,
    DRAFT,
    EXECUTED,
    FREIGHT,
    GIVEN_IN_GOODS,
    KINDS,
    MOVES_GOODS,
    PROPOSED,
    REFUND,
    REFUSED,
    STATES,
)

# what is proposed: free in a draft, fixed from then on
PROPOSAL_FIELDS = {
    "complaint_id",
    "kind",
    "standard_id",
    "basis_value",
    "basis_freight",
    "basis_weight",
    "amount",
    "amount_reason",
    "currency_id",
    "line_ids",
    "delivery_id",
    "invoice_id",
}
# what is decided and done: written by the methods below alone
DECISION_FIELDS = {
    "state",
    "category_id",
    "author_id",
    "proposer_id",
    "proposed_at",
    "asked_user_id",
    "approver_id",
    "authority_id",
    "decided_at",
    "refusal_reason",
    "executor_id",
    "executed_at",
    "move_id",
    "payment_id",
    "picking_ids",
}
# worked out; nobody's to write
DERIVED_FIELDS = {"partner_id", "company_id", "amount_company", "computed_amount", "steps"}
# An object cannot come in by RPC, so nobody outside can have this in the context.
_BY_METHOD = object()


class LogisticsCompensation(models.Model):
    """What a customer is given for what went wrong: worked out, decided, done once."""

    _name = "logistics.compensation"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Compensation"
    _order = "id desc"
    _check_company_auto = True

    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    partner_id = fields.Many2one(related="complaint_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)
    category_id = fields.Many2one(
        "logistics.complaint.category",
        string="Category",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The case's category when this was proposed; authority goes by it.",
    )
    kind = fields.Selection(KINDS, required=True, default=REFUND, tracking=True)

    # --- how much
    standard_id = fields.Many2one(
        "logistics.compensation.standard",
        string="Compensation Standard",
        compute="_compute_standard_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    basis_value = fields.Monetary(
        string="Value of the Goods",
        compute="_compute_basis",
        store=True,
        readonly=False,
        precompute=True,
    )
    basis_freight = fields.Monetary(
        string="Freight", compute="_compute_basis", store=True, readonly=False, precompute=True
    )
    basis_weight = fields.Float(
        string="Weight (kg)",
        digits="Stock Weight",
        compute="_compute_basis",
        store=True,
        readonly=False,
        precompute=True,
    )
    computed_amount = fields.Monetary(
        string="By the Standard", compute="_compute_amounts", store=True, precompute=True
    )
    steps = fields.Json(compute="_compute_amounts", store=True, precompute=True)
    explanation = fields.Text(compute="_compute_explanation")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        tracking=True,
        help="What the customer is to get. Goods count with their price.",
    )
    amount_reason = fields.Char(
        string="Why Another Amount", help="Needed where it is more than the standard says."
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="At the rate of the day of the decision.",
    )
    line_ids = fields.One2many("logistics.compensation.line", "compensation_id", string="Goods")
    delivery_id = fields.Many2one(
        "stock.picking",
        string="Delivery Concerned",
        compute="_compute_sources",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
    )
    invoice_id = fields.Many2one(
        "account.move",
        string="Invoice Concerned",
        ondelete="restrict",
        check_company=True,
        help="Empty: the last posted invoice of the case's orders, if there is one.",
    )

    # --- who decided
    state = fields.Selection(
        STATES, default=DRAFT, required=True, readonly=True, copy=False, tracking=True, index=True
    )
    author_id = fields.Many2one(
        "res.users",
        string="Last Changed By",
        readonly=True,
        copy=False,
        help="Who wrote what is proposed: it is this person's own proposal, too.",
    )
    proposer_id = fields.Many2one("res.users", string="Proposed By", readonly=True, copy=False)
    proposed_at = fields.Datetime(string="Proposed On", readonly=True, copy=False)
    asked_user_id = fields.Many2one(
        "res.users",
        string="Decision Asked Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Whoever has the least authority that is enough.",
    )
    approver_id = fields.Many2one(
        "res.users", string="Decided By", readonly=True, copy=False, tracking=True
    )
    authority_id = fields.Many2one(
        "logistics.authority",
        string="By Authority",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    decided_at = fields.Datetime(string="Decided", readonly=True, copy=False)
    refusal_reason = fields.Char(readonly=True, copy=False, tracking=True)
    may_decide = fields.Boolean(
        compute="_compute_may_decide", help="You have enough authority for this decision."
    )

    # --- what was done
    executor_id = fields.Many2one("res.users", string="Executed By", readonly=True, copy=False)
    executed_at = fields.Datetime(string="Executed", readonly=True, copy=False)
    move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    payment_id = fields.Many2one(
        "account.payment",
        string="Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    picking_ids = fields.Many2many(
        "stock.picking",
        "logistics_compensation_picking_rel",
        string="Transfers",
        readonly=True,
        copy=False,
    )
    document_state = fields.Selection(
        [("open", "Being handled"), ("done", "Done"), ("cancelled", "Cancelled")],
        string="Document",
        compute="_compute_document",
    )
    document_name = fields.Char(string="Document Number", compute="_compute_document")
    recovery_ids = fields.One2many("logistics.recovery", "compensation_id", string="Recoveries")
    recovered_amount = fields.Monetary(
        string="Recovered",
        currency_field="company_currency_id",
        compute="_compute_recovered_amount",
        store=True,
    )

    _asked_idx = models.Index("(asked_user_id) WHERE state = 'proposed'")
    _customer_idx = models.Index(
        "(partner_id, decided_at) WHERE state IN ('approved', 'executed')"
    )
    _check_amount = models.Constraint("CHECK (amount >= 0)", "An amount cannot be negative.")
    _check_decided = models.Constraint(
        "CHECK (state NOT IN ('approved', 'executed') OR"
        " (approver_id IS NOT NULL AND decided_at IS NOT NULL))",
        "Nothing is approved by nobody.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("complaint_id.number", "kind", "amount")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            number = record.complaint_id.number or ""
            record.display_name = f"{number} {kinds.get(record.kind, '')}".strip()

    @api.depends("complaint_id", "kind")
    def _compute_standard_id(self):
        standards = self.env["logistics.compensation.standard"]
        for record in self:
            case = record.complaint_id
            record.standard_id = standards._get_for(case, record.kind) if case else standards

    @api.depends("complaint_id")
    def _compute_currency_id(self):
        for record in self:
            company = record.complaint_id.company_id or self.env.company
            record.currency_id = record.currency_id or (
                record.complaint_id.order_ids[:1].currency_id or company.currency_id
            )

    @api.depends("complaint_id", "currency_id")
    def _compute_basis(self):
        for record in self:
            case = record.complaint_id
            company = case.company_id or self.env.company
            convert = record._get_converter(company.currency_id)
            record.basis_value = convert(case.value_affected)
            record.basis_freight = convert(case._get_freight())
            record.basis_weight = case._get_weight_affected()

    @api.depends("complaint_id")
    def _compute_sources(self):
        for record in self:
            done = record.complaint_id.picking_ids.filtered(
                lambda picking: picking.state == "done"
            )
            record.delivery_id = record.delivery_id or done[:1]

    @api.depends("standard_id", "basis_value", "basis_freight", "basis_weight", "currency_id")
    def _compute_amounts(self):
        for record in self:
            result = record._compute_by_standard()
            record.computed_amount = float(result.amount) if result else 0.0
            record.steps = result and [
                {
                    "code": step.code,
                    "amount": float(step.amount),
                    "figures": {
                        name: figure if isinstance(figure, str) else float(figure)
                        for name, figure in step.figures.items()
                    },
                }
                for step in result.steps
            ]

    def _compute_by_standard(self):
        """Return what the standard comes to (None without one), in the compensation's currency."""
        standard = self.standard_id
        if not standard:
            return None
        company = self.complaint_id.company_id or self.env.company
        terms = standard._prepare_terms(
            self._get_converter(standard.currency_id or company.currency_id)
        )
        basis = rules.Basis(
            *(
                Decimal(repr(figure)) if figure else None
                for figure in (self.basis_value, self.basis_freight, self.basis_weight)
            )
        )
        rounding = (self.currency_id or company.currency_id).rounding
        return rules.compute(terms, basis, Decimal(repr(rounding)))

    @api.depends("computed_amount", "kind", "line_ids.value")
    def _compute_amount(self):
        for record in self:
            if record.kind in MOVES_GOODS:
                record.amount = record._get_goods_amount()
            else:
                record.amount = record.computed_amount

    @api.depends("amount", "currency_id", "company_id")
    def _compute_amount_company(self):
        for record in self:
            record.amount_company = record._get_amount_company()

    @api.depends("steps", "currency_id", "standard_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for record in self:
            lines = [record._word(step) for step in record.steps or []]
            if record.standard_id:
                # whoever may read the sum may read by what rule it came about
                standard = record.standard_id.sudo()
                rule = " – ".join(filter(None, (standard.name, standard.source)))
                lines.insert(0, self.env._("Standard: %s.", rule))
            record.explanation = "\n".join(lines)

    @api.depends_context("uid")
    @api.depends("state", "amount_company", "category_id", "kind")
    def _compute_may_decide(self):
        for record in self:
            record.may_decide = record.state == PROPOSED and not record._get_obstacle(
                self.env.user
            )

    @api.depends("move_id.state", "payment_id.state", "picking_ids.state")
    def _compute_document(self):
        for record in self.sudo():  # agents follow documents they may not open
            moves, payments = record.move_id, record.payment_id
            states = {
                *({"posted": "done", "cancel": "cancelled"}.get(m.state, "open") for m in moves),
                *(
                    {"paid": "done", "in_process": "done"}.get(
                        p.state, "cancelled" if p.state in ("canceled", "rejected") else "open"
                    )
                    for p in payments
                ),
                *(
                    {"done": "done", "cancel": "cancelled"}.get(p.state, "open")
                    for p in record.picking_ids
                ),
            }
            # of several transfers the one still open counts, then the one done
            record.document_state = next(
                (state for state in ("open", "done", "cancelled") if state in states), False
            )
            documents = [*moves, *payments, *record.picking_ids]
            record.document_name = ", ".join(document.display_name or "" for document in documents)

    @api.depends("recovery_ids.received_company")
    def _compute_recovered_amount(self):
        for record in self:
            record.recovered_amount = sum(record.recovery_ids.mapped("received_company"))

    def _get_converter(self, source):
        """Return a function that turns an unrounded amount of a currency into this one's."""
        company = self.complaint_id.company_id or self.env.company
        wanted = self.currency_id or company.currency_id
        today = fields.Date.context_today(self)

        def convert(amount):
            return source._convert(amount, wanted, company, today, round=False)

        return convert

    def _get_amount_company(self):
        company = self.complaint_id.company_id or self.env.company
        currency = self.currency_id or company.currency_id
        today = fields.Date.context_today(self)
        return currency._convert(self.amount, company.currency_id, company, today)

    def _get_goods_amount(self):
        """Return what the goods given are worth; goods that come back are no gift."""
        return sum(self.line_ids.mapped("value")) if self.kind in GIVEN_IN_GOODS else 0.0

    # === THE EXPLANATION IN WORDS ===#

    def _word(self, step):
        """Return a step of the computation as a sentence in the reader's language."""
        figures = step["figures"]
        values = {
            "amount": self._format(step["amount"]),
            "measure": figures.get("measure", 0),
            "money": self._format(figures.get("measure", 0)),
            "rate": f"{figures.get('rate', 0):g}",
            "percent": f"{figures.get('rate', 0) * 100:g}",
            "unit": self.standard_id.sudo().unit_name or self.env._("units"),
            "unit_value": self._format(figures.get("unit_value", 1), digits=4),
        }
        if step["code"] == rules.NOTHING_KNOWN:
            return self._word_unknown(figures.get("method"))
        return self._get_wordings()[step["code"]] % values

    def _get_wordings(self):
        """Return the sentence of each code of a step."""
        return {
            rules.SHARE_OF_VALUE: self.env._(
                "%(percent)s %% of the value of the goods of %(money)s: %(amount)s."
            ),
            rules.MULTIPLE_OF_FREIGHT: self.env._(
                "%(rate)s times the freight of %(money)s: %(amount)s."
            ),
            rules.PER_KILOGRAM: self.env._(
                "%(measure)g kg at %(rate)s %(unit)s of %(unit_value)s each: %(amount)s."
            ),
            rules.FIXED: self.env._("Fixed amount: %(amount)s."),
            rules.MINIMUM: self.env._("At least %(amount)s."),
            rules.CAP_VALUE: self.env._("At most the value of the goods: %(amount)s."),
            rules.CAP_FREIGHT: self.env._(
                "At most %(rate)s times the freight of %(money)s: %(amount)s."
            ),
            rules.CAP_AMOUNT: self.env._("At most %(amount)s."),
        }

    def _word_unknown(self, method):
        return {
            rules.SHARE_OF_VALUE: self.env._("The value of the goods is not known."),
            rules.MULTIPLE_OF_FREIGHT: self.env._("The freight is not known."),
            rules.PER_KILOGRAM: self.env._("The weight of the goods is not known."),
        }[method]

    def _format(self, amount, digits=None):
        if digits:
            return f"{amount:.{digits}f} {self.currency_id.name or ''}".strip()
        return self.currency_id.format(amount) if self.currency_id else f"{amount:.2f}"

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_decision_in(vals, allowed_state=DRAFT)
        # neither the context nor a default that a user has set decides anything
        context = {
            key: value
            for key, value in self.env.context.items()
            if key.removeprefix("default_") not in DECISION_FIELDS | DERIVED_FIELDS
        }
        untouched = dict.fromkeys(DECISION_FIELDS, False)
        fresh = {**untouched, "state": DRAFT, "author_id": self.env.uid}
        clean = self.with_context(context)  # pylint: disable=context-overridden
        records = super(LogisticsCompensation, clean).create(
            [{**vals, **fresh} for vals in vals_list]
        )
        for name in DERIVED_FIELDS:
            self.env.add_to_compute(self._fields[name], records)
        records._take_goods_of_case()
        return records.with_env(self.env)

    def write(self, vals):
        if self.env.context.get("logistics_compensation") is not _BY_METHOD:
            self._refuse_decision_in(vals)
            if PROPOSAL_FIELDS & vals.keys():
                self._ensure_state(DRAFT)
                vals = {**vals, "author_id": self.env.uid}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._ensure_state(DRAFT)

    def _refuse_decision_in(self, vals, allowed_state=None):
        """Refuse values that only the methods of this model may write.

        :param allowed_state: a state that may be named though it says nothing new
        """
        named = {
            name
            for name in (DECISION_FIELDS | DERIVED_FIELDS) & vals.keys()
            if not (name == "state" and vals[name] == allowed_state)
        }
        if allowed_state:  # forms send empty fields along
            named = {name for name in named if vals[name]}
        if named:
            raise AccessError(
                self.env._(
                    "Decisions on compensations are made by approving, refusing and executing "
                    "them, not by writing: %s",
                    ", ".join(sorted(self._fields[name].string for name in named)),
                )
            )

    def _ensure_state(self, *states):
        for record in self:
            if record.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(record)s is “%(state)s”; this is not possible any more.",
                        record=record.display_name,
                        state=labels[record.state],
                    )
                )

    def _decide(self, vals):
        """Write what only decisions may write."""
        return self.with_context(logistics_compensation=_BY_METHOD).write(vals)

    def _note_author(self):
        """Keep who changed the goods: the proposal is this person's, too."""
        changed = self.filtered(lambda record: record.author_id != self.env.user)
        changed._decide({"author_id": self.env.uid})

    def _take_goods_of_case(self):
        """Goods are those of the case where nobody has named others."""
        self.env["logistics.compensation.line"].create(
            [
                {
                    "compensation_id": record.id,
                    "product_id": line.product_id.id,
                    "quantity": line.product_uom_id._compute_quantity(
                        line.quantity, line.product_id.uom_id
                    ),
                }
                for record in self
                if record.kind in MOVES_GOODS and not record.line_ids
                for line in record.complaint_id.line_ids
                if line.quantity
            ]
        )

    @api.constrains("delivery_id", "invoice_id", "complaint_id")
    def _check_customer(self):
        """Documents are those of the case's customer."""
        for record in self.sudo():  # agents name an invoice without rights to read it
            customer = record.partner_id.commercial_partner_id
            for document in (record.delivery_id, record.invoice_id):
                owner = document.partner_id.commercial_partner_id
                if document and owner and owner != customer:
                    raise ValidationError(
                        self.env._(
                            "%(document)s is not of %(customer)s.",
                            document=document.display_name,
                            customer=customer.display_name,
                        )
                    )

    # === EXPOSURE AND AUTHORITY ===#

    def _get_exposure(self, days):
        """Return what the customer would have been given, this one included.

        :param days: periods in days that are asked for
        :return: :class:`Exposure` in the company's currency
        """
        self.ensure_one()
        others = self._get_others_domain()
        family = self._get_case_family()
        own = self._get_amount_company() if self.state != APPROVED else self.amount_company
        case_sum = self._sum(others & Domain("complaint_id", "in", family.ids))
        now = fields.Datetime.now()
        customer = Domain(
            "partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id
        ) & Domain("company_id", "=", self.company_id.id)
        by_days = {}
        for period in set(days):
            recent = Domain("decided_at", ">=", now - timedelta(days=period))
            by_days[period] = self._sum(others & customer & recent) + own
        return Exposure(case_sum + own, by_days)

    def _get_others_domain(self):
        return Domain("state", "in", COUNTED) & Domain("id", "!=", self.id)

    def _get_case_family(self):
        """Return the case with those merged into it and those it was merged into."""
        # cases of the customer that the user may not see count, too
        cases = self.complaint_id.sudo()
        while True:
            more = cases | cases.merged_into_id
            more |= cases.search([("merged_into_id", "in", more.ids)])
            if more == cases:
                return cases
            cases = more

    def _sum(self, domain):
        # what others have given counts, also where the user may not see it
        [(total,)] = self.sudo()._read_group(domain, [], ["amount_company:sum"])
        return total or 0.0

    def _get_obstacle(self, user):
        """Return why a user may not decide on this compensation, or an empty string."""
        self.ensure_one()
        rules_in_force = self.env["logistics.authority"]._get_rules(self)
        rule = rules_in_force._pick_for(user)
        if not rule:
            return self.env._("%s has no authority for this.", user.name)
        exposure = self._get_exposure([rule.period_days])
        if not rule._suffices(exposure, self.company_id):
            return self._explain_limit(rule, exposure)
        own = user in self._get_proposers()
        if own and not rule._covers_own(exposure, self.company_id):
            return self.env._("This is your own proposal: somebody else decides.")
        return ""

    def _get_proposers(self):
        """Return everybody whose own proposal this is."""
        return self.proposer_id | self.author_id | self.create_uid

    def _explain_limit(self, rule, exposure):
        currency = self.company_id.currency_id
        case_limit = rule._get_limit(rule.amount_case, self.company_id)
        if exposure.case > case_limit:
            return self.env._(
                "The case comes to %(sum)s; the authority “%(rule)s” ends at %(limit)s per case.",
                sum=currency.format(exposure.case),
                rule=rule.display_name,
                limit=currency.format(case_limit),
            )
        return self.env._(
            "The customer comes to %(sum)s in %(days)s days; the authority “%(rule)s” ends at "
            "%(limit)s per customer.",
            sum=currency.format(exposure.by_days[rule.period_days]),
            days=rule.period_days,
            rule=rule.display_name,
            limit=currency.format(rule._get_limit(rule.amount_customer, self.company_id)),
        )

    def _find_approver(self):
        """Return who has the least authority that is enough; among equals who has least to decide.

        The proposers only if their authority covers their own proposals.
        """
        rules_in_force = self.env["logistics.authority"]._get_rules(self)
        exposure = self._get_exposure(rules_in_force.mapped("period_days") or [1])
        proposers = self._get_proposers()
        fitting = []
        people = self._get_deciders()
        waiting = self._count_waiting(people)
        for user in people:
            rule = rules_in_force._pick_for(user)
            if not rule._suffices(exposure, self.company_id):
                continue
            if user in proposers and not rule._covers_own(exposure, self.company_id):
                continue
            limit = rule._get_limit(rule.amount_case, self.company_id)
            # the agent who proposes decides at once where that is allowed
            other = user != self.env.user
            fitting.append(
                ((other, rule.is_unlimited, limit, waiting.get(user, 0), user.id), user)
            )
        return min(fitting)[1] if fitting else self.env["res.users"]

    def _get_deciders(self):
        """Return the active people of the company who work in customer service."""
        # an agent does not read the groups of other users
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.id),
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("logistics_customer_service.group_agent").id,
                    ),
                ]
            )
        )

    def _count_waiting(self, users):
        groups = self.sudo()._read_group(
            [("asked_user_id", "in", users.ids), ("state", "=", PROPOSED)],
            ["asked_user_id"],
            ["__count"],
        )
        return dict(groups)

    # === DECIDING ===#

    def _take_turns(self):
        """Let nobody else decide on the same customers before this transaction has ended."""
        self.flush_recordset()
        self.env["logistics.compensation.turn"]._take(
            (record.partner_id.commercial_partner_id.id, record.company_id.id)
            for record in self.sudo()
            if record.partner_id
        )
        self.invalidate_recordset()

    def action_propose(self):
        """Put a draft to whoever has the least authority that is enough."""
        self.check_access("write")
        self._ensure_state(DRAFT)
        for record in self:
            record._check_proposal()
            record._decide(record._prepare_proposal_vals())
            approver = record._find_approver()
            record._decide({"asked_user_id": approver.id})
            if approver != self.env.user:
                record._ask(approver)
        return True

    def action_compute_again(self):
        """Take value, freight and weight from the case as they are now."""
        self._ensure_state(DRAFT)
        self.env.add_to_compute(self._fields["basis_value"], self)
        self.env.add_to_compute(self._fields["basis_freight"], self)
        self.env.add_to_compute(self._fields["basis_weight"], self)
        return True

    def _check_proposal(self):
        if not self.complaint_id.partner_id:
            raise UserError(self.env._("Say first which customer the case is of."))
        if self.kind in MOVES_GOODS and not self.line_ids:
            raise UserError(self.env._("Name the goods first."))
        if self.kind not in MOVES_GOODS and not self.amount:
            raise UserError(self.env._("Name the amount first."))
        more = float_compare(self.amount, self.computed_amount, precision_digits=2) > 0
        if self.standard_id and self.kind not in MOVES_GOODS and more and not self.amount_reason:
            raise UserError(
                self.env._("It is more than the standard says: write why, for who decides.")
            )

    def _prepare_proposal_vals(self):
        """Fix what is proposed: goods count with their price whatever amount was written."""
        vals = {
            "state": PROPOSED,
            "proposer_id": self.env.uid,
            "proposed_at": fields.Datetime.now(),
            "category_id": self.complaint_id.category_id.id,
        }
        if self.kind in MOVES_GOODS:
            self.line_ids._value_anew()
            vals["amount"] = self._get_goods_amount()
        return vals

    def _ask(self, approver):
        if not approver:
            self.message_post(
                body=self.env._(
                    "Nobody has enough authority for this amount. An administrator names somebody "
                    "under Configuration, Authority."
                )
            )
            return
        self.activity_schedule(
            "logistics_customer_service.activity_approve_compensation",
            summary=self.display_name,
            user_id=approver.id,
        )

    def action_approve(self):
        """Approve proposals within the own authority.

        :raises UserError: if one is not proposed, or the authority is not enough
        """
        self.check_access("write")
        self._take_turns()
        self._ensure_state(PROPOSED)
        for record in self:
            obstacle = record._get_obstacle(self.env.user)
            if obstacle:
                raise UserError(obstacle)
            rule = self.env["logistics.authority"]._get_rules(record)._pick_for(self.env.user)
            record._decide(
                {
                    "state": APPROVED,
                    "approver_id": self.env.uid,
                    "authority_id": rule.id,
                    "decided_at": fields.Datetime.now(),
                    "amount_company": record._get_amount_company(),
                }
            )
            record.flush_recordset()  # the next one of the same customer sees it in its sums
        self._close_request()
        return True

    def action_refuse(self):
        """Open the form for the reason."""
        self._ensure_state(PROPOSED)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_compensation_refuse_action"
        )
        return {**action, "context": {"default_compensation_ids": self.ids}}

    def _refuse(self, reason):
        """Refuse proposals; who is asked or has the authority may."""
        self.check_access("write")
        self._take_turns()
        self._ensure_state(PROPOSED)
        for record in self:
            obstacle = record._get_obstacle(self.env.user)
            if obstacle and record.asked_user_id != self.env.user:
                raise UserError(obstacle)
            record._decide(
                {
                    "state": REFUSED,
                    "approver_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "refusal_reason": reason,
                }
            )
        self._close_request()

    def _close_request(self):
        # the request may stand with somebody else
        self.sudo().activity_unlink(["logistics_customer_service.activity_approve_compensation"])

    def action_back_to_draft(self):
        """Take back what is not decided, or take up again what was refused."""
        self.check_access("write")
        self._take_turns()
        self._ensure_state(PROPOSED, REFUSED, CANCELLED)
        if any(record.executed_at for record in self):
            raise UserError(self.env._("It was executed once; make a new compensation."))
        self._close_request()
        return self._decide(
            {
                "state": DRAFT,
                "author_id": self.env.uid,
                "asked_user_id": False,
                "approver_id": False,
                "authority_id": False,
                "decided_at": False,
            }
        )

    def action_cancel(self):
        """Cancel what is not done yet, or whose document was cancelled."""
        self.check_access("write")
        self._take_turns()
        for record in self:
            if record.state == EXECUTED and record.document_state != "cancelled":
                raise UserError(self.env._("Cancel the document first: %s", record.document_name))
            if record.state in COUNTED:
                record._ensure_may_cancel()
        self._close_request()
        return self._decide({"state": CANCELLED})

    def _ensure_may_cancel(self):
        """What was approved is taken back by who approved it, or by a supervisor."""
        supervisor = self.env.user.has_group("logistics_customer_service.group_supervisor")
        if self.env.user != self.approver_id and not supervisor:
            raise UserError(
                self.env._("What was approved is taken back by a supervisor or who approved it.")
            )

    # === EXECUTING ===#

    def action_execute(self):
        """Make the document of each approved compensation, once."""
        self.check_access("write")
        self._take_turns()
        self._ensure_state(APPROVED)
        for record in self:
            documents = record._make_document()
            record._decide(
                {
                    **documents,
                    "state": EXECUTED,
                    "executor_id": self.env.uid,
                    "executed_at": fields.Datetime.now(),
                }
            )
            record._tell_document()
        return True

    def _make_document(self):
        """Return the field of the document with it, made for an agent without rights to it.

        Nothing but a draft (a transfer: confirmed, as core's own returns are) of the approved
        amount or goods is made; posting, paying and moving are left to those whose work it is.
        """
        self.ensure_one()
        # see above: agents decide on credit notes and returns without writing them
        record = self.sudo().with_company(self.company_id)
        return {
            "payment": record._make_payment,
            "replacement": record._make_replacement,
            "return": record._make_return,
            "exchange": record._make_exchange,
        }.get(self.kind, record._make_credit_note)()

    def _tell_document(self):
        self.complaint_id.message_post(
            body=self.env._(
                "%(compensation)s is executed: %(document)s",
                compensation=self.display_name,
                document=self.document_name,
            ),
            subtype_xmlid="mail.mt_note",
        )

    # --- money

    def _make_credit_note(self):
        invoice = self._get_invoice()
        move = self._reverse(invoice) if invoice else self._make_plain_credit_note()
        return {"move_id": move.id}

    def _get_invoice(self):
        """Return the invoice that a credit note reverses: one of at least the amount."""
        if self.kind not in (REFUND, FREIGHT):
            return self.env["account.move"]
        invoices = self.invoice_id or self.complaint_id.order_ids.invoice_ids.sorted(
            lambda move: (move.invoice_date or fields.Date.today(), move.id), reverse=True
        )
        return invoices.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.company_id == self.company_id
                and float_compare(
                    move.amount_total, self._get_amount_in(move.currency_id), precision_digits=2
                )
                >= 0
            )
        )[:1]

    def _get_amount_in(self, currency):
        today = fields.Date.context_today(self)
        return self.currency_id._convert(self.amount, currency, self.company_id, today)

    def _reverse(self, invoice):
        """Return a draft credit note of an invoice, brought to the amount."""
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": invoice.ids,
                "company_id": self.company_id.id,
                "journal_id": invoice.journal_id.id,
                "reason": self._get_document_text(),
            }
        )
        wizard.refund_moves()
        move = wizard.new_move_ids
        self._fit(move, self._get_amount_in(move.currency_id))
        return move

    def _fit(self, move, amount):
        """Bring a draft credit note to an amount: each line by the same share, then the rest.

        So taxes and accounts stay in the proportion of the invoice.
        """
        if move.currency_id.is_zero(move.amount_total - amount):
            return
        share = amount / move.amount_total
        products = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        move.write(
            {
                "invoice_line_ids": [
                    fields.Command.update(line.id, {"price_unit": line.price_unit * share})
                    for line in products
                ]
            }
        )
        rest = move.currency_id.round(amount - move.amount_total)
        if rest:
            move.write({"invoice_line_ids": [fields.Command.create(self._prepare_line(rest))]})

    def _make_plain_credit_note(self):
        return self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "ref": self._get_document_text(),
                "invoice_origin": self.complaint_id.number,
                "invoice_line_ids": [fields.Command.create(self._prepare_line(self.amount))],
            }
        )

    def _prepare_line(self, amount):
        return {
            "name": self._get_document_text(),
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [fields.Command.clear()],
        }

    def _make_payment(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "amount": self.amount,
                "memo": self._get_document_text(),
            }
        )
        return {"payment_id": payment.id}

    def _get_document_text(self):
        """Return what a document says it is for, in the customer's language."""
        lang = self.complaint_id.lang or self.env.lang
        record = self.with_context(lang=lang)
        return record.env._(
            "Case %(number)s: %(kind)s",
            number=self.complaint_id.number,
            kind=dict(self._fields["kind"]._description_selection(record.env))[self.kind],
        )

    # --- goods

    def _make_replacement(self):
        picking = self.env["stock.picking"].create(self._prepare_replacement_vals())
        picking.action_confirm()
        return {"picking_ids": [fields.Command.set(picking.ids)]}

    def _prepare_replacement_vals(self):
        picking_type = self._get_outgoing_type()
        consignee = self.delivery_id.partner_id or self.complaint_id.contact_id or self.partner_id
        source = picking_type.default_location_src_id
        target = (
            self.delivery_id.location_dest_id
            or consignee.with_company(self.company_id).property_stock_customer
        )
        return {
            "partner_id": consignee.id,
            "picking_type_id": picking_type.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "origin": self._get_document_text(),
            "company_id": self.company_id.id,
            "move_ids": [
                fields.Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_uom_qty": line.quantity,
                        "product_uom": line.product_id.uom_id.id,
                        "location_id": source.id,
                        "location_dest_id": target.id,
                        "company_id": self.company_id.id,
                    }
                )
                for line in self.line_ids
            ],
        }

    def _get_outgoing_type(self):
        given = self.delivery_id.picking_type_id
        if given.code == "outgoing":
            return given
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        if not warehouse:
            raise UserError(self.env._("%s has no warehouse.", self.company_id.name))
        return warehouse.out_type_id

    def _make_return(self):
        action = self._prepare_return_wizard().action_create_returns()
        return {"picking_ids": [fields.Command.set([action["res_id"]])]}

    def _make_exchange(self):
        before = self._get_delivery_family()
        action = self._prepare_return_wizard().action_create_exchanges()
        made = (self._get_delivery_family() - before) | before.browse(action["res_id"])
        return {"picking_ids": [fields.Command.set(made.ids)]}

    def _get_delivery_family(self):
        """Return the transfers of the references the delivery belongs to."""
        references = self.delivery_id.reference_ids
        return self.env["stock.picking"].search([("reference_ids", "in", references.ids)])

    def _prepare_return_wizard(self):
        """Return core's wizard for returns with the quantities of the lines in it."""
        if self.delivery_id.state != "done":
            raise UserError(self.env._("Name the delivery that the goods came with."))
        wizard = self.env["stock.return.picking"].create({"picking_id": self.delivery_id.id})
        for line in self.line_ids:
            self._spread(line, wizard.product_return_moves)
        return wizard

    def _spread(self, line, moves):
        """Put the quantity of a line on the moves of its product, no more than each delivered."""
        left = line.quantity
        for move in moves.filtered(lambda move: move.product_id == line.product_id):
            factor = move.product_id.uom_id
            available = move.uom_id._compute_quantity(move.move_quantity, factor) - (
                move.uom_id._compute_quantity(move.quantity, factor)
            )
            taken = min(left, available)
            move.quantity += factor._compute_quantity(taken, move.uom_id)
            left -= taken
        if line.product_id.uom_id.compare(left, 0) > 0:
            raise UserError(
                self.env._(
                    "%(delivery)s has not brought so much of %(product)s.",
                    delivery=self.delivery_id.name,
                    product=line.product_id.display_name,
                )
            )

    def action_view_document(self):
        """Open what was made."""
        self.ensure_one()
        for field in ("move_id", "payment_id", "picking_ids"):
            documents = self[field]
            if documents:
                return documents._get_records_action()
        raise UserError(self.env._("There is no document yet."))

    def action_new_recovery(self):
        """Open a new recovery from whoever has to answer for the amount."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_recovery_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {
                "default_complaint_id": self.complaint_id.id,
                "default_compensation_id": self.id,
                "default_claimed_amount": self.amount,
                "default_currency_id": self.currency_id.id,
            },
        }
