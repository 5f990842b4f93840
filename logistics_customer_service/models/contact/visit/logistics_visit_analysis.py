from odoo import fields, models
from odoo.tools import SQL


class LogisticsVisitAnalysis(models.Model):
    """How visits went: a row per visit, ratios as sums over sums."""

    _name = "logistics.visit.analysis"
    _inherit = ["logistics.report.mixin"]
    _description = "Visit Analysis"
    _auto = False
    _depends = {
        "logistics.visit": ["state", "planned_on", "visited_on", "minutes", "override_reason"],
        "logistics.visit.action": ["visit_id", "state"],
        "logistics.visit.finding": ["visit_id"],
    }
    _order = "planned_on desc, id desc"

    visit_id = fields.Many2one("logistics.visit", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one(
        "logistics.tier", readonly=True, help="The tier when the visit was planned."
    )
    team_id = fields.Many2one("logistics.service.team", string="Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Visitor", readonly=True)
    region_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    plan_id = fields.Many2one("logistics.visit.plan", string="Visit Plan", readonly=True)
    origin = fields.Selection(
        selection=lambda self: self.env["logistics.visit"]
        ._fields["origin"]
        ._description_selection(self.env),
        readonly=True,
    )
    state = fields.Selection(
        selection=lambda self: self.env["logistics.visit"]._get_states(), readonly=True
    )
    planned_on = fields.Date(string="Planned For", readonly=True)
    visited_on = fields.Date(string="Visited On", readonly=True)
    visit_count = fields.Integer(string="Visits", readonly=True)
    planned_count = fields.Integer(
        string="Planned", readonly=True, help="Still to come, or going on."
    )
    done_count = fields.Integer(string="Done", readonly=True)
    cancelled_count = fields.Integer(string="Cancelled", readonly=True)
    overdue_count = fields.Integer(
        string="Overdue", readonly=True, help="Planned for a day that has passed, and not made."
    )
    due_count = fields.Integer(
        string="To Be Judged", readonly=True, help="Done, cancelled or overdue."
    )
    prospect_count = fields.Integer(string="Prospects", readonly=True)
    override_count = fields.Integer(
        string="By the Salesperson", readonly=True, help="Visits for which a reason was given."
    )
    minutes = fields.Integer(string="Minutes There", readonly=True, aggregator="sum")
    finding_count = fields.Integer(string="Visit Findings", readonly=True)
    action_count = fields.Integer(string="Agreed Actions", readonly=True)
    open_action_count = fields.Integer(string="Open Actions", readonly=True)
    kept_rate = fields.Float(
        string="Share Kept (%)",
        readonly=True,
        aggregator="avg",
        help="Done ÷ done, cancelled and overdue.",
    )

    def _get_ratios(self):
        return {"kept_rate": ("done_count", "due_count")}

    def _read_group_select(self, aggregate_spec, query):
        """Shares are percent numbers: a pivot shows an empty percentage as nought."""
        ratio = super()._read_group_select(aggregate_spec, query)
        name = aggregate_spec.partition(":")[0]
        return SQL("100 * %s", ratio) if name in self._get_ratios() else ratio

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        names = ("id", "visit_id", "company_id", "customer_id", "tier_id", "team_id", "user_id")
        names += ("region_id", "plan_id", "origin", "state", "planned_on", "visited_on")
        names += ("visit_count", "planned_count", "done_count", "cancelled_count")
        names += ("overdue_count", "prospect_count", "override_count", "minutes")
        names += ("finding_count", "action_count", "open_action_count")
        return {
            **super()._get_columns(),
            **{name: SQL.identifier("r", name) for name in names},
            "due_count": SQL("r.done_count + r.cancelled_count + r.overdue_count"),
        }

    def _get_steps(self):
        return [self._get_zone_step(), self._get_row_step()]

    def _get_row_step(self):
        """``counted``: a row per visit."""
        return SQL(
            """counted AS NOT MATERIALIZED (
                SELECT v.id, v.id AS visit_id, v.company_id, v.customer_id, v.tier_id, v.team_id,
                       v.user_id, v.region_id, v.plan_id, v.origin, v.state, v.planned_on,
                       v.visited_on, 1 AS visit_count,
                       (v.state = 'under_way'
                        OR v.state = 'planned' AND v.planned_on >= zone.today)::int
                       AS planned_count,
                       (v.state = 'done')::int AS done_count,
                       (v.state = 'cancelled')::int AS cancelled_count,
                       (v.state = 'planned' AND v.planned_on < zone.today)::int AS overdue_count,
                       (v.profile_id IS NULL)::int AS prospect_count,
                       (v.override_reason IS NOT NULL)::int AS override_count,
                       v.minutes, COALESCE(found.total, 0) AS finding_count,
                       COALESCE(agreed.total, 0) AS action_count,
                       COALESCE(agreed.still_open, 0) AS open_action_count
                  FROM logistics_visit v
                  JOIN zone ON zone.company_id = v.company_id
             LEFT JOIN (SELECT visit_id, COUNT(*) AS total
                          FROM logistics_visit_finding GROUP BY visit_id) found
                    ON found.visit_id = v.id
             LEFT JOIN (SELECT visit_id, COUNT(*) AS total,
                               COUNT(*) FILTER (WHERE state = 'open') AS still_open
                          FROM logistics_visit_action GROUP BY visit_id) agreed
                    ON agreed.visit_id = v.id
            )"""
        )

    def _get_source(self):
        return SQL("counted r")

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the visit of the row."""
        self.ensure_one()
        return self._open(self.visit_id)
