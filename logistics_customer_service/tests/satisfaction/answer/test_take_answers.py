from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...common import MODULE
from .common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestTakeAnswers(FeedbackCommon):
    def _scores(self, feedback):
        return sorted(
            (score.part, score.aspect_id.code or "", score.value) for score in feedback.score_ids
        )

    def test_an_answer_becomes_feedback_with_the_facts_it_is_about(self):
        request = self._request()
        outcome = self._take(
            request, 2, ["late", "courier"], "Two days late!", timeliness=1, courier=2
        )
        self.assertEqual(outcome, "first")
        feedback = request.feedback_id
        self.assertEqual((feedback.overall, feedback.comment), (2, "Two days late!"))
        self.assertEqual(
            self._scores(feedback),
            [
                ("overall", "", 2),
                ("reason", "courier", 1),
                ("reason", "timeliness", 1),
                ("score", "courier", 2),
                ("score", "timeliness", 1),
            ],
        )
        self.assertEqual(feedback.picking_id, self.picking)
        self.assertEqual(feedback.order_id, self.order)
        self.assertEqual(feedback.warehouse_id, self.warehouse)
        self.assertEqual(feedback.profile_id, self.profile)
        self.assertEqual(feedback.tier_id, self.profile.tier_id)
        self.assertEqual((feedback.punctuality, feedback.days_late), ("late", 2))
        self.assertEqual(feedback.channel, "mail")
        self.assertEqual((request.state, feedback.state), ("answered", "done"))
        self.assertEqual(request.answered_at, feedback.answered_at)

    def test_a_day_early_is_on_time(self):
        self._promise(self._days_ago(1))
        request = self._request()
        self._take(request, 5)
        feedback = request.feedback_id
        self.assertEqual((feedback.punctuality, feedback.days_late), ("on_time", -1))

    def test_punctuality_follows_what_is_judged_later(self):
        request = self._request()
        self._take(request, 5)
        feedback = request.feedback_id
        self.assertEqual(feedback.punctuality, "late")
        self._promise(self._days_ago(0))
        self._judge_outcomes()
        self.assertEqual(feedback.punctuality, "on_time")

    def test_what_is_not_delivered_is_not_judged(self):
        order = self._order(self.person)
        request = self._request(picking_id=order.picking_ids.id)
        self._take(request, 5)
        self.assertEqual(request.feedback_id.punctuality, "unknown")

    def test_odoo_knows_the_answer_as_its_own(self):
        request = self._request()
        self._take(request, 5, timeliness=4)
        user_input = request.user_input_id
        self.assertEqual(user_input.state, "done")
        self.assertEqual(user_input.survey_request_id, request)
        self.assertEqual(user_input.partner_id, self.person)
        after_low = self._question("delivery_reason") | self._question("delivery_comment")
        asked = self.survey.question_ids - after_low
        self.assertEqual(user_input.predefined_question_ids, asked)
        lines = {line.question_id: line for line in user_input.user_input_line_ids}
        self.assertEqual(set(lines), set(asked), "one line a question asked, none for the others")
        self.assertEqual(lines[self._question("delivery_timeliness")].value_scale, 4)
        self.assertTrue(lines[self._question("delivery_courier")].skipped)
        overall = self._question("delivery_overall")
        [statistics] = overall._prepare_statistics(user_input.user_input_line_ids)
        self.assertEqual(len(statistics["answer_line_done_ids"]), 1)

    def _relation_request(self):
        policy = self.policy.copy(
            {"survey_id": self.env.ref(f"{MODULE}.survey_relation").id, "trigger": "manual"}
        )
        return self._request(policy, picking_id=False)

    def test_nought_of_ten_is_an_answer(self):
        request = self._relation_request()
        recommend = self._question("relation_recommend")
        answers = {
            self._question("relation_overall").id: [self._choice("relation_overall_3")],
            recommend.id: "0",
        }
        request._take_answers([{"answers": answers}])
        feedback = request.feedback_id
        self.assertEqual((feedback.recommend, feedback.recommends), (0, "detractor"))
        line = request.user_input_id.user_input_line_ids.filtered(
            lambda line: line.question_id == recommend
        )
        self.assertEqual((line.skipped, line.answer_type, line.value_scale), (False, "scale", 0))
        self.assertIn(("recommend", "", 0), self._scores(feedback))

    def test_not_said_is_no_nought(self):
        request = self._relation_request()
        overall = {self._question("relation_overall").id: [self._choice("relation_overall_5")]}
        request._take_answers([{"answers": overall}])
        self.assertFalse(request.feedback_id.recommends)
        self.assertEqual(self._scores(request.feedback_id), [("overall", "", 5)])

    def test_expectation_and_importance_have_their_aspect(self):
        request = self._relation_request()
        answers = {
            self._question("relation_overall").id: [self._choice("relation_overall_4")],
            self._question("relation_importance_price").id: "5",
            self._question("relation_expectation_timeliness").id: 4,
            self._question("relation_score_price").id: "2",
        }
        request._take_answers([{"answers": answers}])
        self.assertEqual(
            self._scores(request.feedback_id),
            [
                ("expectation", "timeliness", 4),
                ("importance", "price", 5),
                ("overall", "", 4),
                ("score", "price", 2),
            ],
        )

    def test_a_case_is_judged_with_who_worked_on_it(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "user_id": self.agent.id}
        )
        policy = self.policy.copy({"survey_id": self.env.ref(f"{MODULE}.survey_case").id})
        request = self._request(policy, picking_id=False, complaint_id=case.id)
        answers = {
            self._question("case_overall").id: [self._choice("case_overall_5")],
            self._question("case_effort").id: "6",
        }
        request._take_answers([{"answers": answers, "channel": "phone", "lang": "en_US"}])
        feedback = request.feedback_id
        self.assertEqual((feedback.complaint_id, feedback.agent_id), (case, self.agent))
        self.assertEqual((feedback.effort, feedback.channel), (6, "phone"))
        self.assertEqual((feedback.lang, feedback.punctuality), ("en_US", "unknown"))
        self.assertEqual(case.feedback_count, 1)

    def test_a_double_tap_is_one_answer(self):
        request = self._request()
        self.assertEqual(self._take(request, 4), "first")
        self.assertEqual(self._take(request, 4), "same")
        inputs = self.env["survey.user_input"].search([("survey_request_id", "=", request.id)])
        self.assertEqual(len(inputs), 1)
        self.assertFalse(request.feedback_id.revision_count)

    def test_the_first_answer_stands_and_later_ones_are_revisions(self):
        request = self._request()
        self._take(request, 5)
        first = request.user_input_id
        self.assertEqual(self._take(request, 2, ["late"], "On reflection"), "revision")
        self.assertEqual(self._take(request, 2, ["late"], "On reflection"), "same")
        feedback = request.feedback_id
        self.assertEqual((feedback.overall, feedback.revision_count), (5, 1))
        self.assertEqual((feedback.user_input_id, request.user_input_id), (first, first))
        self.assertEqual(self._scores(feedback), [("overall", "", 5)])
        self.assertIn("On reflection", feedback.answers_html)
        self.assertEqual(self._take(request, 5), "revision", "back again is a change, too")

    def test_a_begun_answer_is_completed(self):
        request = self._request()
        self.assertEqual(self._take(request, 2, extra={"complete": False}), "partial")
        feedback, user_input = request.feedback_id, request.user_input_id
        self.assertEqual((request.state, feedback.state), ("partial", "partial"))
        self.assertEqual(user_input.state, "in_progress")
        self.assertFalse(request.answered_at)
        self.assertEqual(self._take(request, 2, extra={"complete": False}), "same")
        self.assertEqual(self._take(request, 3, ["price"]), "first")
        self.assertEqual((request.feedback_id, request.user_input_id), (feedback, user_input))
        self.assertEqual((request.state, feedback.state), ("answered", "done"))
        self.assertEqual(
            self._scores(feedback), [("overall", "", 3), ("reason", "price", 1)]
        )
        self.assertEqual(user_input.state, "done")
        self.assertFalse(feedback.revision_count)

    def test_a_begun_answer_is_completed_although_odoos_was_deleted(self):
        request = self._request()
        self._take(request, 2, extra={"complete": False})
        request.user_input_id.unlink()
        self.assertEqual(self._take(request, 3), "first")
        self.assertEqual((request.user_input_id.state, request.feedback_id.overall), ("done", 3))

    def test_what_is_saved_after_sending_changes_nothing(self):
        request = self._request()
        self._take(request, 5)
        self.assertEqual(self._take(request, 1, extra={"complete": False}), "same")
        self.assertEqual((request.state, request.feedback_id.overall), ("answered", 5))

    def test_nobody_is_reminded_who_answered(self):
        request = self._request(due_at="2030-01-01 08:00:00")
        self._take(request, 5)
        self.assertFalse(request.due_at)

    def _refused(self, answers, pattern, **extra):
        request = self._request()
        with self.assertRaisesRegex(ValidationError, pattern):
            request._take_answers([{"answers": answers, **extra}])
        self.assertFalse(request.feedback_id)
        self.assertEqual(request.state, "sent")

    def test_bad_answers_are_refused_with_a_sentence(self):
        overall = self._question("delivery_overall").id
        comment = self._question("delivery_comment").id
        timeliness = self._question("delivery_timeliness").id
        good, bad = self._answers(4), self._answers(2)
        foreign = self._choice("case_overall_5")
        for answers, pattern in (
            ({}, "is missing: How satisfied"),
            ({comment: "Hello", overall: []}, "is missing: How satisfied"),
            ({**good, self._question("case_overall").id: [foreign]}, "another questionnaire"),
            ({**good, overall: [foreign]}, "answers offered"),
            (
                {overall: [self._choice("delivery_overall_1"), self._choice("delivery_overall_2")]},
                "one answer only",
            ),
            ({**good, timeliness: "6"}, "outside the scale"),
            ({**good, timeliness: "0"}, "outside the scale"),
            ({**good, timeliness: "two"}, "with a number"),
            ({**bad, comment: "x" * 5001}, "too long"),
            ({**bad, comment: "a\0b"}, "cannot be kept"),
        ):
            with self.subTest(pattern=pattern):
                self._refused(answers, pattern)

    def test_what_is_saved_says_something(self):
        comment = {self._question("delivery_comment").id: " "}
        self._refused(comment, "at least one question", complete=False)

    def test_a_bad_answer_stores_nothing_of_its_batch(self):
        good, bad = self._request(), self._request()
        with self.assertRaises(ValidationError):
            (good + bad)._take_answers([{"answers": self._answers(5)}, {"answers": {}}])
        self.assertFalse((good + bad).feedback_id)

    def test_reasons_that_a_better_score_took_back_are_left_out(self):
        request = self._request()
        self._take(request, 5, ["late"])
        self.assertEqual(self._scores(request.feedback_id), [("overall", "", 5)])

    def test_a_withdrawn_request_takes_no_answer(self):
        request = self._request(state="revoked")
        with self.assertRaisesRegex(ValidationError, "withdrawn"):
            self._take(request, 5)

    def test_an_agent_without_rights_on_surveys_enters_and_reads_an_answer(self):
        request = self._request().with_user(self.agent)
        self.assertEqual(self._take(request, 4, extra={"channel": "phone"}), "first")
        feedback = request.feedback_id
        self.assertIn("Satisfied", feedback.answers_html)
        self.assertTrue(feedback.user_input_id.user_input_line_ids[0].question_id.title)
        self.assertFalse(feedback.has_access("write"))

    def test_answers_of_another_company_are_not_shown(self):
        other = self.env["res.company"].create({"name": "Other Logistics"})
        stranger = self._new_user("stranger_f", "group_manager", company=other)
        request = self._request()
        self._take(request, 4)
        feedback = request.feedback_id
        user_input = request.user_input_id
        abroad = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for record in (feedback, feedback.score_ids, user_input, user_input.user_input_line_ids):
            self.assertFalse(record.with_env(abroad).has_access("read"))
            self.assertTrue(record.with_user(self.agent).has_access("read"))

    def test_the_public_takes_part_through_code_only(self):
        request = self._request()
        self._take(request.with_user(self.env.ref("base.public_user")), 5)
        self.assertEqual(request.state, "answered")

    def test_what_was_answered_goes_with_the_request_and_that_with_the_person(self):
        """The person's own deletion would trip over rows of this very transaction."""
        request = self._request()
        self._take(request, 2, ["late"], "Call me")
        self._take(request, 3, ["late"], "Or rather not")
        kept = self.env["survey.user_input"].search([("survey_request_id", "=", request.id)])
        lines, feedback = kept.user_input_line_ids, request.feedback_id
        self.assertEqual(len(kept), 2)
        request.unlink()
        self.env.invalidate_all()
        for record in (feedback, kept, lines):
            self.assertFalse(record.exists(), record)
        self.assertEqual(self.Request._fields["partner_id"].ondelete, "cascade")

    def test_queries_do_not_grow_with_the_answers(self):
        """Rows are inserted a thousand at a time; nothing is asked for each answer."""

        def queries(count):
            return self._count_taken(
                [{"answers": self._answers(1 + n % 5, timeliness=3)} for n in range(count)]
            )

        self.policy.reaction = "none"
        queries(2)
        few, many = queries(10), queries(60)
        self.assertLess(many - few, 10)
