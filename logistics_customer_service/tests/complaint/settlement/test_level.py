from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import ResolutionCommon


@tagged("post_install", "-at_install")
class TestLevel(ResolutionCommon):
    """A case goes up with a reason and what shows it, and outside when the customer went there."""

    def _step(self, **vals):
        action = self.case.with_user(self.agent).action_step_up()
        step = self.env[action["res_model"]].with_user(self.agent).with_context(**action["context"])
        return step.create(vals)

    def test_the_button_alone_changes_nothing(self):
        self.case.with_user(self.agent).action_step_up()
        self.assertEqual(self.case.resolution_level, "first")

    def test_reason_and_evidence(self):
        with self.assertRaises(UserError):
            self._step(reason="Too little").action_step_up()
        with self.assertRaises(UserError):
            self._step(reason=" ", evidence_name="Call of today").action_step_up()
        self._step(reason="Too little", evidence_name="Call of today").action_step_up()
        self.assertEqual(self.case.resolution_level, "next")
        self.assertEqual(self.case.evidence_ids.name, "Call of today")
        self.assertTrue(any("Too little" in body for body in self.case.message_ids.mapped("body")))

    def test_outside_is_where_the_customer_went(self):
        self._step(reason="Too little", evidence_name="Call of today").action_step_up()
        today = self.company._get_logistics_today()
        there = {"external_body": "Regulator", "external_on": today}
        for missing in (
            {"evidence_name": "Notice"},
            {"evidence_name": "Notice", "external_body": "Regulator"},
            {**there},
        ):
            with self.assertRaises(UserError):
                self._step(reason="Still too little", **missing).action_step_up()
        with self.assertRaises(ValidationError):
            tomorrow = {**there, "external_on": today + timedelta(days=1)}
            self._step(reason="Still", evidence_name="Notice", **tomorrow).action_step_up()
        self._step(reason="Still", evidence_name="Notice", **there).action_step_up()
        self.assertEqual(self.case.resolution_level, "external")
        self.assertEqual(self.case.external_on, today)

    def test_evidence_of_another_case(self):
        other = self._case()
        evidence = self.env["logistics.evidence"].create({"complaint_id": other.id, "name": "Photo"})
        with self.assertRaises(UserError):
            self._step(reason="Too little", evidence_id=evidence.id).action_step_up()

    def test_closed_inquiry_becomes_no_complaint(self):
        case = self._case(kind="inquiry")
        case._move_to_phase("closed")
        with self.assertRaises(UserError):
            case.with_user(self.agent).kind = "complaint"
        self.company.logistics_close_cause = True
        case._move_to_phase("working")
        case.with_user(self.agent).kind = "complaint"
        with self.assertRaises(UserError):
            case.with_user(self.agent)._move_to_phase("closed")

    def test_closed_case_keeps_what_it_needed(self):
        case = self._case(kind="inquiry")
        self.company.logistics_close_category = True
        case._move_to_phase("closed")
        with self.assertRaises(UserError):
            case.with_user(self.agent).category_id = False

    def test_policy_refuses_to_close_without_an_answer(self):
        self.company.logistics_answer_to_close = True
        case = self._case(kind="inquiry")
        with self.assertRaises(UserError):
            case._move_to_phase("closed")
        case.action_note_spoken()
        case._move_to_phase("closed")
        self.assertEqual(case.phase, "closed")
