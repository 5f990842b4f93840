from odoo import models
from odoo.tools import is_html_empty

from .survey_survey_form import CHOICES, INPUTS, MAX_LINE, MAX_WORDS

STEPS = 5
WIDE = 8  # so many steps stand in one row of a narrow phone
FACES, STEPPED, CHOICE, SCALE = "faces", "steps", "choice", "scale"


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

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
            "triggers": self.triggering_answer_ids.ids,
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
