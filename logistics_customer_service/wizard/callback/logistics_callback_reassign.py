from odoo import fields, models


class LogisticsCallbackReassign(models.TransientModel):
    _name = "logistics.callback.reassign"
    _description = "Give Callbacks to Somebody Else"

    callback_ids = fields.Many2many("logistics.callback", required=True)
    user_ids = fields.Many2many(
        "res.users",
        string="Agents",
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
        help="Shared out evenly among those who are not away. Nobody: whoever is free calls.",
    )

    def action_reassign(self):
        """Share the callbacks out among the agents, one after the other."""
        self.ensure_one()
        # colleagues' leaves are not the supervisor's to read
        absent = self.env["logistics.service.team"].sudo()._get_absent(self.user_ids)
        agents = self.user_ids.filtered("active") - absent
        waiting = self.callback_ids.filtered("next_at")
        share = len(agents) or 1
        for number in range(share):
            mine = waiting.browse(waiting.ids[number::share])
            mine.user_id = agents[number] if agents else False
        return {"type": "ir.actions.act_window_close"}
