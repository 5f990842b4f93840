from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import MODULE
from ...satisfaction.answer.common_page import AnsweringCommon


@tagged("post_install", "-at_install")
class TestCallScreen(AnsweringCommon):
    """What an agent sees on a call, and what follows from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Callback = cls.env["logistics.callback"]
        cls.Callback.search([]).unlink()
        cls.by_hand = cls.policy.copy(
            {"trigger": "manual", "active": True, "name": "By phone", "reaction": "case"}
        )
        cls.purpose = cls.env["logistics.callback.purpose"].create(
            {"name": "Survey", "code": "test_survey", "survey_policy_id": cls.by_hand.id}
        )
        cls.profile = cls._profile_of(cls.customer) or cls._profile(cls.customer)

    def _call(self, **vals):
        """Return a call that the agent is on."""
        callback = self.Callback.create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "purpose_id": self.purpose.id,
                **vals,
            }
        ).with_user(self.agent)
        callback.action_call()
        return callback

    def _ask(self, callback):
        """Return the questionnaire that the call's screen opens."""
        action = callback.action_ask_survey()
        self.assertEqual(action["tag"], "logistics_survey_phone")
        return self.env["logistics.survey.phone"].with_user(self.agent).browse(
            action["params"]["phone_id"]
        )

    def _given(self, answer):
        return {str(self.overall.id): [answer.id]}

    def _register(self, callback, **vals):
        """Return the case that the agent registers by the call's button."""
        context = callback.action_open_case()["context"]
        dialogue = self.env["logistics.complaint.intake"].with_user(self.agent)
        with Form(dialogue.with_context(**context)) as form:
            form.name = "Cartons broken"
        intake = form.record
        action = intake.action_register()
        return self.env["logistics.complaint"].browse(action["res_id"])

    def test_the_answer_keeps_the_call(self):
        callback = self._call()
        self.assertEqual(callback.survey_policy_id, self.by_hand)
        phone = self._ask(callback)
        self.assertEqual(phone.action_get_sheet()["person"]["name"], self.customer.name)
        self.assertEqual(phone.action_take_answers(self._given(self.good))["outcome"], "first")
        [answer] = callback.answer_ids
        self.assertEqual((answer.channel, answer.overall, answer.callback_id), ("phone", 4, callback))
        self.assertEqual(callback.outcome, "satisfied")
        self.assertEqual(answer.request_id.occasion, f"callback:{callback.id}")
        again = self._ask(callback)
        self.assertEqual(again.action_get_sheet()["state"], "answered", "the same request")

    def test_two_calls_are_two_answers(self):
        first, second = self._call(), None
        self._ask(first).action_take_answers(self._given(self.good))
        first.outcome = "satisfied"
        first.action_done()
        second = self._call()
        self.assertEqual(self._ask(second).action_take_answers(self._given(self.good))["outcome"], "first")
        self.assertEqual(len(second.answer_ids), 1)

    def test_what_was_asked_by_mail_is_answered_on_the_call(self):
        self.policy.reaction = "none"
        callback = self._call(picking_id=self.picking.id, survey_policy_id=self.policy.id)
        self.assertEqual(self._ask(callback).action_take_answers(self._given(self.good))["outcome"], "first")
        self.assertEqual(callback.answer_ids.picking_id, self.picking)
        requests = self.Request.search(
            [("policy_id", "=", self.policy.id), ("picking_id", "=", self.picking.id)]
        )
        self.assertEqual(len(requests.feedback_id), 1)

    def test_a_low_score_opens_a_case_once(self):
        callback = self._call()
        self._ask(callback).action_take_answers(self._given(self.poor))
        case = callback.answer_ids.reaction_complaint_id
        self.assertEqual((len(case), callback.case_ids, callback.outcome), (1, case, "case"))
        self._ask(callback).action_take_answers(self._given(self.very_poor))
        self.assertEqual(callback.case_ids, case)

    def test_a_low_score_joins_the_case_of_the_same_call(self):
        callback = self._call()
        case = self._register(callback)
        self._ask(callback).action_take_answers(self._given(self.poor))
        self.assertEqual(callback.answer_ids.reaction_complaint_id, case)
        self.assertEqual(callback.case_ids, case)

    def test_without_a_questionnaire_what_fits_is_offered(self):
        callback = self._call(picking_id=self.picking.id, survey_policy_id=False)
        action = callback.action_ask_survey()
        phone = self.env["logistics.survey.phone"].browse(action["res_id"])
        self.assertEqual(phone.offered_policy_ids, self.policy + self.by_hand)

    def test_a_policy_out_of_force_is_not_asked(self):
        callback = self._call()
        self.by_hand.active = False
        with self.assertRaises(UserError):
            callback.action_ask_survey()

    def test_another_customers_call_is_not_named(self):
        elsewhere = self.Callback.create(
            {
                "partner_id": self._customer("Other").id,
                "company_id": self.company.id,
                "purpose_id": self.purpose.id,
            }
        )
        phone = self._ask(self._call())
        phone.sudo().callback_id = elsewhere
        phone.action_take_answers(self._given(self.good))
        self.assertFalse(elsewhere.answer_ids)

    def test_a_case_keeps_the_call(self):
        callback = self._call(picking_id=self.picking.id)
        case = self._register(callback)
        self.assertEqual((case.source_callback_id, callback.outcome), (callback, "case"))
        self.assertEqual((case.picking_ids, case.channel), (self.picking, "phone"))

    def test_what_is_added_to_a_case_follows_from_the_call_too(self):
        case = self.env["logistics.complaint"].create(
            {"name": "Known", "partner_id": self.customer.id, "company_id": self.company.id}
        )
        callback = self._call()
        intake = self.env["logistics.complaint.intake"].with_user(self.agent).create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "description": "Once more",
                "source_callback_id": callback.id,
                "add_to_id": case.id,
            }
        )
        intake.action_register()
        self.assertEqual((callback.outcome, callback.complaint_id), ("case", case))
        self.assertFalse(case.source_callback_id, "it was there before")

    def test_last_contacts(self):
        before = self._call()
        before.note = "All is well"
        before.outcome = "other"
        before.action_done()
        case = self.env["logistics.complaint"].create(
            {"name": "Late again", "partner_id": self.customer.id, "company_id": self.company.id}
        )
        self._call_answer()
        callback = self._call()
        html = callback.contacts_html
        for text in ("All is well", case.number, "Rang twice", self.survey.title):
            self.assertIn(text, html)
        self.assertIn(f"/odoo/logistics.complaint/{case.id}", html)
        self.assertEqual(callback.open_case_ids, case)
        stranger = self._call(partner_id=self._customer("Stranger").id)
        self.assertFalse(stranger.contacts_html)

    def _call_answer(self):
        self.request._take_answers(
            [{"answers": {self.overall.id: [self.good.id], self.comment.id: "Rang twice"}}]
        )

    def test_contacts_of_another_company_are_not_shown(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["logistics.complaint"].with_company(other).create(
            {"name": "Secret", "partner_id": self.customer.id, "company_id": other.id}
        )
        self.assertNotIn("Secret", self._call().contacts_html)

    def test_order_won(self):
        callback = self._call()
        with Form(callback) as form:
            form.order_id = self.picking.sale_id
        self.assertEqual((callback.order_id, callback.outcome), (self.picking.sale_id, "order"))

    def test_order_problems(self):
        under_way = self._delivery("SF9")
        callback = self._call(picking_id=under_way.id)
        action = callback.action_note_problem()
        event = self.env["logistics.shipment.event"].with_user(self.agent).with_context(**action["context"])
        self.assertEqual(event.create({}).picking_id, under_way)
        self.env["logistics.exception"]._detect(under_way)
        callback.invalidate_recordset(["exception_count"])
        self.assertEqual(callback.exception_count, len(under_way.exception_ids))
        found = self.env["logistics.exception"].search(callback.action_view_exceptions()["domain"])
        self.assertIn("problem", found.mapped("kind"))
        callback.picking_id = False
        deliveries = self.env["stock.picking"].search(callback.action_note_problem()["domain"])
        self.assertIn(self.picking, deliveries)

    def test_customers_do_not_see_on_which_call_a_case_was_opened(self):
        case = self._register(self._call())
        portal = self._new_user("portal", "base.group_portal")
        with self.assertRaises(AccessError):
            case.with_user(portal).read(["source_callback_id"])

    def test_the_form_is_whole(self):
        """Every field of the form can be read by an agent without other rights."""
        callback = self._call(picking_id=self.picking.id)
        view = callback.get_view(self.env.ref(f"{MODULE}.logistics_callback_view_form").id, "form")
        names = view["models"]["logistics.callback"]
        [read] = callback.read(list(names))
        self.assertEqual(read["state"], "in_call")
