from odoo import fields, models


class LogisticsFeedbackScore(models.Model):
    """One figure or one reason of an answer."""

    _name = "logistics.feedback.score"
    _description = "Score of an Answer"
    _order = "feedback_id, id"
    _rec_name = "aspect_id"

    feedback_id = fields.Many2one(
        "logistics.feedback", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="feedback_id.company_id", store=True, index=True)
    question_id = fields.Many2one("survey.question", readonly=True, ondelete="set null")
    part = fields.Selection(
        selection=lambda self: self.env["survey.question"]._get_logistics_parts(),
        required=True,
        readonly=True,
    )
    aspect_id = fields.Many2one(
        "logistics.aspect", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    value = fields.Integer(
        readonly=True, aggregator="avg", help="On the scale of the part; of a reason always 1."
    )
    answer_id = fields.Many2one(
        "survey.question.answer", string="Reason", readonly=True, ondelete="set null"
    )
