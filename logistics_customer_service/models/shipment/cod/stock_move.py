from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_taken_back(self):
        """Tell whether goods come back that the customer does not owe any more."""
        return self.to_refund and self.location_id.usage == "customer"

    def _get_cod_value(self, parts):
        """Return the value, taxes included, of what a move brings of its order line.

        :param parts: of what goods moves bring the line, see ``_get_goods_parts`` of order lines
        """
        line = self.sale_line_id
        quantity = self.quantity if self.state == "done" else self.product_uom_qty
        # other goods than ordered stand for as many of those
        whole, share = parts.get(self.product_id) or (line._get_product_quantity(), 1.0)
        unit = (self.product_id if self.product_id in parts else line.product_id).uom_id
        moved = self.product_uom._compute_quantity(quantity, unit, round=False)
        return line.price_total * share * moved / whole if whole else 0.0
