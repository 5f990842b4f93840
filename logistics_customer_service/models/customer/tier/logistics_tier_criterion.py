from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ....tools.customer import scoring

# metrics that are the age of something: whose day it is, and how many days are a unit
AGES = {"recency": ("last_order_at", 1.0), "relation": ("first_order_at", 30.4375)}


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
    def _get_metric_sql(self, fact, company):
        """Return the SQL expression of each metric, null where a customer has no data.

        Of an age it is the day from which it counts, as a number: the age itself would be another
        one each day.

        :param fact: alias of the facts of the criterion's window; ``f0`` holds those since the
            first order and ``p`` the profile
        """
        zone = company._get_logistics_tz()
        days = {
            metric: SQL(
                "((f0.%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date - %s::date)",
                SQL.identifier(name),
                zone,
                scoring.EPOCH,
            )
            for metric, (name, _unit) in AGES.items()
        }
        return {
            **days,
            "net_amount": SQL("%s.net_amount", fact),
            "margin": SQL("%s.margin", fact),
            "order_count": SQL("%s.order_count", fact),
            "average_order": SQL(
                "%s.order_amount / NULLIF(%s.order_count, 0)", fact, fact
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

    def _get_value_sql(self, company):
        """Return the SQL expression of this criterion's metric."""
        fact = SQL.identifier(f"f{self._get_window(company)}")
        return self._get_metric_sql(fact, company)[self.metric]

    def _get_oriented_sql(self):
        """Return the SQL of the value in a values query by which customers rank, lowest first."""
        is_low_best = self.descending != (self.metric in AGES)  # a low age is a late day
        return SQL("-v.%s" if is_low_best else "v.%s", self._get_column())

    def _get_standing_sql(self, cuts, today):
        """Return the SQL of what decides the points of customers in a values query ``v``.

        While it is the same, so are the points of a value: where it stands between the cuts, or
        which break point an age has reached. It is a constant where time and others change nothing.

        :param cuts: mapping of criterion id, as text, to the values that part the fifths
        :param today: date in the company's time zone
        """
        if self.method == "rank":
            value, starts = self._get_oriented_sql(), cuts.get(str(self.id), ())
            comparisons = [SQL("(%s %s %s::float8)::int", value, SQL(sign), start)
                           for start in starts for sign in (">", ">=")]  # fmt: skip
            return SQL("((%s) / 2)", SQL(" + ").join(comparisons)) if starts else SQL("NULL")
        if self.metric not in AGES:
            return SQL("0")
        age = SQL(
            "((%s::float8 - v.%s) / %s::float8)",
            scoring.to_number(today),
            self._get_column(),
            AGES[self.metric][1],
        )
        if self.method == "steps":
            reached = [SQL("(%s >= %s::float8)::int", age, step.value_from) for step in self.step_ids]
            return SQL("(%s)", SQL(" + ").join(reached))
        return SQL(
            "LEAST(GREATEST((%s - %s::float8) / %s::float8, 0), 1)",
            age,
            self.zero_at,
            self.full_at - self.zero_at,
        )

    def _get_moved_sql(self, before, now):
        """Return the condition that the points of a customer in ``v`` changed though the value did not.

        :param before: pair of the cuts and the date when the customers were scored
        :param now: the same of today
        :return: SQL, or None where there are none
        """
        standings = self._get_standing_sql(*before), self._get_standing_sql(*now)
        if standings[0] == standings[1]:
            return None
        condition = SQL("%s IS DISTINCT FROM %s", *standings)
        starts = [cuts.get(str(self.id), ()) for cuts, _day in (before, now)]
        if self.method != "rank" or not all(starts):
            return condition
        # cheap to tell of most: only what lies between an old cut and a new one stands elsewhere
        between = SQL(" OR ").join(
            SQL("%s BETWEEN %s AND %s", self._get_oriented_sql(), *sorted(pair))
            for pair in zip(*starts, strict=True)
            if pair[0] != pair[1]
        )
        return SQL("((%s) AND %s)", between, condition)

    def _get_age(self, day, today):
        """Return the age that this criterion measures.

        :param day: from which it counts, as an explanation keeps it
        """
        return (today - date.fromisoformat(day)).days / AGES[self.metric][1]

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

    def _prepare_scoring(self, cuts, today):
        """Return the criterion as the pure scoring functions take it.

        :param cuts: mapping of criterion id, as text, to the values that part the fifths
        :param today: date in the company's time zone
        """
        _name, unit = AGES.get(self.metric, (None, 1.0))
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
            today=scoring.to_number(today) if self.metric in AGES else None,
            unit=unit,
        )
