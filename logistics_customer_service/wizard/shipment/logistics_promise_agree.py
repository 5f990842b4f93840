from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsPromiseAgree(models.TransientModel):
    _name = "logistics.promise.agree"
    _description = "Agree New Delivery Date"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    line_ids = fields.Many2many(
        "sale.order.line",
        string="Lines",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('order_id', '=', order_id), ('display_type', '=', False)]",
        help="What is still to be delivered; take out what the new date is not about.",
    )
    promised_date = fields.Datetime(string="New Date", required=True)
    reason = fields.Char(required=True)

    @api.depends("order_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.order_id.order_line.filtered(lambda line: line._is_open())

    def action_agree(self):
        """Keep the new date as the promise in force."""
        self.ensure_one()
        order = self.order_id
        if order.state != "sale":
            raise UserError(self.env._("Only a confirmed order has a promise."))
        if not self.line_ids or self.line_ids.order_id != order:
            raise UserError(self.env._("Choose lines of this order."))
        if not self.reason.strip():
            raise UserError(self.env._("Give the reason: it stays with the promise."))
        order = self._get_order_to_promise()
        lines = self.line_ids.with_env(order.env)
        order._agree_promise(self.promised_date, self.reason.strip(), lines)
        return {"type": "ir.actions.act_window_close"}

    def _get_order_to_promise(self):
        """Return the order with the rights to give it a promise."""
        order = self.order_id
        if self.env.user.has_group("logistics_customer_service.group_agent"):
            order.check_access("read")
            # agents read orders and write nothing on them but what the customer agreed to with them
            return order.sudo()
        order.check_access("write")
        return order
