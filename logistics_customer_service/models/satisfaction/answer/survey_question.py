from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ....tools.satisfaction import answers

# the ends of the scale on which each part is answered
RANGES = {
    "overall": (1, 5),
    "score": (1, 5),
    "recommend": (0, 10),
    "effort": (1, 7),
    "expectation": (1, 5),
    "importance": (1, 5),
}
OF_AN_ASPECT = ("score", "expectation", "importance")
ONCE = ("overall", "recommend", "effort")
# a nought on the scale of recommendation is an answer, on a choice it is none
AS_CHOICE = set(RANGES) - {"recommend"}


class SurveyQuestion(models.Model):
    """Questions whose answers become figures."""

    _inherit = "survey.question"

    logistics_survey_type = fields.Selection(
        related="survey_id.survey_type", string="Type of the Questionnaire"
    )

    # === CHECKS ===#

    @api.constrains(
        "logistics_part", "aspect_id", "question_type", "scale_min", "scale_max", "survey_id"
    )
    def _check_logistics_part(self):
        for question in self.filtered("logistics_part"):
            part = question.logistics_part
            if part in RANGES:
                question._check_scale_of_part()
            elif part == "reason" and question.question_type not in answers.CHOICES:
                raise ValidationError(
                    self.env._("Reasons are chosen: “%s” must offer answers.", question.title)
                )
            elif part == "text" and question.question_type not in answers.TEXTS:
                raise ValidationError(
                    self.env._("“%s” measures free text and must be a text box.", question.title)
                )
            if part in OF_AN_ASPECT and not question.aspect_id:
                raise ValidationError(
                    self.env._("Say which aspect “%s” is about.", question.title)
                )

    def _check_scale_of_part(self):
        """Raise when a question cannot be answered on the scale of its part."""
        low, high = RANGES[self.logistics_part]
        if self.question_type == "scale":
            if (self.scale_min, self.scale_max) != (low, high):
                raise ValidationError(
                    self.env._(
                        "The scale of “%(question)s” must go from %(low)s to %(high)s.",
                        question=self.title,
                        low=low,
                        high=high,
                    )
                )
        elif self.question_type != "simple_choice" or self.logistics_part not in AS_CHOICE:
            raise ValidationError(
                self.env._(
                    "“%s” becomes a figure: make it a scale or, but for a recommendation, a "
                    "choice of one answer.",
                    self.title,
                )
            )

    @api.constrains("logistics_part", "survey_id")
    def _check_one_overall(self):
        for survey in self.survey_id:
            parts = survey.question_ids.mapped("logistics_part")
            doubled = [part for part in ONCE if parts.count(part) > 1]
            if doubled:
                label = dict(self._fields["logistics_part"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "“%(survey)s” asks twice for: %(part)s",
                        survey=survey.title,
                        part=label[doubled[0]],
                    )
                )

    @api.constrains("question_type", "survey_id")
    def _check_answerable_kind(self):
        for question in self:
            if question.survey_id.survey_type == "logistics" and question.question_type == "matrix":
                raise ValidationError(
                    self.env._(
                        "Customers answer on a phone: ask “%s” as one question for each row.",
                        question.title,
                    )
                )

    # === ANSWERS ===#

    def _to_pure(self):
        """Return the questions, in the order in which they are asked, for the pure functions."""
        return [question._prepare_pure() for question in self.sorted(lambda q: (q.sequence, q.id))]

    def _prepare_pure(self):
        low, high = self._get_range()
        checked = self.validation_required
        return answers.Question(
            key=self.id,
            kind=self.question_type,
            mandatory=self.constr_mandatory,
            low=low,
            high=high,
            choices=frozenset(self.suggested_answer_ids.ids),
            triggers=frozenset(self.triggering_answer_ids.ids),
            shortest=self.validation_length_min if checked else 0,
            longest=self.validation_length_max if checked else 0,
        )

    def _get_range(self):
        if self.question_type == "scale":
            return self.scale_min, self.scale_max
        if self.question_type == "numerical_box" and self.validation_required:
            return self.validation_min_float_value, self.validation_max_float_value
        return None, None

    def _prepare_line_vals(self, value):
        """Return the lines of Odoo's survey app for a value, a skipped one where there is none."""
        if value is None:
            return [{"skipped": True, "answer_type": False}]
        if self.question_type in answers.CHOICES:
            return [
                {"skipped": False, "answer_type": "suggestion", "suggested_answer_id": choice}
                for choice in value
            ]
        return [
            {
                "skipped": False,
                "answer_type": self.question_type,
                f"value_{self.question_type}": value,
            }
        ]

    def _read_part(self, value):
        """Return what a value says to figures, as tuples of part, question, value and choice."""
        self.ensure_one()
        part, nothing = self.logistics_part, self.suggested_answer_ids.browse()
        if part == "reason":
            return [(part, self, 1, choice) for choice in nothing.browse(value)]
        if part in RANGES and self.question_type == "simple_choice":
            choice = nothing.browse(value)
            return [(part, self, choice.logistics_value, nothing)] if choice.logistics_value else []
        return [(part, self, value, nothing)] if part else []
