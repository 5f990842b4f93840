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
        help="Quantity times the price of the order, or else the list price; it cannot be "
        "changed, for it counts against the authority of who decides.",
    )

    _check_quantity = models.Constraint("CHECK (quantity > 0)", "A quantity is more than nothing.")

    @api.depends("product_id", "quantity", "compensation_id.currency_id")
    def _compute_value(self):
        for line in self:
            case = line.compensation_id.complaint_id
            sold = case.order_ids.order_line.filtered(
                lambda sale_line, product=line.product_id: sale_line.product_id == product
            )[:1]
            company = case.company_id or self.env.company
            wanted = line.currency_id or company.currency_id
            if sold:
                factor = line.product_id.uom_id.factor / (sold.product_uom_id.factor or 1)
                price, currency = sold.price_reduce_taxinc * factor, sold.currency_id
            else:
                price = line.product_id.with_company(company).lst_price
                currency = line.product_id.currency_id or company.currency_id
            today = fields.Date.context_today(self)
            line.value = currency._convert(line.quantity * price, wanted, company, today)

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(
            [{key: vals[key] for key in vals if key != "value"} for vals in vals_list]
        )
        lines._ensure_draft()
        lines._value_anew()
        lines.compensation_id._note_author()
        return lines

    def write(self, vals):
        self._ensure_draft()
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
