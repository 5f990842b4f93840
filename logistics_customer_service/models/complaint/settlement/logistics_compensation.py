from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .logistics_compensation_kinds import (
    DRAFT,
    GIVEN_IN_GOODS,
    KINDS,
    MOVES_GOODS,
    PROPOSED,
    REFUND,
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
    "order_ids",
    "consignee_id",
}


class LogisticsCompensation(models.Model):
    """What a customer is given for what went wrong: worked out, decided, done once."""

    _name = "logistics.compensation"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.course.mixin",
        "logistics.case.document.mixin",
    ]
    _description = "Compensation"
    _order = "id desc"
    _course_open_to_su = False
    _course_refused_at_create = True

    partner_id = fields.Many2one(related="complaint_id.partner_id", store=True, index=True)
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
        default=lambda self: self.env.user,
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
        today = fields.Date.context_today(self)
        for record in self:
            company = record.complaint_id.company_id or self.env.company
            sold = record.complaint_id.order_ids[:1].currency_id
            known = sold and sold._has_logistics_rate(company, today)
            record.currency_id = record.currency_id or (sold if known else company.currency_id)

    @api.depends("complaint_id")
    def _compute_sources(self):
        for record in self:
            done = record.complaint_id.picking_ids.filtered(
                lambda picking: picking.state == "done"
            )
            record.delivery_id = record.delivery_id or done[:1]

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

    @api.onchange("complaint_id", "kind", "delivery_id")
    def _onchange_goods(self):
        """Begin with the goods of the case, where goods are given or taken back."""
        if self.kind in MOVES_GOODS and self.complaint_id and not self.line_ids:
            lines = self.complaint_id._get_lines_affected().grouped("product_id")
            self.line_ids = [
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": sum(line._get_product_quantity() for line in goods),
                    }
                )
                for product, goods in lines.items()
            ]

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

    def _keep_money(self):
        """Let goods that came back leave the amount of a refund as somebody wrote it."""
        money = self.filtered(lambda record: record.kind not in MOVES_GOODS)
        return self.env.protecting([self._fields["amount"]], money)

    def _get_goods_amount(self):
        """Return what the goods given are worth; goods that come back are no gift."""
        return sum(self.line_ids.mapped("value")) if self.kind in GIVEN_IN_GOODS else 0.0

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._take_goods_of_case()
        return records

    def write(self, vals):
        self._refuse_course(vals)
        if PROPOSAL_FIELDS & vals.keys() and not self._is_by_method():
            self._ensure_state(DRAFT)
            vals = {**vals, "author_id": self.env.uid}
        return super(LogisticsCompensation, self._by_method()).write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._ensure_state(DRAFT)

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
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
            # worked out
            "partner_id",
            "company_id",
            "amount_company",
            "computed_amount",
            "steps",
        }

    @api.model
    def _get_course_error(self, labels):
        return AccessError(
            self.env._(
                "Decisions on compensations are made by approving, refusing and executing "
                "them, not by writing: %s",
                labels,
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

    def _note_author(self):
        """Keep who changed the goods: the proposal is this person's, too."""
        changed = self.filtered(lambda record: record.author_id != self.env.user)
        changed._note_course({"author_id": self.env.uid})

    def _take_goods_of_case(self):
        """Goods are those of the case where nobody has named others; of a refund, what came back."""
        self.env["logistics.compensation.line"].create(
            [
                {"compensation_id": record.id, "product_id": product.id, "quantity": quantity}
                for record in self
                if not record.line_ids
                for product, quantity in record._get_goods_of_case()
                if quantity > 0
            ]
        )

    def _get_goods_of_case(self):
        """Return products and quantities, in their own unit, that it is about by itself."""
        if self.kind in MOVES_GOODS:
            lines = self.complaint_id.line_ids
            return [(line.product_id, line._get_product_quantity()) for line in lines]
        return list(self._get_goods_back().items()) if self.kind == REFUND else []

    @api.constrains("delivery_id", "invoice_id", "complaint_id")
    def _check_customer(self):
        """Documents are those of the case's customer."""
        for record in self.sudo():  # agents name an invoice without rights to read it
            for document in (record.delivery_id, record.invoice_id):
                if document and not record._owns(document):
                    raise ValidationError(
                        self.env._(
                            "%(document)s is not of %(customer)s.",
                            document=document.display_name,
                            customer=record.partner_id.commercial_partner_id.display_name,
                        )
                    )
