from odoo import fields, models


class LogisticsWorkAssign(models.TransientModel):
    _name = "logistics.work.assign"
    _description = "Give Work to Somebody Else"

    # rows of a list that is read from elsewhere are no foreign keys
    work_ids = fields.Json(default=lambda self: self.env.context.get("default_work_ids"))
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        required=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").ids)
        ],
    )

    def action_reassign(self):
        """Give the work to the agent."""
        self.ensure_one()
        work = self.env["logistics.work"].browse(map(int, self.work_ids or ()))
        work.exists().write({"user_id": self.user_id.id})
        return {"type": "ir.actions.act_window_close"}
