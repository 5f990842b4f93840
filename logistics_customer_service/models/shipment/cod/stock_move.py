from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_taken_back(self):
        """Tell whether goods come back that the customer does not owe any more."""
        return self.to_refund and self.location_id.usage == "customer"

    def _get_cod_value(self):
        """Return the value, taxes included, of what a move brings of its order line."""
        line = self.sale_line_id
        if not line.product_uom_qty:
            return 0.0
        quantity = self.quantity if self.state == "done" else self.product_uom_qty
        moved = self.product_uom._compute_quantity(quantity, line.product_uom_id, round=False)
        return line.price_total * moved / line.product_uom_qty
