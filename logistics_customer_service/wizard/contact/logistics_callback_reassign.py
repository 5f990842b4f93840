import heapq

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
        help="Shared out so that those who are not away have equally many. Nobody: whoever is free calls.",
    )

    def action_reassign(self):
        """Share the callbacks out among the agents, each to who has least to call then."""
        self.ensure_one()
        agents = self.user_ids - self.env["logistics.callback"]._get_away(self.user_ids)
        waiting = self.callback_ids.filtered("next_at")
        for agent, callbacks in self._share_out(waiting, agents).items():
            callbacks.user_id = agent
        return {"type": "ir.actions.act_window_close"}

    def _share_out(self, callbacks, agents):
        """Return the callbacks of each agent; of nobody, where there are no agents."""
        if not agents:
            return {agents: callbacks}
        loads = self._get_loads(callbacks, agents)
        shares = dict.fromkeys(agents, callbacks.browse())
        line = [(loads.get(agent, 0), place, agent) for place, agent in enumerate(agents)]
        heapq.heapify(line)
        for callback in callbacks:
            load, place, agent = line[0]
            shares[agent] += callback
            heapq.heapreplace(line, (load + 1, place, agent))
        return shares

    def _get_loads(self, callbacks, agents):
        """Return how many other calls wait for each agent."""
        return dict(
            callbacks._read_group(
                [
                    ("user_id", "in", agents.ids),
                    ("next_at", "!=", False),
                    ("main_id", "=", False),
                    ("id", "not in", callbacks.ids),
                ],
                ["user_id"],
                ["__count"],
            )
        )
