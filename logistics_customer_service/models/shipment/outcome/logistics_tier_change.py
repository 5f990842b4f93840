from odoo import api, models
from odoo.tools import SQL

from .sale_order import JUDGED

# of so many customers at once orders are marked; of more everything is judged anew
FEW = 500


class LogisticsTierChange(models.Model):
    """A customer's first tier is that of the orders before it, too."""

    _inherit = "logistics.tier.change"

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes.filtered(lambda change: not change.old_tier_id)._have_orders_judged()
        return changes

    def _have_orders_judged(self):
        if len(self) > FEW:
            self.env["logistics.outcome.rebuild"]._start("tiers")
        elif self:
            rows = self.env.execute_query(
                SQL(
                    """SELECT so.id
                         FROM sale_order so
                         JOIN res_partner contact ON contact.id = so.partner_id
                        WHERE contact.commercial_partner_id = ANY(%s) AND so.state = 'sale'""",
                    self.profile_id.partner_id.ids,
                )
            )
            self.env["logistics.mark"]._append(JUDGED, "sale.order", [row for (row,) in rows])
