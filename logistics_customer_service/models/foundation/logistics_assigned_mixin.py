from odoo import models


class LogisticsAssignedMixin(models.AbstractModel):
    """Work that a supervisor gives to an agent, many pieces at once."""

    _name = "logistics.assigned.mixin"
    _description = "Given to an Agent"

    def action_assign(self):
        """Open the dialogue that asks to whom these are given."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_assign_action"
        )
        return {
            **action,
            "context": {"default_res_model": self._name, "default_res_ids": self.ids},
        }

    def _give_to(self, user):
        """Give these to an agent, whoever has them.

        :raise AccessError: when the user is no supervisor
        :raise UserError: when they are not to be done by that agent
        """
        raise NotImplementedError
