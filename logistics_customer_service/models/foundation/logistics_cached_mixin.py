from odoo import api, models


class LogisticsCachedMixin(models.AbstractModel):
    """Policies that are asked for all day and seldom changed: whoever changes one clears the cache."""

    _name = "logistics.cached.mixin"
    _description = "Policy Kept in the Cache"

    # the fields whose change is looked at; None: every field's
    _cached_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._cached_fields is None or self._cached_fields & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
