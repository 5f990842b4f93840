from odoo import models

from ..foundation.res_groups import MODULE


class ResUsers(models.Model):
    """Who works in customer service alone begins there."""

    _inherit = "res.users"

    def _logistics_set_home(self):
        """Have people land in the workplace at login, those who work in customer service alone.

        What somebody chose stays, and so does the home of who works in another app, too.

        :return: the users who land there from now on
        :raise AccessError: for who may not write users
        """
        free = self.filtered(lambda user: user._is_internal() and not user.action_id)
        staff = free.filtered(lambda user: user.has_group(f"{MODULE}.group_agent"))
        ours = staff - staff._filter_logistics_elsewhere()
        if ours:
            ours.action_id = self.env.ref(f"{MODULE}.logistics_work_action_home").id
        return ours

    def _filter_logistics_elsewhere(self):
        """Return those who find more in the menus of other apps than customer service alone does."""
        paths = self._get_logistics_other_paths()
        employees = self.env.ref("base.group_user").all_implied_ids
        privilege = self.env.ref(f"{MODULE}.res_groups_privilege_customer_service")
        found = self.browse()
        for groups, users in self.grouped("all_group_ids").items():
            roles = groups.filtered(lambda group: group.privilege_id == privilege)
            common = set((employees | roles.all_implied_ids).ids)
            held = set(groups.ids)
            if any(self._opens(path, held) and not self._opens(path, common) for path in paths):
                found += users
        return found

    def _get_logistics_other_paths(self):
        """Return for each screen of another app the groups of each menu on the way to it."""
        # all menus, whether or not whoever asks may see them
        menus = self.env["ir.ui.menu"].sudo().search([])
        groups = {menu.id: set(menu.group_ids.ids) for menu in menus}
        ways = [[int(id_) for id_ in menu.parent_path.split("/") if id_] for menu in menus if menu.action]
        root = self.env.ref(f"{MODULE}.menu_root").id
        return [
            [groups[id_] for id_ in way] for way in ways if root not in way and groups.keys() >= set(way)
        ]

    def _opens(self, path, groups):
        return all(not needed or needed & groups for needed in path)
