from odoo import api, fields, models
from odoo.tools import SQL

from ....tools.satisfaction.statistics import Z95


class LogisticsFeedbackReportMixin(models.AbstractModel):
    """What reports on answers have in common: the facts they are sorted by, and too few.

    Answers of a service inspection are our own staff's: no report on customers counts them.
    """

    _name = "logistics.feedback.report.mixin"
    _inherit = ["logistics.report.mixin"]
    _description = "Report on Answers"
    _order = "answered_at desc, id desc"
    _rec_name = "feedback_id"

    feedback_id = fields.Many2one("logistics.feedback", string="Answer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    answered_at = fields.Datetime(string="Answered On", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["logistics.feedback"]._fields["state"].selection,
        readonly=True,
    )
    survey_id = fields.Many2one("survey.survey", string="Questionnaire", readonly=True)
    policy_id = fields.Many2one("logistics.survey.policy", string="Policy", readonly=True)
    use = fields.Selection(
        selection=lambda self: self.env["survey.survey"]._fields["logistics_use"].selection,
        string="Asked About",
        readonly=True,
    )
    channel = fields.Selection(
        selection=lambda self: self.env["logistics.feedback"]._get_channels(), readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one(
        "logistics.tier", readonly=True, help="The customer's tier when the answer came."
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    agent_id = fields.Many2one("res.users", string="Agent", readonly=True)
    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)
    complaint_id = fields.Many2one("logistics.complaint", string="Case", readonly=True)
    punctuality = fields.Selection(
        selection=lambda self: self.env["logistics.feedback"]._fields["punctuality"].selection,
        readonly=True,
    )
    days_late = fields.Integer(readonly=True, aggregator=None)
    overall = fields.Integer(string="Overall Score", readonly=True, aggregator=None)

    # --- figures, where enough answered; what they are shares of is the report's
    csat = fields.Float(string="CSAT (%)", readonly=True, aggregator="avg")
    csat_low = fields.Float(
        string="CSAT at Least (%)",
        readonly=True,
        aggregator="avg",
        help="Lower bound of the 95 % interval (Wilson).",
    )
    csat_high = fields.Float(
        string="CSAT at Most (%)",
        readonly=True,
        aggregator="avg",
        help="Upper bound of the 95 % interval (Wilson).",
    )
    low_rate = fields.Float(string="Dissatisfied (%)", readonly=True, aggregator="avg")

    # === BUSINESS METHODS ===#

    def _get_ratio_factors(self):
        """Return by what a ratio is multiplied where its unit asks for it, by its name."""
        return {}

    def _get_intervals(self):
        """Return the bounds of shares: name → (numerator, denominator, upper or lower)."""
        parts = self._get_ratios()["csat"]
        return {"csat_low": (*parts, False), "csat_high": (*parts, True)}

    def _get_answers_of(self):
        """Return what further figures are worked out from: name → column of its answers."""
        return {}

    def _get_figure_sql(self, name, query):
        """Return the SQL of a further figure over a group of rows."""
        numerator, denominator, is_upper = self._get_intervals()[name]
        return SQL(
            """(SELECT LEAST(1, GREATEST(0, (
                           share + %(z)s ^ 2 / (2 * total) %(sign)s %(z)s * SQRT(
                               share * (1 - share) / total + %(z)s ^ 2 / (4 * total ^ 2))
                       ) / (1 + %(z)s ^ 2 / total)))
                  FROM (VALUES (SUM(%(numerator)s)::float8 / NULLIF(SUM(%(denominator)s), 0),
                                NULLIF(SUM(%(denominator)s), 0)::float8)) sums (share, total))""",
            z=Z95,
            sign=SQL("+" if is_upper else "-"),
            numerator=self._field_to_sql(self._table, numerator, query),
            denominator=self._field_to_sql(self._table, denominator, query),
        )

    def _get_bases(self):
        """Return of what answers each figure is: name → column of their count."""
        return {
            **{ratio: parts[1] for ratio, parts in self._get_ratios().items()},
            **{bound: parts[1] for bound, parts in self._get_intervals().items()},
            **self._get_answers_of(),
        }

    @api.model
    def _get_chart_rates(self):
        least = self.env.companies._get_logistics_min_answers()
        return {
            name: {"count": count, "unit": self._get_chart_unit(name), "least": least}
            for name, count in self._get_bases().items()
        }

    @api.model
    def _get_chart_scales(self):
        return {"overall": (1, 5)}

    def _read_group_select(self, aggregate_spec, query):
        """A figure of too few answers is none, whatever the grouping."""
        name = aggregate_spec.partition(":")[0]
        answers = self._get_bases().get(name)
        if not answers:
            return super()._read_group_select(aggregate_spec, query)
        figure = (
            super()._read_group_select(aggregate_spec, query)
            if name in self._get_ratios()
            else self._get_figure_sql(name, query)
        )
        return SQL(
            "CASE WHEN SUM(%s) >= %s THEN %s * %s END",
            self._field_to_sql(self._table, answers, query),
            self.env.companies._get_logistics_min_answers(),
            self._get_ratio_factors().get(name, 1),
            figure,
        )

    def _get_steps(self):
        return [self._get_said_step()]

    def _get_said_step(self):
        """``said``: answers of customers with what they are sorted by."""
        return SQL(
            """said AS NOT MATERIALIZED (
                SELECT feedback.*, survey.logistics_use AS use, request.policy_id,
                       person.commercial_partner_id AS customer_id,
                       feedback.state = 'done' AS is_done
                  FROM logistics_feedback feedback
                  JOIN survey_survey survey ON survey.id = feedback.survey_id
             LEFT JOIN logistics_survey_request request ON request.id = feedback.request_id
             LEFT JOIN res_partner person ON person.id = feedback.partner_id
                 WHERE survey.logistics_use IS DISTINCT FROM 'inspection'
            )"""
        )

    def _get_columns(self):
        own = ("company_id", "answered_at", "state", "survey_id", "policy_id", "use", "channel")
        own += ("tier_id", "carrier_id", "warehouse_id", "state_id", "agent_id", "picking_id")
        own += ("complaint_id", "punctuality", "days_late", "overall")
        return {
            **super()._get_columns(),
            **{name: SQL("NULL::float8") for name in (*self._get_intervals(), *self._get_answers_of())},
            "feedback_id": SQL("said.id"),
            "partner_id": SQL("said.customer_id"),
            **{name: SQL.identifier("said", name) for name in own},
            **{
                name: SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)
                for name, condition in self._get_conditions().items()
            },
        }

    def _get_conditions(self):
        """Return the SQL of what makes a row count, by the name of the count."""
        return {}

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the answer of the row."""
        self.ensure_one()
        return self._open(self.feedback_id)
