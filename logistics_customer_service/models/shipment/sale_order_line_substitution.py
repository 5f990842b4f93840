from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    substitute_for_id = fields.Many2one(
        "sale.order.line",
        string="In Place of",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('order_id', '=', order_id), ('display_type', '=', False), ('id', '!=', id)]",
        help="The line of the same order whose goods these are delivered in place of.",
    )
    substitution_reason_id = fields.Many2one(
        "logistics.reason",
        string="Reason of Substitution",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', '=', 'substitution')]",
        help="Why the customer gets other goods than ordered on this line.",
    )

    @api.constrains("substitute_for_id", "order_id")
    def _check_substitute_for(self):
        for line in self.filtered("substitute_for_id"):
            replaced = line.substitute_for_id
            if replaced == line or replaced.order_id != line.order_id:
                raise ValidationError(
                    line.env._("Goods stand in for another line of the same order.")
                )
            if replaced.substitute_for_id:
                raise ValidationError(
                    line.env._("Name the line that the customer ordered, not its substitute.")
                )
