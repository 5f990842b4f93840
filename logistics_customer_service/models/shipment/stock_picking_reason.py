from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    logistics_reason_id = fields.Many2one(
        "logistics.reason",
        string="Reason of Return",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', 'in', ('damage', 'return_adjust'))]",
        help="Why the goods come back; single lines may have a reason of their own.",
    )
    reroute_reason_id = fields.Many2one(
        "logistics.reason",
        string="Rerouted",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', '=', 'reroute')]",
        help="Why the delivery took another route than planned.",
    )
    delivery_remark_ids = fields.One2many(
        "logistics.delivery.remark", "picking_id", string="Damaged or Short"
    )

    def _create_backorder_picking(self):
        """What is left of a return comes back for the same reason."""
        backorder = super()._create_backorder_picking()
        backorder.logistics_reason_id = self.logistics_reason_id
        return backorder

    def _reroute(self, reason, note=False):
        """Keep why deliveries took another route, and say so on each.

        :param reason: a ``logistics.reason`` of kind ``reroute``
        :param note: where it goes instead, in a person's words
        """
        self.reroute_reason_id = reason
        body = self.env._("Rerouted: %s", reason.name)
        for picking in self:
            picking.message_post(body=f"{body}. {note}" if note else body)

    # === ACTIONS ===#

    def action_add_delivery_remark(self):
        """Open a form for pieces that were damaged or short."""
        return self._open_for_delivery("logistics_delivery_remark_action_add")

    def action_reroute(self):
        """Open the dialogue that keeps why the delivery took another route."""
        return self._open_for_delivery("logistics_shipment_reroute_action")

    def _open_for_delivery(self, action_name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"logistics_customer_service.{action_name}"
        )
        return {**action, "context": {"default_picking_id": self.id}}
