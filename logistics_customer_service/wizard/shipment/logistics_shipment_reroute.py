from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsShipmentReroute(models.TransientModel):
    _name = "logistics.shipment.reroute"
    _description = "Reroute Delivery"

    picking_id = fields.Many2one(
        "stock.picking", string="Delivery", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="picking_id.company_id", related_sudo=False)
    reason_id = fields.Many2one(
        "logistics.reason",
        required=True,
        ondelete="cascade",
        domain="[('kind', '=', 'reroute'), ('company_id', 'in', (company_id, False))]",
    )
    note = fields.Char(help="Where the goods go instead, or by which way.")

    def action_reroute(self):
        """Keep the reason on the delivery."""
        self.ensure_one()
        picking = self.picking_id
        picking.check_access("read")
        if self.reason_id.kind != "reroute":
            raise UserError(self.env._("Choose a reason for a change of route."))
        if picking.state == "cancel" or not picking._is_customer_delivery():
            raise UserError(self.env._("Only a delivery to a customer can be rerouted."))
        # agents hear of a change of route first, and need not be allowed to write transfers
        picking.sudo()._reroute(self.reason_id, (self.note or "").strip())
        return {"type": "ir.actions.act_window_close"}
