from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    promise_ids = fields.One2many("logistics.promise", "order_id", readonly=True)

    def _keep_promise(self):
        """Keep the day promised at confirmation, of the order and of each line."""
        super()._keep_promise()
        for order in self:
            order.order_line._promise(
                lambda line: line.order_id.commitment_date or line._expected_date(), "confirmed"
            )

    def action_agree_promise(self):
        """Open the dialogue that keeps a new day agreed with the customer."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_promise_agree_action"
        )
        return {**action, "context": {"default_order_id": self.id}}

    def _agree_promise(self, date, reason, lines=None):
        """Keep a new promise that the customer agreed to.

        :param date: naive UTC instant
        :param reason: why the first promise could not stand, in a person's words
        :param lines: the order lines it is about, by default all that are not fully delivered
        """
        self.ensure_one()
        lines = lines or self.order_line.filtered(
            lambda line: line.qty_delivered < line.product_uom_qty
        )
        lines._promise(date, "agreed", reason)
        promised = self.order_line.filtered("promised_date").mapped("promised_date")
        self.promised_date = max(promised, default=date)
