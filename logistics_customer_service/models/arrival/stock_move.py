from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_confirm(self, *args, **kwargs):
        moves = super()._action_confirm(*args, **kwargs)
        moves.picking_id._refresh_arrival()
        return moves

    def _action_cancel(self):
        pickings = self.picking_id
        result = super()._action_cancel()
        pickings._refresh_arrival()
        return result
