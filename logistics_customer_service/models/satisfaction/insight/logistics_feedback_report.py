from odoo import fields, models
from odoo.tools import SQL


class LogisticsFeedbackReport(models.Model):
    """What customers said: a row per answer.

    Counts are 0 or 1, so that any sum of them opens its answers; figures are sums over sums. Who
    is silent has no row: nobody is satisfied by not answering. What was answered in part is seen,
    and counted apart.
    """

    _name = "logistics.feedback.report"
    _inherit = ["logistics.feedback.report.mixin"]
    _description = "Satisfaction Report"
    _auto = False

    recommend = fields.Integer(
        string="Recommendation", readonly=True, aggregator=None, help="Empty: not said."
    )
    effort = fields.Integer(readonly=True, aggregator=None)
    comment = fields.Text(readonly=True)
    is_low = fields.Boolean(string="Bad Answer", readonly=True)
    reaction_state = fields.Selection(
        selection=lambda self: self.env["logistics.feedback"]._fields["reaction_state"].selection,
        string="Reaction",
        readonly=True,
    )

    # --- counts
    answer_count = fields.Integer(string="Answers", readonly=True)
    partial_count = fields.Integer(string="Partly Answered", readonly=True)
    rated_count = fields.Integer(
        string="Overall Scores", readonly=True, help="Answers that say how it was overall."
    )
    satisfied_count = fields.Integer(string="Satisfied", readonly=True, help="Overall 4 or 5.")
    low_count = fields.Integer(string="Dissatisfied", readonly=True, help="Overall 1 or 2.")
    overall_total = fields.Integer(string="Overall Scores (Sum)", readonly=True)
    recommend_count = fields.Integer(string="Recommendations", readonly=True)
    promoter_count = fields.Integer(string="Promoters", readonly=True, help="9 or 10.")
    detractor_count = fields.Integer(string="Detractors", readonly=True, help="0 to 6.")
    promoter_balance = fields.Integer(
        string="Promoters less Detractors", readonly=True, help="What NPS is a share of."
    )
    effort_count = fields.Integer(string="Judged the Effort", readonly=True)
    effort_total = fields.Integer(string="Effort (Sum)", readonly=True)
    easy_count = fields.Integer(string="Found It Easy", readonly=True, help="5 to 7.")
    comment_count = fields.Integer(string="Comments", readonly=True)
    bad_count = fields.Integer(
        string="Bad Answers",
        readonly=True,
        help="By the policy: a low score or an alarming reason.",
    )
    to_do_count = fields.Integer(string="Reactions to Do", readonly=True)

    # --- figures, where enough answered
    csat = fields.Float(
        help="Answers 4 and 5 ÷ answers 1 to 5 (formula 14). Empty: too few answers."
    )
    overall_mean = fields.Float(string="Mean Overall Score", readonly=True, aggregator="avg", help="1 to 5.")
    low_rate = fields.Float(help="Answers 1 and 2 ÷ answers 1 to 5.")
    nps = fields.Float(
        string="NPS",
        readonly=True,
        aggregator="avg",
        help="Percent of 9 and 10 less percent of 0 to 6 (formula 14): −100 to 100.",
    )
    ces = fields.Float(string="CES", readonly=True, aggregator="avg", help="Mean of 1 to 7 (formula 14).")
    easy_rate = fields.Float(
        string="Found It Easy (%)",
        readonly=True,
        aggregator="avg",
        help="Efforts 5 to 7 ÷ efforts judged (formula 14).",
    )

    def _get_ratios(self):
        return {
            "csat": ("satisfied_count", "rated_count"),
            "overall_mean": ("overall_total", "rated_count"),
            "low_rate": ("low_count", "rated_count"),
            "nps": ("promoter_balance", "recommend_count"),
            "ces": ("effort_total", "effort_count"),
            "easy_rate": ("easy_count", "effort_count"),
        }

    def _get_chart_scales(self):
        return {**super()._get_chart_scales(), "recommend": (0, 10), "effort": (1, 7)}

    def _get_ratio_factors(self):
        # a pivot shows an empty percentage as 0 %; an empty number it leaves empty
        shares = ("csat", "csat_low", "csat_high", "low_rate", "easy_rate", "nps")
        return dict.fromkeys(shares, 100)

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        columns = super()._get_columns()
        return {
            **columns,
            "id": SQL("said.id"),
            # a zero is an answer, and an empty one is not
            "recommend": SQL("CASE WHEN said.recommends IS NOT NULL THEN said.recommend END"),
            "effort": SQL("NULLIF(said.effort, 0)"),
            "comment": SQL("said.comment"),
            "is_low": SQL("COALESCE(said.is_low, FALSE)"),
            "reaction_state": SQL("said.reaction_state"),
            "overall_total": SQL("CASE WHEN said.is_done THEN said.overall ELSE 0 END"),
            "effort_total": SQL("CASE WHEN said.is_done THEN said.effort ELSE 0 END"),
            "promoter_balance": SQL("%s - %s", columns["promoter_count"], columns["detractor_count"]),
        }

    def _get_conditions(self):
        return {
            "answer_count": SQL("said.is_done"),
            "partial_count": SQL("NOT said.is_done"),
            "rated_count": SQL("said.is_done AND said.overall >= 1"),
            "satisfied_count": SQL("said.is_done AND said.overall >= 4"),
            "low_count": SQL("said.is_done AND said.overall BETWEEN 1 AND 2"),
            "recommend_count": SQL("said.is_done AND said.recommends IS NOT NULL"),
            "promoter_count": SQL("said.is_done AND said.recommends = 'promoter'"),
            "detractor_count": SQL("said.is_done AND said.recommends = 'detractor'"),
            "effort_count": SQL("said.is_done AND said.effort >= 1"),
            "easy_count": SQL("said.is_done AND said.effort >= 5"),
            "comment_count": SQL("said.comment <> ''"),
            "bad_count": SQL("said.is_done AND said.is_low"),
            "to_do_count": SQL("said.reaction_state = 'open'"),
        }

    def _get_source(self):
        return SQL("said")
