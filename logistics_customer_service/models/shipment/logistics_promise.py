from odoo import fields, models


class LogisticsPromise(models.Model):
    """A day promised for an order line: at confirmation, or agreed with the customer later.

    Promises are history: a new one is added, none is changed. What the company alone moves (the
    order's delivery date, a transfer's schedule) leaves them as they are.
    """

    _name = "logistics.promise"
    _description = "Delivery Promise"
    _order = "id desc"
    _rec_name = "promised_date"

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, readonly=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "sale.order.line", required=True, index=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(related="line_id.product_id")
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, precompute=True, index=True
    )
    promised_date = fields.Datetime(string="Promised", required=True, readonly=True)
    origin = fields.Selection(
        [("confirmed", "Given at confirmation"), ("agreed", "Agreed with the customer")],
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user
    )
