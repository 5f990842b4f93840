from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.shipment.moments import MOVES_CANCELLED, MOVES_CONFIRMED


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "logistics.return.reason.mixin"]

    logistics_reason_id = fields.Many2one(
        help="Why these goods come back; empty: for the reason of the whole return."
    )

    def _action_confirm(self, *args, **kwargs):
        moves = super()._action_confirm(*args, **kwargs)
        moves.picking_id._react({MOVES_CONFIRMED})
        return moves

    def _action_cancel(self):
        pickings = self.picking_id
        result = super()._action_cancel()
        pickings._react({MOVES_CANCELLED})
        return result

    def _get_moved(self):
        """Return how much of each product these moves brought, in its own unit."""
        moved = {}
        for move in self:
            quantity = move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            moved[move.product_id] = moved.get(move.product_id, 0.0) + quantity
        return moved

    @api.model
    def _get_other_goods_sql(self):
        """Return the SQL of whether move ``sm`` brought other goods than line ``sol`` ordered."""
        return SQL("sm.product_id <> sol.product_id AND sm.quantity > 0")

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        """Goods that come back for different reasons stay apart."""
        return [*super()._prepare_merge_moves_distinct_fields(), "logistics_reason_id"]

    def _prepare_move_split_vals(self, qty):
        vals = super()._prepare_move_split_vals(qty)
        if self.logistics_reason_id:
            vals["logistics_reason_id"] = self.logistics_reason_id.id
        return vals
