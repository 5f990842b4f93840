from odoo import models
from odoo.tools import SQL

from .sale_order import JUDGED

# of so many customers at once orders are marked; of more everything is judged anew
FEW = 500


class LogisticsProfile(models.Model):
    """A customer's first tier is that of the orders before it, too."""

    _inherit = "logistics.profile"

    def _move_or_propose(self, tier, cause, scheme, today):
        moved = super()._move_or_propose(tier, cause, scheme, today)
        if cause == "first":
            self._have_orders_judged()
        return moved

    def _have_orders_judged(self):
        """Have the orders of customers judged anew: what their tier was then is known now."""
        if len(self) > FEW:
            self.env["logistics.outcome.rebuild"]._start("tiers")
        elif self:
            rows = self.env.execute_query(
                SQL(
                    """SELECT so.id
                         FROM sale_order so
                         JOIN res_partner contact ON contact.id = so.partner_id
                        WHERE contact.commercial_partner_id = ANY(%s) AND so.state = 'sale'""",
                    self.partner_id.ids,
                )
            )
            self.env["logistics.mark"]._append(JUDGED, "sale.order", [row for (row,) in rows])
