import json

from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsProfileScore(models.Model):
    """The score a profile has today, with its explanation."""

    _name = "logistics.profile.score"
    _description = "Customer Score"
    _order = "score desc, id"
    _rec_name = "profile_id"
    _log_access = False

    profile_id = fields.Many2one("logistics.profile", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    scheme_id = fields.Many2one(
        "logistics.tier.scheme", required=True, index=True, ondelete="cascade"
    )
    score = fields.Float(aggregator="avg")
    value_score = fields.Float(string="Value", aggregator="avg")
    complexity_score = fields.Float(string="Complexity", aggregator="avg")
    stability_score = fields.Float(string="Stability", aggregator="avg")
    explanation = fields.Json(
        help="Per criterion its id, the metric's value, the points and the weight."
    )

    _profile_unique = models.UniqueIndex("(profile_id)")

    @api.model
    def _store(self, scheme, company, scores):
        """Write the scores that changed and drop those of profiles that have none any more.

        :param scores: mapping of profile id to :class:`~..tools.scoring.Score` or None
        :return: the number of rows written or dropped
        """
        unscored = [profile_id for profile_id, score in scores.items() if score is None]
        rows = [
            (profile_id, company.id, scheme.id, *self._prepare_score_row(score))
            for profile_id, score in scores.items()
            if score is not None
        ]
        written = self._upsert(rows) if rows else 0
        self.env.cr.execute(
            SQL("DELETE FROM logistics_profile_score WHERE profile_id = ANY(%s)", unscored)
        )
        self.env["logistics.profile"].invalidate_model(flush=False)
        self.invalidate_model(flush=False)
        return written + self.env.cr.rowcount

    def _prepare_score_row(self, score):
        """Return the columns of a score after profile, company and scheme."""
        explanation = json.dumps(
            [
                {
                    "criterion_id": line.key,
                    "value": None if line.value is None else float(line.value),
                    "points": line.points,
                    "weight": line.weight,
                }
                for line in score.lines
            ]
        )
        return (
            score.total,
            score.dimensions.get("value"),
            score.dimensions.get("complexity"),
            score.dimensions.get("stability"),
            explanation,
        )

    def _upsert(self, rows):
        self.env.cr.execute(
            SQL(
                """INSERT INTO logistics_profile_score AS held
                        (profile_id, company_id, scheme_id, score, value_score,
                         complexity_score, stability_score, explanation)
                   SELECT * FROM UNNEST(%s::int4[], %s::int4[], %s::int4[], %s::float8[],
                                        %s::float8[], %s::float8[], %s::float8[], %s::jsonb[])
                   ON CONFLICT (profile_id) DO UPDATE
                      SET (scheme_id, score, value_score, complexity_score, stability_score,
                           explanation)
                        = ROW(excluded.scheme_id, excluded.score, excluded.value_score,
                              excluded.complexity_score, excluded.stability_score,
                              excluded.explanation)
                    WHERE (held.scheme_id, held.score, held.explanation)
                       IS DISTINCT FROM
                          (excluded.scheme_id, excluded.score, excluded.explanation)""",
                *(list(column) for column in zip(*rows, strict=True)),
            )
        )
        return self.env.cr.rowcount
