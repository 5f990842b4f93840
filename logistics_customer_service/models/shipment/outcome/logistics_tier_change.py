from odoo import api, models


class LogisticsTierChange(models.Model):
    """A first tier that somebody gives is that of the orders before it, too."""

    _inherit = "logistics.tier.change"

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes.filtered(lambda change: not change.old_tier_id).profile_id._have_orders_judged()
        return changes
