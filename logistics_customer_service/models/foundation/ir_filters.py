from odoo import api, fields, models


class IrFilters(models.Model):
    _inherit = "ir.filters"

    logistics_name = fields.Char(
        string="Name of a Shipped Favourite",
        translate=True,
        help="Favourites that come with customer service are shown in each user's language.",
    )

    @api.model
    def get_filters(self, model, *args, **kwargs):
        """Return core's list of favourites; those we ship bear their name in the user's language."""
        found = super().get_filters(model, *args, **kwargs)
        favourites = self.with_context(**self.env["res.users"].context_get())
        favourites = favourites.browse([row["id"] for row in found])
        names = {favourite.id: favourite.logistics_name for favourite in favourites}
        return [{**row, "name": names[row["id"]] or row["name"]} for row in found]
