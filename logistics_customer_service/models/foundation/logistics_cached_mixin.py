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
        if records._filter_cached():
            self.env.registry.clear_cache()
        return records

    def write(self, vals):
        cached = self._filter_cached()
        result = super().write(vals)
        changed = self._cached_fields is None or self._cached_fields & vals.keys()
        if changed and (cached or self._filter_cached()):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        cached = bool(self._filter_cached())
        result = super().unlink()
        if cached:
            self.env.registry.clear_cache()
        return result

    def _filter_cached(self):
        """Return those that are kept in the cache: of a model of others, not all."""
        return self
