from odoo import api, fields, models

from .logistics_compensation_kinds import DRAFT


class LogisticsCompensationLine(models.Model):
    """Goods that a customer is given, or gives back."""

    _name = "logistics.compensation.line"
    _description = "Goods of a Compensation"
    _order = "compensation_id, id"
    _check_company_auto = True

    compensation_id = fields.Many2one(
        "logistics.compensation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="compensation_id.company_id", store=True, index=True)
    product_id = fields.Many2one("product.product", required=True, check_company=True)
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    currency_id = fields.Many2one(related="compensation_id.currency_id")
    value = fields.Monetary(
        string="Goods Value",
        compute="_compute_value",
        store=True,
        help="Quantity times the highest of what was paid for such a piece, its list price and its "
        "cost; it cannot be changed, for it counts against the authority of who decides.",
    )

    _check_quantity = models.Constraint("CHECK (quantity > 0)", "A quantity is more than nothing.")

    @api.depends("product_id", "quantity", "compensation_id.currency_id")
    def _compute_value(self):
        for line in self:
            currency = line.currency_id or line.compensation_id.complaint_id.company_id.currency_id
            value = line.quantity * max(line._get_prices(), default=0.0)
            line.value = currency.round(value) if currency else value

    # === BUSINESS METHODS ===#

    def _get_prices(self):
        """Return what a piece is worth by whatever is known: what it was sold for, price, cost."""
        company = self.compensation_id.complaint_id.company_id or self.env.company
        product = self.product_id.with_company(company)
        known = [
            *self._get_sold_prices(),
            (product.lst_price, product.currency_id),
            (product.standard_price, product.cost_currency_id),
        ]
        return self._convert_known(known)

    def _get_measure(self):
        """Return what was paid for such goods; if they are others, what they are worth."""
        prices = self._convert_known(self._get_sold_prices())
        return self.quantity * max(prices) if prices else self.value

    def _convert_known(self, prices):
        """Return prices in the compensation's currency; of money without a rate nobody knows."""
        company = self.compensation_id.complaint_id.company_id or self.env.company
        wanted = self.currency_id or company.currency_id
        today = fields.Date.context_today(self)
        return [
            currency._convert(price, wanted, company, today, round=False)
            for price, currency in prices
            if currency._has_logistics_rate(company, today)
        ]

    def _get_sold_prices(self):
        """Return the prices, taxes included, at which confirmed orders sold a piece."""
        product = self.product_id
        lines = self.compensation_id._get_orders().order_line.filtered(
            lambda line: line.product_uom_qty > 0
        )
        sold = lines.filtered(lambda line: product in (line.product_id, *line._get_goods_parts()))
        bills = sold.invoice_lines.filtered(
            lambda entry: entry.move_type == "out_invoice"
            and entry.parent_state == "posted"
            and entry.product_id == product
            and entry.quantity > 0
        )
        prices = [(line._get_piece_price(product), line.currency_id) for line in sold]
        return prices + [
            (
                entry.price_total / entry.quantity
                * product.uom_id.factor / (entry.product_uom_id.factor or 1),
                entry.currency_id,
            )
            for entry in bills
        ]  # fmt: skip

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        compensations = self.env["logistics.compensation"].browse(
            {vals["compensation_id"] for vals in vals_list if vals.get("compensation_id")}
        )
        with compensations._keep_money():
            lines = super().create(
                [{key: vals[key] for key in vals if key != "value"} for vals in vals_list]
            )
        lines._ensure_draft()
        lines._value_anew()
        lines.compensation_id._note_author()
        return lines

    def write(self, vals):
        self._ensure_draft()
        with self.compensation_id._keep_money():
            result = super().write({key: vals[key] for key in vals if key != "value"})
        self._ensure_draft()  # nor moved into one that is decided
        self.compensation_id._note_author()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_from_drafts(self):
        self._ensure_draft()
        self.compensation_id._note_author()

    def _value_anew(self):
        """Work the value out again, whatever a default or an older price made of it."""
        self.env.add_to_compute(self._fields["value"], self)

    def _ensure_draft(self):
        self.compensation_id._ensure_state(DRAFT)
