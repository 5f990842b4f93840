from odoo import fields, models


class LogisticsExceptionAssign(models.TransientModel):
    _name = "logistics.exception.assign"
    _description = "Assign Exceptions"

    exception_ids = fields.Many2many("logistics.exception", string="Exceptions", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        required=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").ids)
        ],
    )

    def action_assign(self):
        """Hand the exceptions to the agent."""
        self.ensure_one()
        self.exception_ids._assign(self.user_id)
        return {"type": "ir.actions.act_window_close"}
