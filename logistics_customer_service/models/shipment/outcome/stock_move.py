from odoo import api, models

from .sale_order import JUDGED


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "logistics.marked.mixin"]
    _mark_owners = ("picking_id", "sale_line_id")

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {
                "state", "quantity", "product_uom_qty", "product_uom", "product_id", "picking_id",
                "sale_line_id", "location_id", "location_dest_id", "origin_returned_move_id",
                "logistics_reason_id",
            },
        }  # fmt: skip
