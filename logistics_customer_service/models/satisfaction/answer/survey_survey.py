from odoo import api, fields, models
from odoo.tools import is_html_empty

from ....tools.satisfaction.answers import name_step
from ...customer.logistics_profile_mixin import AGENTS

MAX_WORDS = 2000
MAX_LINE = 200
CHOICES = ("simple_choice", "multiple_choice")
INPUTS = {
    "text_box": "words",
    "char_box": "line",
    "numerical_box": "number",
    "date": "date",
    "datetime": "datetime",
}


class SurveySurvey(models.Model):
    """Questionnaires of customer service, edited by its managers. A questionnaire as a form of one
    page, and what was sent by it.
    """

    _inherit = "survey.survey"

    logistics_warning = fields.Text(
        string="To Put Right",
        compute="_compute_logistics_warning",
        help="What keeps answers to the questionnaire from becoming figures.",
    )
    logistics_feedback_count = fields.Integer(
        string="Customer Answers", compute="_compute_logistics_feedback_count", groups=AGENTS
    )

    def _compute_logistics_feedback_count(self):
        # of the companies that the person may see; one grouped read for all
        counts = dict(
            self.env["logistics.feedback"]._read_group(
                [("survey_id", "in", self.ids)], ["survey_id"], ["__count"]
            )
        )
        for survey in self:
            survey.logistics_feedback_count = counts.get(survey, 0)

    @api.depends("survey_type")
    @api.depends_context("uid")
    def _compute_allowed_survey_types(self):
        """Service managers make questionnaires of their own kind without Odoo's survey rights."""
        result = super()._compute_allowed_survey_types()
        if self.env.user.has_group("logistics_customer_service.group_manager"):
            for survey in self:
                survey.allowed_survey_types = [*(survey.allowed_survey_types or []), "logistics"]
        return result

    @api.depends(
        "survey_type",
        "question_and_page_ids.logistics_part",
        "question_and_page_ids.question_type",
        "question_and_page_ids.suggested_answer_ids.logistics_value",
    )
    def _compute_logistics_warning(self):
        for survey in self:
            logistics = survey.survey_type == "logistics"
            survey.logistics_warning = "\n".join(survey._get_logistics_faults() if logistics else [])

    def _get_logistics_faults(self):
        """Return sentences on what keeps answers from becoming figures."""
        faults = []
        parts = set(self.question_ids.mapped("logistics_part"))
        # what staff note of their own service is no voice of customers
        if self.logistics_use != "inspection" and not parts & {"overall", "recommend", "effort", "score"}:
            faults.append(self.env._("No question measures anything."))
        for question in self.question_ids:
            choices = question.suggested_answer_ids
            is_figure = question.logistics_part not in (False, "reason", "text")
            if (
                is_figure
                and question.question_type == "simple_choice"
                and not any(choices.mapped("logistics_value"))
            ):
                faults.append(self.env._("No answer of “%s” has a value.", question.title))
        return faults

    def get_formview_id(self, access_uid=None):
        """Managers without rights on Odoo's surveys get the form of ours."""
        if self.survey_type == "logistics":
            return self.env.ref("logistics_customer_service.survey_survey_view_form_logistics").id
        return super().get_formview_id(access_uid=access_uid)

    def action_view_feedback(self):
        """Open the answers to these questionnaires."""
        return self.env["logistics.feedback"]._get_feedback_action([("survey_id", "in", self.ids)])

    # === BUSINESS METHODS ===#

    def _prepare_answer_form(self, given=None, problems=None):
        """Return all that the form shows: texts and numbers, no records.

        To be called as superuser, in the language of whoever reads it.

        :param dict given: what was answered before, text or list of chosen ids by question id
        :param dict problems: what is wrong with an answer, a sentence by question id
        """
        self.ensure_one()
        questions = [
            question._prepare_answer_question(
                (given or {}).get(question.id), (problems or {}).get(question.id)
            )
            for question in self._get_answer_questions()
        ]
        return {
            "title": self.title,
            "intro": False if is_html_empty(self.description) else self.description,
            "questions": questions,
            "rules": self._get_answer_rules(questions),
            "is_long": sum(one["kind"] != "section" and not one["triggers"] for one in questions) > 5,
        }

    def _get_answer_questions(self):
        """Return the questions and sections that a form can show, in their order."""
        return self.question_and_page_ids.filtered(
            lambda question: question.is_page or question.question_type != "matrix"
        )

    def _get_answer_rules(self, questions):
        """Return the style by which conditional questions show once they are asked, without scripts.

        Where a browser does not know ``:has`` they are there from the start.
        """
        rules = []
        for question in questions:
            if question["triggers"]:
                box = f"#b{question['id']}"
                chosen = ",".join(f"#o{answer}:checked" for answer in question["triggers"])
                rules.append(f"{box}{{display:none}}form:has({chosen}) {box}{{display:block}}")
        return f"@supports selector(:has(a)){{{''.join(rules)}}}" if rules else False

    def _prepare_rating_steps(self):
        """Return the steps of the overall score, the worst first: value and label."""
        overall = self.question_ids.filtered(lambda question: question.logistics_part == "overall")[:1]
        if overall._get_answer_kind() != "faces":
            return []
        return [
            {"value": answer.logistics_value, "label": answer.value}
            for answer in overall._get_answer_choices()
        ]

    def _read_answers(self, sent):
        """Return what a form sent, as requests take it.

        What is left over from a question that is not asked any more is left out.

        :param sent: ``get`` texts and ``getlist`` them by name ``q<id>``, trusted in nothing
        :return: text or list of chosen ids or None by question id
        """
        answers, chosen = {}, set()
        for question in self._get_answer_questions():
            triggers = question._get_triggers()
            if question.is_page or (triggers and chosen.isdisjoint(triggers)):
                continue
            answer = question._read_answer(sent.getlist(f"q{question.id}"))
            answers[question.id] = answer
            if question.question_type in CHOICES:
                chosen.update(answer or ())
            elif answer:
                chosen.add(name_step(question.id, answer))
        return answers

    def _get_answer_problems(self, answers, complete=True):
        """Return what is missing, a sentence by question id.

        :param bool complete: False where the rest may come later
        """
        if not any(answers.values()):
            first = next(iter(answers), 0)
            return {first: self.env._("Please choose an answer.")}
        problems = {
            question.id: question._get_answer_problem(answers[question.id], complete)
            for question in self.question_ids
            if question.id in answers
        }
        return {question_id: problem for question_id, problem in problems.items() if problem}
