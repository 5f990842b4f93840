import re

from odoo import api, models

TIER = re.compile(r"(^|_)tiers?(_|$)")
GROUP = "logistics_customer_service.group_part_tiers"


class Base(models.AbstractModel):
    """What shows a tier is hidden from every view while tiers are switched off."""

    _inherit = "base"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if not self.env["res.groups"]._has_logistics_part("tiers"):
            for node in self._get_tier_nodes(arch):
                # core itself then sees to what other nodes need of it
                shown = node if node.getparent().tag != "span" else node.getparent()
                shown.set("groups", GROUP)
        return arch, view

    def _get_tier_nodes(self, arch):
        """Return the nodes of a view that show a tier, or what comes of one."""
        if self._name.startswith("logistics.tier"):
            return []
        # what the cards of a kanban read by code stays
        code = "".join(arch.itertext()) + " ".join(v for node in arch.iter() for v in node.attrib.values())
        return [
            node
            for node in arch.iter("field", "filter", "button", "page", "label")
            if self._is_tier_node(node) and f"record.{node.get('name')}" not in code
        ]

    @api.model
    def _get_logistics_parts_of(self, name):
        """Also of tiers: what bears their name, wherever it is."""
        found = super()._get_logistics_parts_of(name)
        return found | {"tiers"} if TIER.search(name) else found

    def _is_tier_node(self, node):
        name = node.get("name") or node.get("for") or ""
        if self._name == "logistics.profile" and name == "score":
            return True
        ours = "logistics" in name or self._name.startswith("logistics.") or node.tag != "field"
        return ours and bool(TIER.search(name))
