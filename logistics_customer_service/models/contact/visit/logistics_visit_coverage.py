from odoo import fields, models
from odoo.tools import SQL


class LogisticsVisitCoverage(models.Model):
    """Whether customers are visited as often as they were promised: a row per customer.

    Whoever wants no visits is left out. The id is that of the profile.
    """

    _name = "logistics.visit.coverage"
    _inherit = ["logistics.report.mixin"]
    _description = "Visit Coverage"
    _auto = False
    _depends = {
        "logistics.consent": ["profile_id", "purpose_id", "contact_id", "state"],
        "logistics.profile": [
            "active",
            "agent_id",
            "last_visit_on",
            "next_visit_on",
            "state_id",
            "tier_id",
            "tier_since",
        ],
        "logistics.tier": ["visit_interval_days"],
        "logistics.visit": ["state", "planned_on", "visited_on", "cancelled_at", "user_id"],
        "logistics.visit.plan": [
            "active",
            "company_id",
            "interval_days",
            "region_ids",
            "rest_days",
            "sequence",
            "tier_ids",
        ],
        "res.partner": ["active"],
    }
    _rec_name = "customer_id"
    _order = "due_on, id"

    profile_id = fields.Many2one("logistics.profile", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one("logistics.tier", readonly=True)
    region_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    agent_id = fields.Many2one("res.users", string="Dedicated Agent", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Visitor", readonly=True, help="Of the next visit, else of the last."
    )
    plan_id = fields.Many2one("logistics.visit.plan", string="Visit Plan", readonly=True)
    interval_days = fields.Integer(string="Every (Days)", readonly=True, aggregator="avg")
    last_visit_on = fields.Date(string="Last Visit", readonly=True)
    next_visit_on = fields.Date(string="Next Visit", readonly=True)
    due_on = fields.Date(
        string="Due",
        readonly=True,
        help="So many days after the last visit; before the first one after the tier was given.",
    )
    rests_until = fields.Date(
        readonly=True, help="After a visit was cancelled the plan lets the customer rest."
    )
    days_overdue = fields.Integer(string="Days Overdue", readonly=True, aggregator="max")
    customer_count = fields.Integer(string="Customers", readonly=True)
    covered_count = fields.Integer(
        string="Visited within the Interval", readonly=True
    )
    overdue_count = fields.Integer(
        string="Overdue", readonly=True, help="The day on which a visit was due has passed."
    )
    unplanned_count = fields.Integer(
        string="Overdue without Plan",
        readonly=True,
        help="Overdue, and no visit is planned from today on.",
    )
    covered_rate = fields.Float(
        string="Coverage (%)",
        readonly=True,
        aggregator="avg",
        help="Customers visited within their interval ÷ customers to be visited.",
    )

    def _get_ratios(self):
        return {"covered_rate": ("covered_count", "customer_count")}

    def _read_group_select(self, aggregate_spec, query):
        """Shares are percent numbers: a pivot shows an empty percentage as nought."""
        ratio = super()._read_group_select(aggregate_spec, query)
        name = aggregate_spec.partition(":")[0]
        return SQL("100 * %s", ratio) if name in self._get_ratios() else ratio

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        names = ("id", "profile_id", "company_id", "customer_id", "tier_id", "region_id")
        names += ("agent_id", "user_id", "plan_id", "interval_days", "last_visit_on")
        names += ("next_visit_on", "due_on", "rests_until")
        return {
            **super()._get_columns(),
            **{name: SQL.identifier("r", name) for name in names},
            "days_overdue": SQL("GREATEST(r.today - r.due_on, 0)"),
            "customer_count": SQL("1"),
            "covered_count": SQL(
                "COALESCE(r.last_visit_on >= r.today - r.interval_days, FALSE)::int"
            ),
            "overdue_count": SQL("(r.due_on < r.today)::int"),
            "unplanned_count": SQL(
                "(r.due_on < r.today AND COALESCE(r.next_visit_on < r.today, TRUE))::int"
            ),
        }

    def _get_steps(self):
        return [self._get_zone_step(), self._get_plan_step(), self._get_last_step()]

    def _get_plan_step(self):
        """``scope``: a row per tier code and region of a plan, empty ones for all."""
        return SQL(
            """scope AS MATERIALIZED (
                SELECT plan.id, plan.company_id, plan.sequence, plan.interval_days,
                       plan.rest_days, tier.code, region.res_country_state_id AS region_id
                  FROM logistics_visit_plan plan
             LEFT JOIN logistics_tier_logistics_visit_plan_rel named
                    ON named.logistics_visit_plan_id = plan.id
             LEFT JOIN logistics_tier tier ON tier.id = named.logistics_tier_id
             LEFT JOIN logistics_visit_plan_res_country_state_rel region
                    ON region.logistics_visit_plan_id = plan.id
                 WHERE plan.active
            )"""
        )

    def _get_last_step(self):
        """``last``, ``coming``, ``called_off``: of each profile, who visited, visits, did not."""
        return SQL(
            """last AS (
                SELECT DISTINCT ON (profile_id) profile_id, user_id
                  FROM logistics_visit WHERE state = 'done' AND profile_id IS NOT NULL
                 ORDER BY profile_id, visited_on DESC
            ), coming AS (
                SELECT DISTINCT ON (profile_id) profile_id, user_id
                  FROM logistics_visit
                 WHERE state IN ('planned', 'under_way') AND profile_id IS NOT NULL
                 ORDER BY profile_id, planned_on
            ), called_off AS (
                SELECT profile_id, MAX(cancelled_at)::date AS day
                  FROM logistics_visit WHERE state = 'cancelled' AND profile_id IS NOT NULL
                 GROUP BY profile_id
            )"""
        )

    def _get_source(self):
        purpose = self.env["logistics.visit"]._get_consent_purpose()
        return SQL(
            """(SELECT profile.id, profile.id AS profile_id, profile.company_id,
                       profile.partner_id AS customer_id, profile.tier_id,
                       profile.state_id AS region_id, profile.agent_id,
                       COALESCE(coming.user_id, last.user_id) AS user_id,
                       plan.id AS plan_id, cadence.days AS interval_days,
                       profile.last_visit_on, profile.next_visit_on,
                       COALESCE(profile.last_visit_on, profile.tier_since,
                                profile.create_date::date) + cadence.days AS due_on,
                       called_off.day + plan.rest_days AS rests_until, zone.today
                  FROM logistics_profile profile
                  JOIN res_partner customer ON customer.id = profile.partner_id AND customer.active
                  JOIN zone ON zone.company_id = profile.company_id
                  JOIN logistics_tier tier ON tier.id = profile.tier_id
             LEFT JOIN LATERAL (
                       SELECT scope.id, scope.interval_days, scope.rest_days
                         FROM scope
                        WHERE COALESCE(scope.company_id, profile.company_id) = profile.company_id
                          AND COALESCE(scope.code, tier.code) = tier.code
                          AND (scope.region_id IS NULL OR scope.region_id = profile.state_id)
                        ORDER BY scope.sequence, scope.id
                        LIMIT 1) plan ON TRUE
            CROSS JOIN LATERAL (SELECT COALESCE(NULLIF(plan.interval_days, 0),
                                                tier.visit_interval_days) AS days) cadence
             LEFT JOIN last ON last.profile_id = profile.id
             LEFT JOIN coming ON coming.profile_id = profile.id
             LEFT JOIN called_off ON called_off.profile_id = profile.id
                 WHERE profile.active AND cadence.days > 0 AND %(consent)s) r""",
            consent=self._get_consent_sql(purpose),
        )

    def _get_consent_sql(self, purpose):
        """Return the condition that a customer may be visited."""
        answer = SQL(
            """EXISTS (SELECT FROM logistics_consent consent
                        WHERE consent.profile_id = profile.id AND consent.purpose_id = %s
                          AND consent.contact_id IS NULL AND consent.state = %s)""",
            purpose.id or 0,
            "granted" if purpose.consent_required else "refused",
        )
        return answer if purpose.consent_required else SQL("NOT %s", answer)

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the customer of the row."""
        self.ensure_one()
        return self._open(self.profile_id)

    def action_plan_visit(self):
        """Open a new visit to the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visit"),
            "res_model": "logistics.visit",
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.customer_id.id,
                "default_company_id": self.company_id.id,
            },
        }
