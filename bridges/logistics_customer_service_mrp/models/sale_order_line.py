from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL


class SaleOrderLine(models.Model):
    """A kit is sold as one and moved as its components."""

    _inherit = "sale.order.line"

    def _get_goods_parts(self):
        """The goods of a kit are its components; they share its price by what they would cost."""
        line = self.sudo()  # what a kit is made of, and what moves bring, whoever asks
        moved = line.move_ids.filtered(lambda move: move.state != "cancel").product_id
        if not moved - line.product_id:
            return super()._get_goods_parts()
        needed = line._get_components()
        if not needed.keys() >= set(moved):
            needed = line._get_asked()  # the bill of materials is not what it was
        return line._share_price(needed) if needed else super()._get_goods_parts()

    def _get_components(self):
        """Return what the line takes by the bill of materials, in the components' own units."""
        bom = self._get_kit_bom()
        if not bom:
            return {}
        kits = self.product_uom_id._compute_quantity(
            self.product_uom_qty, bom.product_uom_id, round=False
        )
        _boms, lines = bom.explode(
            self.product_id,
            kits / bom.product_qty,
            never_attribute_values=self.product_no_variant_attribute_value_ids,
        )
        needed = defaultdict(float)
        for part, data in lines:
            if part.product_id.type == "consu" and data["qty"] > 0:
                needed[part.product_id] += part.product_uom_id._compute_quantity(
                    data["qty"], part.product_id.uom_id, round=False
                )
        return needed

    def _get_kit_bom(self):
        boms = self.move_ids.bom_line_id.bom_id.filtered(
            lambda bom: bom.type == "phantom"
            and (bom.product_id or bom.product_tmpl_id.product_variant_ids) & self.product_id
        )
        return boms[:1] or boms._bom_find(
            self.product_id, company_id=self.company_id.id, bom_type="phantom"
        )[self.product_id]

    def _get_asked(self):
        """Return what moves were to bring to the customer, in the components' own units."""
        asked = defaultdict(float)
        for move in self.move_ids:
            if move.location_dest_id.usage == "customer" and not move.origin_returned_move_id:
                asked[move.product_id] += move.product_qty
        return {product: quantity for product, quantity in asked.items() if quantity > 0}

    def _share_price(self, needed):
        """Return quantities with the share of the price that each product has."""
        worth = {
            product: quantity * (product.lst_price or product.with_company(self.company_id).standard_price)
            for product, quantity in needed.items()
        }
        total = sum(worth.values())
        return {
            product: (quantity, worth[product] / total if total else 1 / len(needed))
            for product, quantity in needed.items()
        }

    @api.model
    def _get_part_sql(self):
        """A kit is complete with each of its components."""
        return SQL("COALESCE(sm.bom_line_id, %s)", super()._get_part_sql())

    @api.model
    def _get_item_sql(self):
        return SQL("(sm.bom_line_id IS NOT NULL OR %s)", super()._get_item_sql())

    @api.model
    def _get_needed_sql(self):
        """Of a component what the bill of materials says, and no more than moves were to bring.

        What was cancelled because the line was lowered, or is sent in exchange, is not needed. A
        bill within another says nothing of the whole kit: there the moves alone count.
        """
        return SQL(
            """CASE WHEN sm.bom_line_id IS NULL THEN %s
                    ELSE LEAST(
                        SUM(sm.product_uom_qty * unit.factor) OVER (
                            PARTITION BY sol.id, sm.bom_line_id),
                        (SELECT sol.ordered * part.product_qty * part_unit.factor
                                / NULLIF(bom.product_qty * bom_unit.factor, 0)
                           FROM mrp_bom_line part
                           JOIN mrp_bom bom ON bom.id = part.bom_id
                           JOIN uom_uom part_unit ON part_unit.id = part.product_uom_id
                           JOIN uom_uom bom_unit ON bom_unit.id = bom.product_uom_id
                           JOIN product_product kit ON kit.id = sol.product_id
                          WHERE part.id = sm.bom_line_id
                            AND bom.product_tmpl_id = kit.product_tmpl_id)) END""",
            super()._get_needed_sql(),
        )
