from odoo import api, models
from odoo.tools import SQL

from ...customer.logistics_profile_fact import FactStep

ANSWER_COLUMNS = {
    "answer_count": "COALESCE(answer_fact.answer_count, 0)",
    "satisfied_count": "COALESCE(answer_fact.satisfied_count, 0)",
    "csat": "answer_fact.csat",
    "mean_score": "answer_fact.mean_score",
    "score_trend": "answer_fact.score_trend",
    "last_score": "answer_fact.last_score",
    "last_answered_at": "answer_fact.last_answered_at",
}


class LogisticsProfileFact(models.Model):
    """What the customer's answers say."""

    _inherit = "logistics.profile.fact"

    @api.model
    def _get_fact_steps(self):
        return [
            *super()._get_fact_steps(),
            FactStep("answer_fact", "_get_answers_cte", ANSWER_COLUMNS, ("logistics.feedback",)),
        ]

    @api.model
    def _get_mark_sources(self):
        return {
            **super()._get_mark_sources(),
            "logistics.feedback": SQL(
                "SELECT f.partner_id, f.company_id FROM mark JOIN logistics_feedback f USING (id)"
            ),
        }

    @api.model
    def _get_crossing_parts(self, company, before, today):
        answered = SQL(
            "SELECT f.id FROM logistics_feedback f WHERE f.company_id = %s AND %s",
            company.id,
            self._get_between_sql(
                SQL("f.answered_at"), self._get_left_times(company, before, today)
            ),
        )
        parts = super()._get_crossing_parts(company, before, today)
        return [*parts, ("logistics.feedback", answered)]

    def _get_answers_cte(self, company, _today):
        """``answer_fact``: overall scores of complete answers of the customer and its contacts.

        The trend is the later half of the answers against the earlier one, by their order and not
        by time: few customers are asked evenly. An odd one is of the earlier half.
        """
        return SQL(
            """answer AS (
                SELECT c.profile_id, win.months, f.overall, f.answered_at, f.id,
                       NTILE(2) OVER (
                           PARTITION BY c.profile_id, win.months ORDER BY f.answered_at, f.id
                       ) AS half
                  FROM customer c
                  JOIN logistics_feedback f ON f.partner_id = c.partner_id
                  JOIN win ON f.answered_at >= win.since
                 WHERE f.company_id = %(company)s AND f.state = 'done' AND f.overall > 0
            ), answer_fact AS (
                SELECT profile_id, months,
                       COUNT(*) AS answer_count,
                       COUNT(*) FILTER (WHERE overall >= 4) AS satisfied_count,
                       AVG((overall >= 4)::int)::float8 AS csat,
                       AVG(overall)::float8 AS mean_score,
                       (AVG(overall) FILTER (WHERE half = 2)
                           - AVG(overall) FILTER (WHERE half = 1))::float8 AS score_trend,
                       (ARRAY_AGG(overall ORDER BY answered_at DESC, id DESC))[1] AS last_score,
                       MAX(answered_at) AS last_answered_at
                  FROM answer
                 GROUP BY profile_id, months
            )""",
            company=company.id,
        )
