from odoo import api, models
from odoo.tools import SQL

from .sale_order import JUDGED


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "logistics.marked.mixin"]
    _mark_owners = ("order_id",)

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {
                "product_id", "product_uom_id", "product_uom_qty", "qty_delivered", "promised_date",
                "substitute_for_id", "substitution_reason_id", "is_delivery", "order_id",
            },
        }  # fmt: skip

    # --- what makes the goods of a line; addons that move others than were sold extend these

    @api.model
    def _get_part_sql(self):
        """Return the SQL of the part of line ``sol`` that move ``sm`` brings; 0: it is all of one piece."""
        return SQL("0")

    @api.model
    def _get_item_sql(self):
        """Return the SQL of whether move ``sm`` brings what line ``sol`` ordered."""
        return SQL("sm.product_id = sol.product_id")

    @api.model
    def _get_needed_sql(self):
        """Return the SQL of how much of its part line ``sol`` takes, in the reference unit.

        It may look over all moves ``sm``, in ``unit``, of the line.
        """
        return SQL("sol.ordered")
