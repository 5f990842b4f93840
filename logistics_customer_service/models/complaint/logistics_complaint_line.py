from odoo import api, fields, models


class LogisticsComplaintLine(models.Model):
    """Goods that a case is about."""

    _name = "logistics.complaint.line"
    _description = "Complaint Line"
    _order = "complaint_id, sequence, id"
    _check_company_auto = True

    complaint_id = fields.Many2one(
        "logistics.complaint", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one("product.product", required=True, check_company=True)
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    value_affected = fields.Monetary(
        help="What the goods concerned are worth, by the confirmed order, the list price or the "
        "cost; change it freely.",
        compute="_compute_value_affected",
        store=True,
        readonly=False,
        precompute=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    note = fields.Char(string="What Is Wrong")

    _check_quantity = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity concerned cannot be negative."
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_id.uom_id

    @api.depends("complaint_id")
    def _compute_currency_id(self):
        for line in self:
            case = line.complaint_id
            line.currency_id = (
                line.currency_id
                or case.order_ids[:1].currency_id
                or (case.company_id or self.env.company).currency_id
            )

    @api.depends("product_id", "quantity", "product_uom_id", "currency_id")
    def _compute_value_affected(self):
        for line in self:
            price, unit = line._get_unit_price()
            factor = line.product_uom_id.factor / (unit.factor or 1) if line.product_uom_id else 1
            line.value_affected = line.quantity * factor * price

    def _get_unit_price(self):
        """Return price and unit of the product: what was paid for it, else list price, else cost.

        What somebody only wrote into a quotation is no price.
        """
        sold = self._get_sold_lines()[:1]
        company = self.complaint_id.company_id or self.env.company
        product = self.product_id.with_company(company)
        price, currency, unit = (
            (sold._get_piece_price(self.product_id), sold.currency_id, self.product_id.uom_id)
            if sold
            else (product.lst_price or product.standard_price, company.currency_id, product.uom_id)
        )
        today = fields.Date.context_today(self)
        wanted = self.currency_id or company.currency_id
        if not all(one._has_logistics_rate(company, today) for one in (currency, wanted)):
            return 0.0, unit
        return currency._convert(price, wanted, company, today, round=False), unit

    def _get_sold_lines(self):
        """Return the order lines of the case that sold the goods: as such, else as a part."""
        lines = self.complaint_id.order_ids.order_line.filtered(
            lambda line: line.state == "sale" and line.price_reduce_taxinc > 0
        )
        return lines.filtered(lambda line: line.product_id == self.product_id) or lines.filtered(
            lambda line: self.product_id in line._get_goods_parts()
        )

    def _get_product_quantity(self):
        """Return the quantity in the product's own unit."""
        unit = self.product_uom_id or self.product_id.uom_id
        return unit._compute_quantity(self.quantity, self.product_id.uom_id, round=False)
