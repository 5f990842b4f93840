from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...common import MODULE
from ...shipment.exception.test_exceptions import ExceptionCommon


@tagged("post_install", "-at_install")
class TestIncident(ExceptionCommon):
    """A case made from an exception is ours: the customer has not turned to us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["logistics.service.team"].create(
            {
                "name": "Test Team",
                "company_id": cls.company.id,
                "member_ids": [Command.set(cls.agent.ids)],
                "acknowledgement_template_id": cls.env.ref(
                    f"{MODULE}.mail_template_acknowledgement"
                ).id,
            }
        )

    def _form(self, exception, user=None):
        action = exception.with_user(user or self.agent).action_register_complaint()
        intake = self.env["logistics.complaint.intake"].with_user(user or self.agent)
        return Form(intake.with_company(self.company).with_context(**action["context"]))

    def _register(self, form):
        return self.env["logistics.complaint"].browse(form.save().action_register()["res_id"])

    def test_channel_and_kind_say_it_was_ours(self):
        exception = self._late()
        case = self._register(self._form(exception))
        self.assertEqual((case.kind, case.channel), ("incident", "own"))
        self.assertEqual(case.picking_ids, exception.picking_id)
        self.assertEqual((exception.state, exception.complaint_id), ("settled", case))
        self.assertEqual(exception.user_id, self.agent)
        self.assertIn(case.number, exception.outcome)
        self.assertEqual(case.exception_ids, exception)
        self.assertEqual(exception.action_view_case()["res_id"], case.id)

    def test_nobody_is_thanked_nor_waits_for_an_answer(self):
        exception = self._late()
        exception.partner_id.email = "office@late.example.com"
        case = self._register(self._form(exception))
        self.assertTrue(case.email_from)
        self.assertEqual(case.acknowledgement, "none")
        self.assertFalse(
            case.clock_ids.filtered(lambda clock: clock.target in ("acknowledge", "first_response"))
        )
        self.assertIn("resolution", case.clock_ids.mapped("target"))

    def test_it_is_no_complaint(self):
        exception = self._late()
        case = self._register(self._form(exception))
        rows = self.env["logistics.complaint.report"].search([("complaint_id", "=", case.id)])
        self.assertEqual((rows.case_count, rows.complaint_count, rows.valid_count), (1, 0, 0))
        self.assertFalse(
            self.env["logistics.complaint.rate.report"].search([("complaint_id", "=", case.id)])
        )
        portal = self._portal_user("reader", exception.partner_id)
        cases = self.env["logistics.complaint"]
        self.assertNotIn(case, cases.search(cases._get_customer_domain(portal.partner_id)))

    def test_nobody_is_asked_how_it_was_handled(self):
        self.env["logistics.survey.policy"].create(
            {
                "name": "After a case",
                "company_id": self.company.id,
                "trigger": "case_closed",
                "survey_id": self.env.ref(f"{MODULE}.survey_case").id,
            }
        )
        case = self._register(self._form(self._late()))
        told = case.copy({"kind": "complaint", "channel": "phone"})
        (case | told)._move_to_phase("closed")
        asked = self.env["logistics.survey.request"].search(
            [("complaint_id", "in", (case | told).ids)]
        )
        self.assertEqual(asked.complaint_id, told)

    def test_added_to_a_case_that_is_there(self):
        exception = self._late()
        self.assertTrue(exception)
        held = self.env["logistics.complaint"].create(
            {
                "partner_id": exception.partner_id.id,
                "company_id": self.company.id,
                "picking_ids": [Command.set(exception.picking_id.ids)],
            }
        )
        form = self._form(exception)
        form.add_to_id = held
        form.description = "Still at the depot"
        self.assertEqual(self._register(form), held)
        self.assertEqual((exception.state, exception.complaint_id), ("settled", held))
        self.assertFalse(held.customer_answered, "the customer has said nothing")
        self.assertEqual((held.kind, held.channel), ("complaint", "phone"))
        self.assertIn("Still at the depot", held.message_ids[:1].body)
        self.assertTrue(held.message_ids[:1].subtype_id.internal)

    def test_the_customer_complains_after_all(self):
        exception = self._late()
        case = self._register(self._form(exception))
        intake = self.env["logistics.complaint.intake"].with_user(self.agent)
        action = exception.picking_id.with_user(self.agent).action_register_complaint()
        form = Form(intake.with_company(self.company).with_context(**action["context"]))
        form.add_to_id = case
        form.description = "Where is it?"
        self.assertEqual(self._register(form), case)
        self.assertEqual((case.kind, case.channel), ("complaint", "own"))
        self.assertTrue(case.customer_answered)
        first = case.clock_ids.filtered(lambda clock: clock.target == "first_response")
        self.assertEqual(first.started_at, case.customer_wrote_at)

    def test_who_has_it_in_hand_opens_the_case(self):
        exception = self._late()
        other = self._new_user("other", "group_agent")
        exception.with_user(other).action_take()
        with self.assertRaisesRegex(UserError, "in hand"):
            self._register(self._form(exception))
        self.assertEqual(self._register(self._form(exception, other)), exception.complaint_id)

    def test_a_merge_takes_the_exception_along(self):
        exception = self._late()
        case = self._register(self._form(exception))
        kept = case.copy()
        case._merge_into(kept)
        self.assertEqual(exception.complaint_id, kept)
        case.action_undo_merge()
        self.assertEqual(exception.complaint_id, case)
