from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...common import MODULE
from .common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestQuestionnaire(FeedbackCommon):
    def _new_question(self, user=None, **vals):
        survey = self.env["survey.survey"].with_user(user or self.manager).create(
            {"title": "Own", "survey_type": "logistics", "access_mode": "token"}
        )
        return self.env["survey.question"].with_user(user or self.manager).create(
            {"survey_id": survey.id, "title": "Q", "question_type": "scale", **vals}
        )

    def test_questionnaires_for_every_use(self):
        uses = dict(self.env["survey.survey"]._fields["logistics_use"].selection)
        shipped = {
            self.env.ref(f"{MODULE}.survey_{use}").logistics_use: use for use in uses
        }
        self.assertEqual(set(shipped), set(uses))
        for use in uses:
            survey = self.env.ref(f"{MODULE}.survey_{use}")
            self.assertFalse(survey.logistics_warning)
            self.assertFalse(survey.lang_ids, "asked in every language installed")
            self.assertEqual(survey.access_mode, "token", "not for anybody with Odoo's own link")

    def test_a_low_score_asks_for_reasons(self):
        for use in ("delivery", "case", "phone"):
            reason = self._question(f"{use}_reason")
            values = reason.triggering_answer_ids.mapped("logistics_value")
            self.assertEqual(sorted(values), [1, 2, 3])
            self.assertFalse(reason.is_placed_before_trigger)

    def test_after_a_delivery_four_aspects_are_asked_and_nothing_more(self):
        questions = self._question("delivery").question_ids
        always = questions.filtered(lambda question: not question._get_triggers())
        self.assertEqual(
            always.filtered(lambda question: question.logistics_part == "score").aspect_id.mapped("code"),
            ["timeliness", "intactness", "courier", "signing"],
        )
        self.assertEqual(set(always.mapped("logistics_part")), {"overall", "score"})
        self.assertLessEqual(set(always.mapped("question_type")), {"scale", "simple_choice"})
        form = self._question("delivery")._prepare_answer_form()
        self.assertFalse(form["is_long"])
        self.assertEqual(
            [one["part"] for one in form["questions"]],
            ["overall", "score", "score", "score", "score", "reason", "text"],
        )

    def test_a_low_aspect_asks_why(self):
        signing, comment = self._question("delivery_signing"), self._question("delivery_comment")
        for score, asked in ((1, True), (2, True), (3, False), (5, False)):
            sent = {**self._answers(5, comment="Left in the rain"), signing.id: str(score)}
            request = self._request()
            request._take_answers([{"answers": sent}])
            self.assertEqual(request.feedback_id.comment or "", asked and "Left in the rain" or "")
        form = self._question("delivery")._prepare_answer_form()
        self.assertIn(f"#o{signing.id}_1:checked", form["rules"])
        self.assertNotIn(f"#o{signing.id}_3:checked", form["rules"])
        sent = {f"q{signing.id}": ["1"], f"q{comment.id}": ["Wet"]}

        class Sent:
            getlist = staticmethod(lambda name: sent.get(name, []))

        read = self._question("delivery")._read_answers(Sent)
        self.assertEqual(read[comment.id], "Wet")
        sent[f"q{signing.id}"] = ["4"]
        self.assertNotIn(comment.id, self._question("delivery")._read_answers(Sent))

    def test_the_relation_survey_asks_importance_and_expectation(self):
        survey = self.env.ref(f"{MODULE}.survey_relation")
        by_part = survey.question_ids.grouped("logistics_part")
        aspects = self.env["logistics.aspect"].search([])
        for part in ("score", "importance"):
            self.assertEqual(by_part[part].aspect_id, aspects)
        self.assertLess(by_part["expectation"].aspect_id, by_part["score"].aspect_id)

    def test_a_figure_needs_its_scale(self):
        for vals in (
            {"logistics_part": "overall", "scale_min": 0, "scale_max": 10},
            {"logistics_part": "recommend", "scale_min": 1, "scale_max": 5},
            {"logistics_part": "effort", "question_type": "text_box"},
            {"logistics_part": "recommend", "question_type": "simple_choice"},
            {"logistics_part": "overall", "question_type": "multiple_choice"},
            {"logistics_part": "score", "scale_min": 1, "scale_max": 5},
            {"logistics_part": "reason", "question_type": "scale"},
            {"logistics_part": "text", "question_type": "numerical_box"},
            {"question_type": "matrix"},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self._new_question(**vals)
        self._new_question(logistics_part="recommend", scale_min=0, scale_max=10)

    def test_a_choice_counts_within_the_scale(self):
        choice = {"value": "Six", "logistics_value": 6}
        with self.assertRaises(ValidationError):
            self._new_question(
                logistics_part="overall",
                question_type="simple_choice",
                suggested_answer_ids=[Command.create(choice)],
            )

    def test_one_overall_score(self):
        scale = {"question_type": "scale", "scale_min": 1, "scale_max": 5}
        question = self._new_question(logistics_part="overall", **scale)
        second = question.copy()
        self.assertFalse(second.logistics_part)
        with self.assertRaises(ValidationError):
            second.logistics_part = "overall"

    def test_what_keeps_answers_from_figures_is_said(self):
        question = self._new_question(
            logistics_part="overall",
            question_type="simple_choice",
            suggested_answer_ids=[Command.create({"value": "Fine"})],
        )
        self.assertIn("No answer of", question.survey_id.logistics_warning)
        question.suggested_answer_ids.logistics_value = 5
        self.assertFalse(question.survey_id.logistics_warning)

    def test_a_choice_that_counts_as_nothing_is_no_score(self):
        question = self._new_question(
            logistics_part="overall",
            question_type="simple_choice",
            suggested_answer_ids=[
                Command.create({"value": "Fine", "logistics_value": 5}),
                Command.create({"value": "Cannot say"}),
            ],
        )
        policy = self.policy.copy({"survey_id": question.survey_id.id})
        request = self._request(policy)
        unsure = question.suggested_answer_ids[1]
        request._take_answers([{"answers": {question.id: unsure.ids}}])
        self.assertFalse(request.feedback_id.score_ids)
        self.assertEqual((request.feedback_id.overall, request.feedback_id.is_low), (0, False))

    def test_managers_edit_and_agents_read_without_rights_on_surveys(self):
        self.assertFalse(self.manager.has_group("survey.group_survey_user"))
        question = self._new_question(logistics_part="recommend", scale_min=0, scale_max=10)
        form = Form(question.survey_id, view=f"{MODULE}.survey_survey_view_form_logistics")
        form.title = "Renamed"
        form.save()
        self.assertEqual(question.survey_id.title, "Renamed")
        for record in (question.survey_id, question, self._question("delivery_overall_5")):
            mine = record.with_user(self.agent)
            mine.read()
            self.assertFalse(mine.has_access("write"))
        with self.assertRaises(AccessError):
            self._new_question(user=self.agent)

    def test_several_are_read_at_once(self):
        surveys = self.env["survey.survey"].search([("survey_type", "=", "logistics")], limit=3)
        self.assertGreater(len(surveys), 1)
        for survey in surveys.with_user(self.manager):
            self.assertEqual(survey.allowed_survey_types, ["logistics"])

    def test_other_surveys_stay_closed(self):
        survey = self.env["survey.survey"].create({"title": "Staff", "survey_type": "survey"})
        for user in (self.agent, self.manager):
            self.assertFalse(survey.with_user(user).has_access("read"))
