from odoo import models

from ...tools.shipment.moments import MOVES_CANCELLED, MOVES_CONFIRMED


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_confirm(self, *args, **kwargs):
        moves = super()._action_confirm(*args, **kwargs)
        moves.picking_id._react({MOVES_CONFIRMED})
        return moves

    def _action_cancel(self):
        pickings = self.picking_id
        result = super()._action_cancel()
        pickings._react({MOVES_CANCELLED})
        return result
