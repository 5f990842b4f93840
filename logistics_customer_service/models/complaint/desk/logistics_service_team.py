from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ....tools.complaint import assignment
from ..logistics_complaint_stage import OPEN_PHASES

TURNS_CODE = "logistics.service.team"
MOMENT = timedelta(seconds=1)


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
        help="A customer's dedicated agent comes first in any case but “by hand”, then whoever "
        "speaks the customer's language, then whoever has the skill. Nobody on leave gets a case; "
        "where everybody is, it waits unassigned.",
    )
    working_hours_only = fields.Boolean(
        string="Only to Who Is at Work",
        default=True,
        help="By the person's own working hours, else the team's, else the company's. What comes "
        "in while nobody is at work is given out as soon as somebody is.",
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

    # === BUSINESS METHODS ===#

    def _pair_with_agents(self, cases):
        """Return pairs of case and agent (empty where nobody may have it).

        :param cases: open cases of the team without agent
        """
        self.ensure_one()
        if self.assignment_method == "manual":
            return []
        present = self._get_present(cases.profile_id.agent_id | self.member_ids)
        own = cases.filtered(
            lambda case: (
                case.profile_id.agent_id in present
                and case.company_id in case.profile_id.agent_id.company_ids
            )
        )
        rest = cases - own
        return [
            *((case, case.profile_id.agent_id) for case in own),
            *zip(rest, self._choose_agents(rest, present & self.member_ids), strict=True),
        ]

    def _choose_agents(self, cases, members):
        """Return an agent for each case, in their order (empty where nobody is present).

        Turns come from a counter that no two workers draw the same value of: two cases at the
        same moment go to two agents of equal skill and load.

        :param members: who may have them
        """
        self.ensure_one()
        if not members or not cases:
            return [self.env["res.users"]] * len(cases)
        turns = self.env["logistics.service.turn"]
        loads = self._get_loads(members) if self.assignment_method == "load" else None
        skills = self.env["logistics.agent.skill"]._get_skills(members, self.company_id)
        line = assignment.Line(members.sorted("id"), turns._get_served(self))
        chosen = []
        for case, number in zip(cases, self._draw_turns(len(cases)), strict=True):
            suits = case._get_suits(members, skills)
            agent = assignment.choose(line, number, suits, loads or {})
            if loads is not None:
                loads[agent] += 1
            chosen.append((agent, number))
        turns.create(
            [
                {"team_id": self.id, "user_id": agent.id, "number": number}
                for agent, number in chosen
            ]
        )
        return [agent for agent, _number in chosen]

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

    def _get_present(self, agents):
        """Return the agents who may be given a case of the team now.

        :param agents: res.users
        """
        self.ensure_one()
        if not agents:
            return agents
        there = agents.filtered("active") - self._get_absent(agents)
        return there & self._get_working(there) if self.working_hours_only else there

    @api.model
    def _get_absent(self, agents):
        """Return the agents who are on leave now, by their own calendar: one query.

        A holiday without a calendar is one of all calendars of its company.
        """
        self.env["resource.calendar.leaves"].flush_model()
        self.env["resource.resource"].flush_model(["user_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT resource.user_id, absence.calendar_id, absence.company_id
                     FROM resource_calendar_leaves absence
                     LEFT JOIN resource_resource resource ON resource.id = absence.resource_id
                    WHERE absence.date_from <= %(now)s AND absence.date_to >= %(now)s
                      AND absence.time_type = 'leave'
                      AND (resource.user_id = ANY(%(agents)s)
                           OR absence.resource_id IS NULL AND (
                               absence.calendar_id = ANY(%(own)s)
                               OR absence.calendar_id IS NULL
                               AND absence.company_id = ANY(%(companies)s)))""",
                now=fields.Datetime.now(),
                agents=agents.ids,
                own=agents.resource_calendar_id.ids,
                companies=agents.company_id.ids,
            )
        )
        on_leave = {user_id for user_id, _calendar, _company in rows}
        holidays = [holiday for user_id, *holiday in rows if not user_id]
        calendars = {calendar_id for calendar_id, _company in holidays if calendar_id}
        companies = {company_id for calendar_id, company_id in holidays if not calendar_id}
        return agents.filtered(
            lambda agent: (
                agent.id in on_leave
                or agent.resource_calendar_id.id in calendars
                or agent.company_id.id in companies
            )
        )

    def _get_working(self, agents):
        """Return the agents whose working hours it is now.

        Hours that name no times, being flexible, empty or archived, keep nobody from work.
        """
        working, by_calendar = agents.browse(), defaultdict(self.env["resource.resource"].browse)
        common = self.resource_calendar_id or self.company_id.resource_calendar_id
        for agent in agents:
            resource = self._get_resource(agent)
            calendar = resource.calendar_id if resource else common
            if not calendar or not calendar._is_usable_for_clocks():
                working |= agent
            elif resource:
                by_calendar[calendar] |= resource
            elif self._is_open_now(calendar):
                working |= agent
        for calendar, resources in by_calendar.items():
            working |= self._get_resources_at_work(calendar, resources).user_id
        return working

    def _get_resource(self, agent):
        """Return what says when a person works for the team's company, or an empty set."""
        own = agent.resource_ids.filtered(
            lambda resource: resource.company_id in (self.company_id, self.company_id.browse())
        )
        return own.sorted(lambda resource: (not resource.company_id, resource.id))[:1]

    def _is_open_now(self, calendar):
        """Tell whether it is working time by a calendar, public holidays left out."""
        now = fields.Datetime.now()
        month = datetime(now.year, now.month, 1)  # read once a month
        timeline = calendar._get_timeline(
            calendar.id, self.company_id.id, month, month + relativedelta(months=1, days=1)
        )
        return bool(timeline.worked(now, now + MOMENT))

    def _get_resources_at_work(self, calendar, resources):
        """Return the resources of a calendar for which it is working time."""
        now = pytz.utc.localize(fields.Datetime.now())
        intervals = calendar._work_intervals_batch(
            now,
            now + MOMENT,
            resources,
            domain=[
                ("time_type", "=", "leave"),
                ("company_id", "in", (False, self.company_id.id)),
            ],
        )
        return resources.filtered(lambda resource: intervals[resource.id])
