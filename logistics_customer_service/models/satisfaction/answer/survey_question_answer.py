from odoo import api, models
from odoo.exceptions import ValidationError

from .survey_question import RANGES


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    @api.constrains("logistics_value", "question_id")
    def _check_logistics_value(self):
        for answer in self.filtered("logistics_value"):
            low, high = RANGES.get(answer.question_id.logistics_part, (0, 0))
            if not low <= answer.logistics_value <= high:
                raise ValidationError(
                    self.env._(
                        "“%(answer)s” counts as %(value)s, which is not on the scale of “%(question)s”.",
                        answer=answer.value,
                        value=answer.logistics_value,
                        question=answer.question_id.title,
                    )
                )
