from odoo import api, models, tools

from .res_groups import MODULE


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    @api.model
    @tools.ormcache("frozenset(self.env.user._get_group_ids())", "debug")
    def _visible_menu_ids(self, debug=False):
        """Also without screens of a part of customer service that is switched off.

        A role and a part cannot both be asked for by the groups of a menu, which are alternatives.
        """
        visible = super()._visible_menu_ids(debug)
        off = self.env["res.groups"]._get_logistics_parts_off()
        root = self.env.ref(f"{MODULE}.menu_root", raise_if_not_found=False)
        if not off or not root:
            return visible
        # what is visible is for everybody of these groups alike, and kept for them
        ours = self.sudo().search([("id", "child_of", root.id), ("id", "in", list(visible))])
        return visible - {menu.id for menu in ours if menu._get_logistics_part_shown() in off}

    def _get_logistics_part_shown(self):
        """Return the part of customer service whose records the menu opens, or None."""
        if not self.action or self.action._name != "ir.actions.act_window":
            return None
        return self.env[self.action.res_model]._get_logistics_part()
