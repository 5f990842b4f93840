from odoo import fields, models
from odoo.tools import SQL


class LogisticsCallbackReport(models.Model):
    """How callbacks went: a row per callback, ratios as sums over sums."""

    _name = "logistics.callback.report"
    _inherit = ["logistics.report.mixin"]
    _description = "Callback Analysis"
    _auto = False
    _order = "call_from desc, id desc"

    callback_id = fields.Many2one("logistics.callback", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one("logistics.tier", readonly=True, help="The customer's tier today.")
    purpose_id = fields.Many2one(
        "logistics.callback.purpose", string="Call Purpose", readonly=True
    )
    policy_id = fields.Many2one("logistics.callback.policy", readonly=True)
    user_id = fields.Many2one("res.users", string="Agent", readonly=True)
    team_id = fields.Many2one(
        "logistics.service.team", readonly=True, help="The agent's first team today."
    )
    origin = fields.Selection(
        selection=lambda self: self.env["logistics.callback"]._get_origins(), readonly=True
    )
    state = fields.Selection(
        selection=lambda self: self.env["logistics.callback"]._get_states(), readonly=True
    )
    outcome = fields.Selection(
        selection=lambda self: self.env["logistics.callback"]
        ._fields["outcome"]
        ._description_selection(self.env),
        readonly=True,
    )
    call_from = fields.Datetime(string="Planned For", readonly=True)
    due_at = fields.Datetime(string="Until", readonly=True)
    ended_at = fields.Datetime(string="Ended On", readonly=True)
    callback_count = fields.Integer(string="Callbacks", readonly=True)
    ended_count = fields.Integer(
        string="Ended", readonly=True, help="Done, refused, a wrong number, or given up."
    )
    waiting_count = fields.Integer(string="Waiting for a Call", readonly=True)
    overdue_count = fields.Integer(string="Overdue", readonly=True)
    reached_count = fields.Integer(string="Reached", readonly=True)
    talk_count = fields.Integer(
        string="Conversations",
        readonly=True,
        help="Callbacks that reached the customer; those made in the same call are one.",
    )
    case_count = fields.Integer(string="Cases Opened", readonly=True)
    order_count = fields.Integer(string="Orders Won", readonly=True)
    saved_count = fields.Integer(string="Customers Retained", readonly=True)
    attempt_count = fields.Integer(string="Attempts", readonly=True)
    minutes = fields.Float(string="Minutes", readonly=True, aggregator="sum")
    due_count = fields.Integer(
        string="To Be Judged", readonly=True, help="Ended, or overdue; cancelled ones are left out."
    )
    on_time_count = fields.Integer(string="Kept on Time", readonly=True)
    reached_rate = fields.Float(
        string="Share Reached (%)", readonly=True, help="Reached ÷ ended.", aggregator="avg"
    )
    attempts_per_reached = fields.Float(
        string="Attempts per Customer Reached",
        readonly=True,
        aggregator="avg",
        help="Attempts ÷ conversations: what was said in the same call took one attempt.",
    )
    minutes_per_call = fields.Float(
        string="Minutes per Call", readonly=True, aggregator="avg", help="Minutes ÷ attempts."
    )
    on_time_rate = fields.Float(
        string="Share Kept on Time (%)",
        readonly=True,
        aggregator="avg",
        help="Kept until the promised day ÷ those to be judged; overdue and open is not kept.",
    )

    def _get_ratios(self):
        return {
            "reached_rate": ("reached_count", "ended_count"),
            "attempts_per_reached": ("attempt_count", "talk_count"),
            "minutes_per_call": ("minutes", "attempt_count"),
            "on_time_rate": ("on_time_count", "due_count"),
        }

    def _read_group_select(self, aggregate_spec, query):
        """Shares are percent numbers: a pivot shows an empty percentage as nought."""
        ratio = super()._read_group_select(aggregate_spec, query)
        name = aggregate_spec.partition(":")[0]
        return SQL("100 * %s", ratio) if name in ("reached_rate", "on_time_rate") else ratio

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        names = ("id", "callback_id", "company_id", "customer_id", "tier_id", "purpose_id")
        names += ("policy_id", "user_id", "state", "outcome", "call_from", "callback_count")
        names += ("ended_count", "reached_count", "attempt_count", "minutes", "due_count")
        names += ("on_time_count", "team_id", "origin", "due_at", "ended_at", "waiting_count")
        names += ("overdue_count", "talk_count", "case_count", "order_count", "saved_count")
        return {**super()._get_columns(), **{name: SQL.identifier("r", name) for name in names}}

    def _get_steps(self):
        return [self._get_row_step()]

    def _get_row_step(self):
        """``counted``: a row per callback; one joined with another shares that one's attempts."""
        members = self.env["logistics.service.team"]._fields["member_ids"]
        return SQL(
            """counted AS NOT MATERIALIZED (
                SELECT c.id, c.id AS callback_id, c.company_id, c.customer_id, profile.tier_id,
                       c.purpose_id, c.policy_id, c.user_id, c.state, c.outcome, c.call_from,
                       c.origin, c.due_at, c.ended_at, team.id AS team_id,
                       (c.next_at IS NOT NULL AND c.main_id IS NULL)::int AS waiting_count,
                       (c.next_at IS NOT NULL AND c.main_id IS NULL
                        AND c.due_at < NOW() AT TIME ZONE 'UTC')::int AS overdue_count,
                       (c.state = 'done' AND c.outcome = 'case')::int AS case_count,
                       (c.state = 'done' AND c.outcome = 'order')::int AS order_count,
                       (c.state = 'done' AND c.outcome = 'saved')::int AS saved_count,
                       1 AS callback_count,
                       (c.ended_at IS NOT NULL AND c.state <> 'cancelled')::int AS ended_count,
                       (c.state = 'done')::int AS reached_count,
                       (c.state = 'done' AND c.main_id IS NULL)::int AS talk_count,
                       COALESCE(tried.attempts, 0) AS attempt_count,
                       COALESCE(tried.minutes, 0) AS minutes,
                       (c.state <> 'cancelled'
                        AND (c.ended_at IS NOT NULL OR c.due_at < NOW() AT TIME ZONE 'UTC')
                       )::int AS due_count,
                       (c.state <> 'cancelled' AND c.ended_at <= c.due_at)::int AS on_time_count
                  FROM logistics_callback c
             LEFT JOIN logistics_profile profile ON profile.id = c.profile_id
             LEFT JOIN (SELECT DISTINCT ON (member.%(user)s, team.company_id)
                               member.%(user)s AS user_id, team.company_id, team.id
                          FROM logistics_service_team team
                          JOIN %(members)s member ON member.%(team)s = team.id
                         WHERE team.active
                         ORDER BY member.%(user)s, team.company_id, team.sequence, team.id) team
                    ON team.user_id = c.user_id AND team.company_id = c.company_id
             LEFT JOIN (SELECT callback_id, COUNT(*) AS attempts, SUM(duration) AS minutes
                          FROM logistics_callback_attempt GROUP BY callback_id) tried
                    ON tried.callback_id = c.id
            )""",
            members=SQL.identifier(members.relation),
            team=SQL.identifier(members.column1),
            user=SQL.identifier(members.column2),
        )

    def _get_source(self):
        return SQL("counted r")

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the callback of the row."""
        self.ensure_one()
        return self._open(self.callback_id)
