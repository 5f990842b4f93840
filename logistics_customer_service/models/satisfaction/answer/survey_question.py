from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import is_html_empty

from ....tools.satisfaction import answers
from .survey_survey import CHOICES, INPUTS, MAX_LINE, MAX_WORDS

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
STEPS = 5
# scores of an aspect up to this ask why
LOW = 2
WIDE = 8  # so many steps stand in one row of a narrow phone
FACES, STEPPED, CHOICE, SCALE = "faces", "steps", "choice", "scale"


class SurveyQuestion(models.Model):
    """Questions whose answers become figures."""

    _inherit = "survey.question"

    logistics_survey_type = fields.Selection(
        related="survey_id.survey_type", string="Type of the Questionnaire"
    )

    logistics_when_low = fields.Boolean(
        string="Also Where an Aspect Is Low",
        help="Asked where an earlier question about an aspect was answered with 1 or 2, beside the "
        "answers that show it. Without any of them it is not asked.",
    )

    # === CONSTRAINT METHODS ===#

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
        surveys = self.filtered(lambda question: question.logistics_part in ONCE).survey_id
        # asked of the database: core copies a survey while its questions are not all in the cache
        doubled = self._read_group(
            [("survey_id", "in", surveys.ids), ("logistics_part", "in", ONCE)],
            ["survey_id", "logistics_part"],
            having=[("__count", ">", 1)],
        )
        for survey, part in doubled:
            label = dict(self._fields["logistics_part"]._description_selection(self.env))
            raise ValidationError(
                self.env._(
                    "“%(survey)s” asks twice for: %(part)s", survey=survey.title, part=label[part]
                )
            )

    @api.constrains("question_type", "survey_id")
    def _check_answerable_kind(self):
        for question in self.filtered(lambda question: question.question_type == "matrix"):
            if question.survey_id.survey_type == "logistics":
                raise ValidationError(
                    self.env._(
                        "Customers answer on a phone: ask “%s” as one question for each row.",
                        question.title,
                    )
                )

    # === CRUD METHODS ===#

    def copy_data(self, default=None):
        """What a questionnaire asks once counts once: a second question is one without a figure."""
        vals_list = super().copy_data(default)
        # a whole questionnaire is copied as it is
        if not self.env.context.get("__copy_data_seen", {}).get("survey.survey"):
            for question, vals in zip(self, vals_list, strict=True):
                if vals and vals.get("survey_id") == question.survey_id.id:
                    self._count_once(vals)
        return vals_list

    def _count_once(self, vals):
        if vals.get("logistics_part") in ONCE:
            vals["logistics_part"] = False
            for _command, _id, answer in vals.get("suggested_answer_ids") or ():
                answer["logistics_value"] = 0

    # === BUSINESS METHODS ===#

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
            triggers=frozenset(self._get_triggers()),
            shortest=self.validation_length_min if checked else 0,
            longest=self.validation_length_max if checked else 0,
        )

    def _get_triggers(self):
        """Return the answers that show the question: ids of choices, and names of steps of a scale."""
        triggers = self.triggering_answer_ids.ids
        if not self.logistics_when_low:
            return triggers
        place = (self.sequence, self.id)
        for question in self.survey_id.question_ids:
            if question.logistics_part == "score" and (question.sequence, question.id) < place:
                triggers += question._get_low_answers()
        return triggers

    def _get_low_answers(self):
        """Return the answers that are low scores, as :meth:`_get_triggers` does."""
        if self.question_type == "scale":
            return [answers.name_step(self.id, step) for step in range(1, LOW + 1)]
        low = self.suggested_answer_ids.filtered(lambda one: 0 < one.logistics_value <= LOW)
        return low.ids

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

    def _get_answer_kind(self):
        """Return how the question is shown: a section, faces, steps, choices, a scale or an input."""
        if not self or self.is_page:
            return "section"
        if self.question_type == "simple_choice":
            values = set(self.suggested_answer_ids.mapped("logistics_value"))
            stepped = len(values) == len(self.suggested_answer_ids) and 0 not in values
            faces = values == set(range(1, STEPS + 1)) and self.logistics_part == "overall"
            return FACES if faces else STEPPED if stepped else CHOICE
        return INPUTS.get(self.question_type, self.question_type)

    def _get_answer_choices(self):
        """Return the choices in the order in which they stand: steps from the worst to the best."""
        if self._get_answer_kind() in (FACES, STEPPED):
            return self.suggested_answer_ids.sorted("logistics_value")
        return self.suggested_answer_ids

    def _prepare_answer_question(self, given=None, problem=None):
        """Return all that a form shows of the question."""
        kind = self._get_answer_kind()
        options = self._prepare_answer_options(kind, given)
        return {
            "id": self.id,
            "name": f"q{self.id}",
            "kind": kind,
            "title": self.title,
            "hint": False if is_html_empty(self.description) else self.description,
            "placeholder": self.question_placeholder,
            "required": self.constr_mandatory,
            "options": options,
            "columns": len(options) if len(options) <= WIDE else -(-len(options) // 2),
            "low": self.scale_min_label,
            "middle": self.scale_mid_label,
            "high": self.scale_max_label,
            "text": given if isinstance(given, str) else "",
            "max_length": self._get_answer_length(),
            "part": self.logistics_part,
            "triggers": self._get_triggers(),
            "problem": problem,
        }

    def _prepare_answer_options(self, kind, given):
        if kind == SCALE:
            steps = range(self.scale_min, self.scale_max + 1)
            return [
                {"value": step, "step": step, "label": str(step), "chosen": str(step) == given}
                for step in steps
            ]
        return [
            {
                "value": answer.id,
                "step": answer.logistics_value,
                "label": answer.value,
                "chosen": answer.id in (given or ()),
            }
            for answer in self._get_answer_choices()
        ]

    def _get_answer_length(self):
        limit = MAX_WORDS if self.question_type == "text_box" else MAX_LINE
        return min(self.validation_length_max or limit, limit) if self.validation_required else limit

    def _get_answer_problem(self, answer, complete):
        """Return what is wrong with an answer at first sight, in a sentence, or None."""
        if not answer:
            missing = complete and self.constr_mandatory
            return missing and (self.constr_error_msg or self.env._("Please answer this, too."))
        length = self._get_answer_length()
        if isinstance(answer, str) and len(answer) > length:
            return self.env._("Please write no more than %s characters.", length)
        return None

    def _read_answer(self, sent):
        """Return what was sent for the question: text, list of chosen ids, or None.

        Of a question that takes one answer a browser sends one. Whoever sends all there are has not
        chosen: that is kept, for requests to refuse.
        """
        sent = [text.strip() for text in sent if text.strip()]
        if not sent:
            return None
        if self.question_type in CHOICES:
            return [int(text) if text.isdecimal() and len(text) < 10 else 0 for text in sent]
        return sent[0] if len(sent) == 1 else "\n".join(sent)
