from odoo import fields, models
from odoo.tools import SQL

# columns whose sums make a Sums, and a PairSums, of tools/insight/statistics.py
SCORE_SUMS = ("score_count", "score_total", "score_squares")
EXPECTATION_SUMS = ("expectation_count", "expectation_total", "expectation_squares")
IMPORTANCE_SUMS = ("importance_count", "importance_total", "importance_squares")
PAIR_SUMS = (
    "pair_count",
    "pair_total",
    "pair_overall_total",
    "pair_squares",
    "pair_overall_squares",
    "pair_products",
)


class LogisticsFeedbackScoreReport(models.Model):
    """What customers said of each side of the service: a row per score, wish or reason.

    Answers in part do not count: the report has complete ones alone.
    """

    _name = "logistics.feedback.score.report"
    _inherit = ["logistics.feedback.report.mixin"]
    _description = "Satisfaction by Aspect"
    _auto = False

    part = fields.Selection(
        selection=lambda self: self.env["survey.question"]._get_logistics_parts(), readonly=True
    )
    aspect_id = fields.Many2one("logistics.aspect", string="Aspect", readonly=True)
    answer_id = fields.Many2one("survey.question.answer", string="Reason", readonly=True)
    reason = fields.Char(
        string="Reason Chosen",
        readonly=True,
        help="In its own words; the same reason of several questionnaires is one.",
    )
    value = fields.Integer(readonly=True, aggregator=None)

    # --- counts and sums
    score_count = fields.Integer(string="Scores", readonly=True)
    satisfied_count = fields.Integer(string="Satisfied", readonly=True, help="A score of 4 or 5.")
    low_count = fields.Integer(string="Dissatisfied", readonly=True, help="A score of 1 or 2.")
    score_total = fields.Integer(string="Scores (Sum)", readonly=True)
    score_squares = fields.Integer(string="Scores (Squares)", readonly=True)
    expectation_count = fields.Integer(string="Expectations", readonly=True)
    expectation_total = fields.Integer(string="Expectations (Sum)", readonly=True)
    expectation_squares = fields.Integer(string="Expectations (Squares)", readonly=True)
    importance_count = fields.Integer(string="Importances Stated", readonly=True)
    importance_total = fields.Integer(string="Importances (Sum)", readonly=True)
    importance_squares = fields.Integer(string="Importances (Squares)", readonly=True)
    reason_count = fields.Integer(string="Reasons Chosen", readonly=True)
    pair_count = fields.Integer(
        string="Scores with an Overall Score",
        readonly=True,
        help="What the derived importance is worked out from.",
    )
    pair_total = fields.Integer(string="Scores beside an Overall Score (Sum)", readonly=True)
    pair_squares = fields.Integer(string="Scores beside an Overall Score (Squares)", readonly=True)
    pair_overall_total = fields.Integer(string="Overall Scores (Sum)", readonly=True)
    pair_overall_squares = fields.Integer(string="Overall Scores (Squares)", readonly=True)
    pair_products = fields.Integer(string="Score by Overall Score (Sum)", readonly=True)

    # --- figures, where enough answered
    csat = fields.Float(
        string="CSAT of Aspects (%)", help="Scores 4 and 5 ÷ scores 1 to 5. Empty: too few answers."
    )
    csat_low = fields.Float(string="CSAT of Aspects at Least (%)")
    csat_high = fields.Float(string="CSAT of Aspects at Most (%)")
    performance = fields.Float(
        readonly=True, aggregator="avg", help="Mean score, 1 to 5. Empty: too few answers."
    )
    low_rate = fields.Float(string="Dissatisfied with Aspects (%)", help="Scores 1 and 2 ÷ scores.")
    expectation = fields.Float(
        readonly=True, aggregator="avg", help="Mean expectation, 1 to 5, of those asked."
    )
    importance = fields.Float(
        string="Importance Stated",
        readonly=True,
        aggregator="avg",
        help="Mean importance, 1 to 5, of those asked.",
    )
    derived_importance = fields.Float(
        readonly=True,
        aggregator="avg",
        help="How strongly the score goes with the overall score: their correlation, −1 to 1 "
        "(formula 15). It has a meaning for one aspect alone.",
    )

    def _get_ratios(self):
        return {
            "csat": ("satisfied_count", "score_count"),
            "performance": ("score_total", "score_count"),
            "low_rate": ("low_count", "score_count"),
            "expectation": ("expectation_total", "expectation_count"),
            "importance": ("importance_total", "importance_count"),
        }

    def _get_chart_scales(self):
        return {**super()._get_chart_scales(), "value": (1, 5)}

    def _get_ratio_factors(self):
        # a pivot shows an empty percentage as 0 %; an empty number it leaves empty
        return dict.fromkeys(("csat", "csat_low", "csat_high", "low_rate"), 100)

    def _get_answers_of(self):
        return {"derived_importance": "pair_count"}

    def _get_figure_sql(self, name, query):
        if name != "derived_importance":
            return super()._get_figure_sql(name, query)
        value, overall, counted = (
            self._field_to_sql(self._table, column, query) for column in ("value", "overall", "pair_count")
        )
        return SQL("CORR(%s, %s) FILTER (WHERE %s = 1)", value, overall, counted)

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        columns = super()._get_columns()
        value, overall = SQL("score.value"), SQL("said.overall")
        return {
            **columns,
            "id": SQL("score.id"),
            "part": SQL("score.part"),
            "aspect_id": SQL("score.aspect_id"),
            "answer_id": SQL("score.answer_id"),
            # Odoo's name of an answer begins with its question: no chart has room for both
            "reason": SQL(
                """(SELECT COALESCE(choice.value ->> %s, choice.value ->> 'en_US')
                      FROM survey_question_answer choice
                     WHERE choice.id = score.answer_id AND score.part = 'reason')""",
                self.env.lang or "en_US",
            ),
            "value": value,
            **{
                f"{prefix}_{suffix}": SQL("%s * %s", columns[f"{prefix}_count"], amount)
                for prefix in ("score", "expectation", "importance", "pair")
                for suffix, amount in (("total", value), ("squares", SQL("%s * %s", value, value)))
            },
            "pair_overall_total": SQL("%s * %s", columns["pair_count"], overall),
            "pair_overall_squares": SQL("%s * %s * %s", columns["pair_count"], overall, overall),
            "pair_products": SQL("%s * %s * %s", columns["pair_count"], value, overall),
        }

    def _get_conditions(self):
        scored = SQL("score.part = 'score' AND score.value >= 1")
        return {
            "score_count": scored,
            "satisfied_count": SQL("%s AND score.value >= 4", scored),
            "low_count": SQL("%s AND score.value <= 2", scored),
            "expectation_count": SQL("score.part = 'expectation' AND score.value >= 1"),
            "importance_count": SQL("score.part = 'importance' AND score.value >= 1"),
            "reason_count": SQL("score.part = 'reason'"),
            "pair_count": SQL("%s AND said.overall >= 1", scored),
        }

    def _get_source(self):
        return SQL(
            """said JOIN logistics_feedback_score score
                     ON score.feedback_id = said.id AND said.is_done"""
        )
