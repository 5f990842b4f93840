from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsDeliveryRemark(models.Model):
    """Pieces of a delivery that were damaged or short, though nothing need come back."""

    _name = "logistics.delivery.remark"
    _inherit = "logistics.past.mixin"
    _description = "Delivery Remark"
    _order = "date desc, id desc"
    _rec_name = "reason_id"
    _check_company_auto = True
    _past_fields = ("date",)

    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="picking_id.recipient_id", string="Customer")
    move_id = fields.Many2one(
        "stock.move",
        string="Goods",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('picking_id', '=', picking_id), ('state', '=', 'done')]",
        help="Which goods of the delivery it is about.",
    )
    product_id = fields.Many2one(related="move_id.product_id", store=True, index=True)
    uom_id = fields.Many2one(related="move_id.product_uom", string="Unit")
    reason_id = fields.Many2one(
        "logistics.reason",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('kind', 'in', ('damage', 'short_handling', 'return_adjust'))]",
    )
    kind = fields.Selection(related="reason_id.kind")
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        default=1.0,
        help="Pieces concerned, in the unit in which the goods were delivered.",
    )
    note = fields.Text()
    date = fields.Datetime(string="Noted", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users",
        string="Noted by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )

    _check_quantity = models.Constraint(
        "CHECK (quantity > 0)", "Say how many pieces were damaged or short."
    )

    @api.constrains("picking_id", "move_id", "quantity", "reason_id")
    def _check_goods(self):
        # what was delivered decides, whether or not the person may read all of it
        for remark in self.sudo():
            remark._check_delivery()
            if remark.kind not in ("damage", "short_handling", "return_adjust"):
                raise ValidationError(
                    remark.env._("“%s” is no reason for a remark on goods.", remark.reason_id.name)
                )
            if remark.uom_id.compare(remark.quantity, remark.move_id.quantity) > 0:
                raise ValidationError(
                    remark.env._(
                        "No more than the %(quantity)s delivered can be damaged or short.",
                        quantity=remark.move_id.quantity,
                    )
                )

    def _check_delivery(self):
        if self.move_id.picking_id != self.picking_id:
            raise ValidationError(self.env._("Choose goods of this delivery."))
        if not self.picking_id._reaches_customer() or self.move_id.state != "done":
            raise ValidationError(
                self.env._("Remarks are about goods that were delivered to a customer.")
            )
