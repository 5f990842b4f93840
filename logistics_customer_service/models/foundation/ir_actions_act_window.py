from odoo import api, models

MODULE = "logistics_customer_service"


class IrActionsActWindow(models.Model):
    _inherit = "ir.actions.act_window"

    @api.model
    def get_logistics_reports(self, names):
        """Return the reports that stand beside another one, as far as the user may open them.

        :param names: list of names of our actions, as the context of the other report's action says
        :return: list of ``{"id", "name"}`` in the order of the names
        """
        found = [self._get_logistics_report(name) for name in names]
        return [{"id": action.id, "name": action.name} for action in found if action]

    @api.model
    def _get_logistics_report(self, name):
        """Return an action of ours, or None where the user may not open it, or its part is off."""
        action = self.env.ref(f"{MODULE}.{name}", raise_if_not_found=False)
        if not action or action._name != self._name:
            return None
        # actions are the administrator's to read; of this one only its id and name come out
        action = action.sudo()
        if action.group_ids and not action.group_ids & self.env.user.all_group_ids:
            return None
        model = self.env[action.res_model]
        off = model._get_logistics_part() in self.env["res.groups"]._get_logistics_parts_off()
        return action if model.has_access("read") and not off else None
