from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_page import AnsweringCommon


@tagged("post_install", "-at_install")
class TestPhone(AnsweringCommon):
    """Staff fill in a questionnaire with a customer on the telephone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._new_user("clerk", "group_agent", "stock.group_stock_user")

    def _ask(self, record):
        """Return what an agent starts from a record."""
        action = record.with_user(self.clerk).action_answer_by_phone()
        phone_id = action.get("res_id") or action["params"]["phone_id"]
        return action, self.env["logistics.survey.phone"].with_user(self.clerk).browse(phone_id)

    def _given(self, **values):
        """Return answers as the screen sends them: by the question's id as a text."""
        return {str(getattr(self, name).id): value for name, value in values.items()}

    def test_request_sent_by_mail_is_answered_by_phone(self):
        action, phone = self._ask(self.request)
        self.assertEqual(action["tag"], "logistics_survey_phone")
        sheet = phone.action_get_sheet()
        self.assertEqual([q["title"] for q in sheet["questions"]], self.survey.question_ids.mapped("title"))
        self.assertEqual(sheet["person"]["name"], self.customer.name)
        self.assertIn(["Delivery", self.picking.name], sheet["about"])
        given = self._given(
            overall=[self.poor.id], reasons=[self.late.id], recommend=[0], comment="Rang twice"
        )
        result = phone.action_take_answers(given, no_contact=True)
        self.assertEqual(result["outcome"], "first")
        feedback = self.request.feedback_id
        self.assertEqual((feedback.channel, feedback.overall, feedback.comment), ("phone", 2, "Rang twice"))
        self.assertEqual((feedback.recommends, feedback.no_contact), ("detractor", True), "0 is an answer")
        self.assertEqual(feedback.score_ids.answer_id, self.late)
        self.assertEqual(phone.action_get_sheet()["earlier"][0]["comment"], "Rang twice")
        self.assertEqual(phone.action_take_answers(given, no_contact=True)["outcome"], "same")
        later = phone.action_take_answers(self._given(overall=[self.good.id]))
        self.assertEqual(later["outcome"], "revision")

    def test_times_are_the_customers(self):
        self.clerk.tz = "UTC"
        self.customer.tz = "Asia/Shanghai"
        _action, phone = self._ask(self.request)
        delivered = self.picking._get_tracking_delivered_at()
        local = delivered + timedelta(hours=8)
        said = dict(phone.action_get_sheet()["about"])["Delivered"]
        self.assertTrue(said.endswith(f"{local:%H:%M}"), said)

    def test_delivery_that_nobody_asked_about(self):
        self.policy.active = False
        fresh = self._delivery("SF9")
        self._arrive(fresh)
        with self.assertRaises(UserError):
            self._ask(fresh)
        self.policy.active = True
        _action, phone = self._ask(fresh)
        self.assertIs(phone.action_get_sheet()["answered"], False)
        requests = self.Request.search([("picking_id", "=", fresh.id)])
        self.assertFalse(requests, "nothing is planned before there is an answer")
        self.assertEqual(phone.action_take_answers(self._given(overall=[self.good.id]))["outcome"], "first")
        asked = self.Request.search([("picking_id", "=", fresh.id)])
        self.assertEqual((asked.state, asked.feedback_id.overall), ("answered", 4))

    def test_several_policies_are_offered(self):
        by_hand = self.policy.copy({"trigger": "manual", "active": True, "name": "By hand"})
        action, phone = self._ask(self.picking)
        self.assertEqual(action["res_model"], "logistics.survey.phone")
        self.assertEqual(phone.offered_policy_ids, self.policy + by_hand)
        self.assertEqual((phone.policy_id, phone.partner_id), (self.policy, self.customer))
        profile = self._profile_of(self.customer) or self._profile(self.customer)
        action, phone = self._ask(profile)
        self.assertEqual(phone.offered_policy_ids, by_hand)
        self.assertEqual(action["tag"], "logistics_survey_phone")
        self.assertEqual(phone.action_take_answers(self._given(overall=[self.good.id]))["outcome"], "first")
        self.assertEqual(phone.request_id.sudo().policy_id, by_hand)

    def test_policies_out_of_force_are_not_offered(self):
        for trigger in ("delivered", "manual"):
            self.policy.copy({"trigger": trigger, "active": False, "name": "Formerly"})
        _action, phone = self._ask(self.picking.with_context(active_test=False))
        self.assertEqual(phone.with_context(active_test=False).offered_policy_ids, self.policy)

    def test_what_is_missing_or_wrong_is_said(self):
        _action, phone = self._ask(self.request)
        problems = phone.action_take_answers(self._given(comment="Words"))["problems"]
        self.assertEqual(list(problems), [str(self.overall.id)])
        self.assertEqual(
            phone.action_take_answers(self._given(comment="Words"), complete=False)["outcome"], "partial"
        )
        self.assertEqual(phone.action_get_sheet()["questions"][3]["text"], "Words")
        for given in (
            self._given(overall=[self.late.id]),
            self._given(overall=[self.good.id], recommend="11"),
        ):
            with self.assertRaises(ValidationError):
                phone.action_take_answers(given)
        self.assertIn("problems", phone.action_take_answers("nonsense"))

    def test_nobody_answers_for_records_out_of_reach(self):
        _action, phone = self._ask(self.request)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_manager", "stock.group_stock_user", company=company)
        for call in (
            lambda: self.request.with_user(stranger).action_answer_by_phone(),
            lambda: self.picking.with_user(stranger).action_answer_by_phone(),
            lambda: phone.with_user(stranger).action_get_sheet(),
            lambda: phone.with_user(stranger).action_take_answers(self._given(overall=[self.good.id])),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self.request.state, "sent")
