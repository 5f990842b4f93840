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
        help="What the goods concerned are worth, by the order or the list price; change it freely.",
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
        """Return price and unit of the product: that of the case's orders, else the list price."""
        sold = self.complaint_id.order_ids.order_line.filtered(
            lambda line: line.product_id == self.product_id
        )[:1]
        if sold:
            return sold.price_reduce_taxinc, sold.product_uom_id
        company = self.complaint_id.company_id or self.env.company
        price = company.currency_id._convert(
            self.product_id.lst_price, self.currency_id, company, fields.Date.context_today(self)
        )
        return price, self.product_id.uom_id
