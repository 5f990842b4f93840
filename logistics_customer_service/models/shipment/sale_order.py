from odoo import api, fields, models

from ...tools.shipment.moments import CONFIRMED, PAID, PRICED

PROMISE_READERS = "logistics_customer_service.group_agent,sales_team.group_sale_salesman"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.reaction.mixin"]

    promise_ids = fields.One2many(
        "logistics.promise", "order_id", readonly=True, groups=PROMISE_READERS
    )
    can_agree_promise = fields.Boolean(compute="_compute_can_agree_promise")

    @api.depends("state", "order_line.qty_delivered", "order_line.product_uom_qty")
    def _compute_can_agree_promise(self):
        for order in self:
            order.can_agree_promise = order.state == "sale" and any(
                line._is_open() for line in order.order_line
            )

    def write(self, vals):
        result = super().write(vals)
        self._react(vals)
        return result

    def _action_confirm(self):
        result = super()._action_confirm()
        self._react({CONFIRMED})
        return result

    @api.model
    def _get_reactions(self):
        """What follows from what happens to orders."""
        return [
            ("_note_confirmed", {CONFIRMED}),
            ("_switch_cod", {"cash_on_delivery"}),
            ("_refresh_cod", {PRICED, PAID}),
        ]

    def _keep_promise(self):
        """Keep the day promised at confirmation, of the order and of each line."""
        result = super()._keep_promise()
        self.order_line._promise_first()
        return result

    def action_agree_promise(self):
        """Open the dialogue that keeps a new day agreed with the customer."""
        self.ensure_one()
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
        lines = lines or self.order_line.filtered(lambda line: line._is_open())
        lines._promise(dict.fromkeys(lines, date), "agreed", reason)
        promised = self.order_line.filtered("promised_date").mapped("promised_date")
        self.promised_date = max(promised, default=date)
