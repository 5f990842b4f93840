from odoo import api, fields, models

OPINION, SUGGESTION, WISH = "opinion", "suggestion", "wish"
MARKET, COMPETITOR, EFFECT = "market", "competitor", "effect"
MATTER, OTHER = "matter", "other"


class LogisticsVisitFinding(models.Model):
    """What a visitor heard or saw, by the points of the visit report."""

    _name = "logistics.visit.finding"
    _description = "Finding of a Visit"
    _order = "visit_id, sequence, id"
    _check_company_auto = True

    visit_id = fields.Many2one(
        "logistics.visit", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="visit_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        related="visit_id.user_id", store=True, index=True, string="Visitor"
    )
    customer_id = fields.Many2one(related="visit_id.customer_id", store=True, index=True)
    visited_on = fields.Date(related="visit_id.visited_on", store=True, index=True)
    topic = fields.Selection(
        selection="_get_topics", string="Point", required=True, default=OPINION
    )
    text = fields.Text(string="What", required=True)
    aspect_id = fields.Many2one(
        "logistics.aspect", string="Theme", index="btree_not_null", ondelete="set null"
    )
    competitor = fields.Char(help="Whom it is about, where it is about a competitor.")

    @api.model
    def _get_topics(self):
        return [
            (OPINION, self.env._("Opinion")),
            (SUGGESTION, self.env._("Suggestion")),
            (WISH, self.env._("Wish")),
            (MARKET, self.env._("Market")),
            (COMPETITOR, self.env._("Competitor")),
            (EFFECT, self.env._("Effect")),
            (MATTER, self.env._("Matter Handled")),
            (OTHER, self.env._("Other")),
        ]

    @api.depends("topic", "text")
    def _compute_display_name(self):
        labels = dict(self._get_topics())
        for finding in self:
            text = (finding.text or "").strip()
            finding.display_name = f"{labels.get(finding.topic, '')}: {text}"[:80]
