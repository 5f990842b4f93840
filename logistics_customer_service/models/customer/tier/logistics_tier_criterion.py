from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ....tools.customer import scoring


class LogisticsTierCriterion(models.Model):
    _name = "logistics.tier.criterion"
    _inherit = ["logistics.tier.scheme.part.mixin"]
    _description = "Tier Criterion"
    _order = "scheme_id, dimension desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    scheme_id = fields.Many2one(
        "logistics.tier.scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, index=True)
    scheme_state = fields.Selection(related="scheme_id.state")
    sequence = fields.Integer(default=10)
    dimension = fields.Selection(
        [
            ("value", "Value"),
            ("complexity", "Complexity of Needs"),
            ("stability", "Stability"),
        ],
        required=True,
        default="value",
    )
    metric = fields.Selection(
        [
            ("net_amount", "Net sales"),
            ("margin", "Margin"),
            ("order_count", "Number of orders"),
            ("average_order", "Average order amount"),
            ("recency", "Days since the last order"),
            ("relation", "Months of relation"),
            ("median_gap", "Median days between orders"),
            ("delivery_count", "Number of deliveries"),
            ("payment_delay", "Mean payment delay in days"),
            ("overdue", "Overdue amount"),
            ("refund_share", "Share of sales credited"),
            ("needs_complexity", "Complexity of needs"),
            ("csat", "Satisfaction (share of scores 4–5)"),
            ("score_trend", "Trend of the scores"),
            ("last_score", "Last score"),
        ],
        required=True,
        default="net_amount",
    )
    window_kind = fields.Selection(
        [
            ("company", "Company's window"),
            ("lifetime", "Since the first order"),
            ("own", "Own window"),
        ],
        string="Window",
        required=True,
        default="company",
    )
    window_months = fields.Integer(string="Own Window (Months)", default=12)
    method = fields.Selection(
        [
            ("rank", "Rank in fifths"),
            ("steps", "Break points"),
            ("linear", "Linear"),
        ],
        required=True,
        default="rank",
        help="Rank in fifths: among all customers of the company, the best fifth has 100 points, "
        "the next 75, then 50, 25 and 0; equal values share a fifth.\n"
        "Break points: each value from which so many points are given.\n"
        "Linear: from a value worth 0 to a value worth 100.",
    )
    descending = fields.Boolean(
        string="Low Is Good", compute="_compute_descending", store=True, readonly=False
    )
    step_ids = fields.One2many(
        "logistics.tier.criterion.step", "criterion_id", string="Break Points", copy=True
    )
    zero_at = fields.Float(string="0 Points At")
    full_at = fields.Float(string="100 Points At", default=100.0)
    weight = fields.Float(default=1.0, required=True)

    _check_weight = models.Constraint("CHECK (weight > 0)", "A weight must be positive.")
    _check_window_months = models.Constraint(
        "CHECK (window_kind <> 'own' OR window_months > 0)", "A window has at least one month."
    )
    _check_linear = models.Constraint(
        "CHECK (method <> 'linear' OR zero_at <> full_at)",
        "The values worth 0 and 100 points must differ.",
    )

    @api.depends("metric")
    def _compute_descending(self):
        for criterion in self:
            criterion.descending = criterion.metric in self._get_descending_metrics()

    @api.model
    def _is_measured(self, vals):
        return bool(vals.keys() - {"name", "sequence"})

    @api.constrains("metric")
    def _check_metric_available(self):
        if "margin" in self.env["sale.order"]._fields:
            return
        if self.filtered(lambda criterion: criterion.metric == "margin"):
            raise ValidationError(
                self.env._("Margins are not recorded here: install the app “Margins in Sales”.")
            )

    @api.model
    def _get_descending_metrics(self):
        """Return the metrics of which a low value is the good one."""
        return {"recency", "median_gap", "payment_delay", "overdue", "refund_share"}

    @api.model
    def _get_metric_sql(self, fact, company, today):
        """Return the SQL expression of each metric, null where a customer has no data.

        :param fact: alias of the facts of the criterion's window; ``f0`` holds those since the
            first order and ``p`` the profile
        :param today: date in the company's time zone
        """
        days_since = "(%s::date - (f0.%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)"
        zone = company._get_logistics_tz()
        return {
            "net_amount": SQL("%s.net_amount", fact),
            "margin": SQL("%s.margin", fact),
            "order_count": SQL("%s.order_count", fact),
            "average_order": SQL(
                "%s.order_amount / NULLIF(%s.order_count, 0)", fact, fact
            ),
            "recency": SQL(days_since, today, SQL.identifier("last_order_at"), zone),
            "relation": SQL(
                days_since + " / 30.4375", today, SQL.identifier("first_order_at"), zone
            ),
            "median_gap": SQL("%s.median_gap_days", fact),
            "delivery_count": SQL("%s.delivery_count", fact),
            "payment_delay": SQL("%s.mean_payment_delay", fact),
            "overdue": SQL("f0.overdue_amount"),
            "refund_share": SQL(
                "%s.refund_amount / NULLIF(%s.order_amount, 0)", fact, fact
            ),
            "needs_complexity": self.env["logistics.profile"]._get_complexity_sql(),
            "csat": SQL("%s.csat", fact),
            "score_trend": SQL("%s.score_trend", fact),
            "last_score": SQL("%s.last_score", fact),
        }

    def _get_value_sql(self, company, today):
        """Return the SQL expression of this criterion's metric."""
        fact = SQL.identifier(f"f{self._get_window(company)}")
        return self._get_metric_sql(fact, company, today)[self.metric]

    def _get_window(self, company):
        """Return the criterion's window in months, 0 for since the first order."""
        return {
            "company": company.logistics_window_months,
            "lifetime": 0,
            "own": self.window_months,
        }[self.window_kind]

    def _get_column(self):
        """Return the identifier of the criterion's column in the values query."""
        return SQL.identifier(f"criterion_{self.id}")

    def _prepare_scoring(self, cuts):
        """Return the criterion as the pure scoring functions take it.

        :param cuts: mapping of criterion id, as text, to the values that part the fifths
        """
        return scoring.Criterion(
            key=self.id,
            dimension=self.dimension,
            method=self.method,
            weight=self.weight,
            descending=self.descending,
            cuts=tuple(cuts.get(str(self.id), ())),
            steps=tuple((step.value_from, step.points) for step in self.step_ids),
            zero_at=self.zero_at,
            full_at=self.full_at,
        )
