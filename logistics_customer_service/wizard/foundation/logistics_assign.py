from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsAssign(models.TransientModel):
    """To whom a supervisor gives work, of whatever kind."""

    _name = "logistics.assign"
    _description = "Give Work to an Agent"

    # what a client names may be no foreign keys: work that waits is read from elsewhere
    res_model = fields.Char(required=True)
    res_ids = fields.Json(default=lambda self: self.env.context.get("default_res_ids"))
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        required=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").ids)
        ],
    )

    def action_assign(self):
        """Give the work to the agent.

        :raise UserError: when that is no work that is given to agents
        """
        self.ensure_one()
        assigned = self.env.registry["logistics.assigned.mixin"]
        if not issubclass(self.env.registry.get(self.res_model, object), assigned):
            raise UserError(self.env._("That is not given to agents."))
        self.env[self.res_model].browse(map(int, self.res_ids or ())).exists()._give_to(self.user_id)
        return {"type": "ir.actions.act_window_close"}
