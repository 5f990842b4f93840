from odoo import fields, models


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    logistics_value = fields.Integer(
        string="Numeric Value", help="What the choice counts as where it is a step of a scale; 0: nothing."
    )
    aspect_id = fields.Many2one(
        "logistics.aspect",
        string="Aspect",
        index="btree_not_null",
        ondelete="restrict",
        help="The side of the service a reason speaks of.",
    )
