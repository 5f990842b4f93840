from odoo import api, models, tools

# whose places are asked for with every transfer
OUTER = ("customer", "supplier", "transit")


class StockLocation(models.Model):
    """The places outside the warehouse are few, and kept."""

    _name = "stock.location"
    _inherit = ["stock.location", "logistics.cached.mixin"]

    _cached_fields = {"usage"}

    @api.model
    @tools.ormcache("usages")
    def _get_logistics_ids(self, usages):
        """Return the ids of all places of some usages out of ``OUTER``, archived ones included."""
        # the same ones whoever asks, for figures do not depend on a person's rights
        places = self.sudo().with_context(active_test=False)
        return tuple(places._search([("usage", "in", usages)]))

    def _filter_cached(self):
        return self.filtered(lambda place: place.usage in OUTER)
