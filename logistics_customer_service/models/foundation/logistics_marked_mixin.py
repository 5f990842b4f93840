from odoo import api, models


class LogisticsMarkedMixin(models.AbstractModel):
    """What jobs follow: records that are made, change in certain fields, or go, are marked.

    It looks at what is written to the database, so that fields which Odoo works out count, too.
    """

    _name = "logistics.marked.mixin"
    _description = "Followed by Jobs"

    # links to what is marked in its place when the record goes, or is taken elsewhere
    _mark_owners = ()

    @api.model
    def _get_marked_fields(self):
        """Return the names of the fields whose change is marked, by the purpose of the mark.

        Rooms add purposes of theirs.
        """
        return {}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mark(self._get_marked_fields())
        return records

    def write(self, vals):
        if not vals.keys().isdisjoint(self._mark_owners):
            self._mark_all_owners()
        return super().write(vals)

    def unlink(self):
        self._mark_all_owners()
        return super().unlink()

    def _write_multi(self, vals_list):
        written = set().union(*vals_list)
        self._mark(
            [purpose for purpose, names in self._get_marked_fields().items() if written & names]
        )
        return super()._write_multi(vals_list)

    def _mark(self, purposes):
        """Mark these records for each of the purposes."""
        for purpose in purposes:
            self.env["logistics.mark"]._append(purpose, self._name, self.ids)

    def _mark_all_owners(self):
        """Mark those to which these records belong for all purposes."""
        for name in self._mark_owners:
            owners = self.sudo()[name]  # whatever the user may see of them, they change
            for purpose in self._get_marked_fields():
                self.env["logistics.mark"]._append(purpose, owners._name, owners.ids)
