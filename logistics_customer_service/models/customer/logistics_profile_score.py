from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.customer import scoring
from ..foundation import bulk

# what changes from night to night
JUDGED = (
    "scheme_id",
    "score",
    "value_score",
    "complexity_score",
    "stability_score",
    "explanation",
)


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
        help="Per criterion its id, the metric's value, the points and the weight; of an age the day "
        "from which it counts, in place of the value."
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
            {
                "profile_id": profile_id,
                "company_id": company.id,
                "scheme_id": scheme.id,
                **self._prepare_score(score),
            }
            for profile_id, score in scores.items()
            if score is not None
        ]
        written = bulk.insert(self, rows, SQL("(profile_id)"), update=JUDGED)
        self.env.cr.execute(
            SQL("DELETE FROM logistics_profile_score WHERE profile_id = ANY(%s)", unscored)
        )
        dropped = self.env.cr.rowcount
        self.env["logistics.profile"].invalidate_model(flush=False)
        self.invalidate_model(flush=False)
        return len(written) + dropped

    def _prepare_score(self, score):
        """Return the columns of a score and what explains it."""
        return {
            "score": score.total,
            "value_score": score.dimensions.get("value"),
            "complexity_score": score.dimensions.get("complexity"),
            "stability_score": score.dimensions.get("stability"),
            "explanation": [
                {
                    "criterion_id": line.key,
                    **self._prepare_value(line),
                    "points": line.points,
                    "weight": line.weight,
                }
                for line in score.lines
            ],
        }

    def _prepare_value(self, line):
        """Return the value of a criterion, as an explanation keeps it."""
        if line.is_day and line.value is not None:
            return {"day": scoring.to_day(line.value).isoformat()}
        return {"value": None if line.value is None else float(line.value)}
