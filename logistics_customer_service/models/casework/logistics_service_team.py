from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..complaint.logistics_complaint_stage import OPEN_PHASES

TURNS_CODE = "logistics.service.team"


class LogisticsServiceTeam(models.Model):
    """Who of a team gets the next case."""

    _inherit = "logistics.service.team"

    assignment_method = fields.Selection(
        [
            ("manual", "By hand"),
            ("load", "To whom has least open"),
            ("turn", "In turn"),
        ],
        string="New Cases Go",
        required=True,
        default="load",
        help="A customer's dedicated agent comes first in any case but “by hand”. Nobody on leave "
        "gets a case; where everybody is, it waits unassigned.",
    )
    turn_sequence_id = fields.Many2one(
        "ir.sequence", readonly=True, copy=False, ondelete="set null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        teams._ensure_turns()
        return teams

    def _ensure_turns(self):
        """Give each team a counter that workers draw from without waiting for each other."""
        # who may make a team makes what belongs to it
        sequences = self.env["ir.sequence"].sudo()
        for team in self.filtered(lambda team: not team.turn_sequence_id):
            team.turn_sequence_id = sequences.create(team._prepare_turns())

    def _prepare_turns(self):
        return {
            "name": self.env._("Turns of %s", self.name),
            "code": TURNS_CODE,
            "company_id": self.company_id.id,
            "implementation": "standard",
        }

    def _pair_with_agents(self, cases):
        """Return pairs of case and agent (empty where nobody may have it).

        :param cases: open cases of the team without agent
        """
        self.ensure_one()
        if self.assignment_method == "manual":
            return []
        dedicated = self._get_present(cases.profile_id.agent_id)
        own = cases.filtered(
            lambda case: (
                case.profile_id.agent_id in dedicated
                and case.company_id in case.profile_id.agent_id.company_ids
            )
        )
        rest = cases - own
        return [
            *((case, case.profile_id.agent_id) for case in own),
            *zip(rest, self._choose_agents(len(rest)), strict=True),
        ]

    def _choose_agents(self, count):
        """Return the agents for so many cases, in their order (empty where nobody is present).

        Turns come from a counter that no two workers draw the same value of: two cases at the
        same moment go to two agents of equal load.
        """
        self.ensure_one()
        members = self._get_present(self.member_ids).sorted("id")
        if not members:
            return [self.env["res.users"]] * count
        loads = self._get_loads(members) if self.assignment_method == "load" else Counter()
        place = {member: index for index, member in enumerate(members)}
        chosen = []
        for turn in self._draw_turns(count):
            agent = min(
                members,
                key=lambda member: (loads[member], (place[member] - turn) % len(members)),
            )
            if self.assignment_method == "load":
                loads[agent] += 1
            chosen.append(agent)
        return chosen

    def _draw_turns(self, count):
        if not self.turn_sequence_id:
            self._ensure_turns()
        numbers = self.turn_sequence_id._reserve_logistics_numbers(count, fields.Date.today())
        return [int(number) for number in numbers]

    @api.model
    def _get_loads(self, agents):
        """Return how many open cases each agent has, in whichever company: one query."""
        self.env["logistics.complaint"].flush_model(["user_id", "phase", "active"])
        rows = self.env.execute_query(
            SQL(
                """SELECT user_id, COUNT(*) FROM logistics_complaint
                    WHERE user_id IN %s AND phase IN %s AND active GROUP BY user_id""",
                agents._ids,
                OPEN_PHASES,
            )
        )
        return Counter({agents.browse(user_id): count for user_id, count in rows})

    @api.model
    def _get_present(self, agents):
        """Return the agents who are not on leave now, by their own calendar: one query."""
        if not agents:
            return agents
        now = fields.Datetime.now()
        own = Domain("resource_id.user_id", "in", agents.ids)
        holiday = Domain("resource_id", "=", False) & Domain(
            "calendar_id", "in", agents.resource_calendar_id.ids
        )
        leaves = self.env["resource.calendar.leaves"].search(
            [("date_from", "<=", now), ("date_to", ">=", now), ("time_type", "=", "leave")]
            + list(own | holiday)
        )
        away = leaves.resource_id.user_id
        closed = leaves.filtered(lambda leave: not leave.resource_id).calendar_id
        return (agents - away).filtered(
            lambda agent: (
                agent.active
                and (not agent.resource_calendar_id or agent.resource_calendar_id not in closed)
            )
        )
