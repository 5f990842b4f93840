from odoo import fields, models

from ....tools.shipment import notices


class SaleOrder(models.Model):
    _inherit = "sale.order"

    notice_count = fields.Integer(
        string="Notices", compute="_compute_notice_count", compute_sudo=True
    )

    def _compute_notice_count(self):
        counts = dict(
            self.env["logistics.notice"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.notice_count = counts.get(order, 0)

    def _note_confirmed(self):
        """Have customers told that their orders of goods are confirmed."""
        now = fields.Datetime.now()
        goods = self.filtered(
            lambda order: any(line._is_to_deliver() for line in order.order_line)
        )
        self.env["logistics.notice"]._note(
            [
                {
                    "occasion": notices.ORDER_CONFIRMED,
                    "order_id": order.id,
                    "partner_id": order.partner_id.id,
                    "company_id": order.company_id.id,
                    "happened_at": now,
                }
                for order in goods
            ]
        )

    def _send_order_confirmation_mail(self):
        """Core's confirmation of an order says what our notice would say."""
        result = super()._send_order_confirmation_mail()
        # whoever pays or signs an order has no rights on notices
        self.env["logistics.notice"].sudo().search(
            [
                ("order_id", "in", self.ids),
                ("occasion", "=", notices.ORDER_CONFIRMED),
                ("state", "=", "waiting"),
            ]
        )._suppress("told")
        return result

    def action_view_notices(self):
        """Open what the customer was told about the order and its deliveries."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_notice_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}
