from ast import literal_eval

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
        """Return core's list of favourites; those we ship bear their name in the user's language,
        and group by nothing of a part that is switched off.
        """
        found = super().get_filters(model, *args, **kwargs)
        favourites = self.with_context(**self.env["res.users"].context_get())
        favourites = favourites.browse([row["id"] for row in found])
        names = {favourite.id: favourite.logistics_name for favourite in favourites}
        return [
            {**row, "name": names[row["id"]] or row["name"]}
            for row in found
            if not (names[row["id"]] and self._groups_by_what_is_off(model, row))
        ]

    @api.model
    def _groups_by_what_is_off(self, model, row):
        groups = literal_eval(row["context"]).get("group_by", [])
        return bool(self.env[model]._find_logistics_off([group.partition(":")[0] for group in groups]))
