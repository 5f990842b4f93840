from odoo import api, models

MODULE = "logistics_customer_service"
# what is switched on or off for the whole database; each is a group that all employees have or lack
PARTS = ("tiers", "shipments", "cod", "cases", "surveys", "callbacks", "visits", "care")


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model
    def _has_logistics_part(self, part):
        """Tell whether a part of customer service is switched on, without a query."""
        return part not in self._get_logistics_parts_off()

    @api.model
    def _get_logistics_parts_off(self):
        """Return the parts of customer service that are switched off, without a query."""
        groups = self._get_group_definitions()
        held = groups.get_superset_ids([groups.get_id("base.group_user")])
        return {part for part in PARTS if groups.get_id(f"{MODULE}.group_part_{part}") not in held}
