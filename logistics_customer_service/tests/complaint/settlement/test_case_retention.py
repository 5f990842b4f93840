from datetime import timedelta

from odoo import Command, fields

from ...common import LogisticsCommon

WRITTEN = {"body": "My neighbour saw it", "subject": "Wet!", "message_type": "email"}


class TestCaseRetention(LogisticsCommon):
    """Mails of closed cases are emptied; what an open case or claim needs stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._customer("Customer")
        cls.order = cls._order(cls.customer)
        cls.picking = cls._deliver(cls.order)
        cls.policy = cls._retention("case_mail")
        cls.case = cls._closed_case()

    @classmethod
    def _case(cls, **vals):
        return cls.env["logistics.complaint"].create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def _closed_case(cls, days=60, **vals):
        case = cls._case(description="<p>Wet cartons</p>", **vals)
        case.message_post(**WRITTEN, attachments=[("neighbour.txt", b"words")])
        case._move_to_phase("closed")
        case.sudo()._note_course({"closed_at": fields.Datetime.now() - timedelta(days=days)})
        return case

    def _is_written(self, case):
        return any(case.message_ids.mapped("body")) or bool(case.description)

    def test_closed_cases_lose_what_was_written(self):
        young, still_open = self._closed_case(days=3), self._case(description="<p>x</p>")
        self.assertEqual(self.policy.due_count, 1)
        files = self.case.message_ids.attachment_ids
        messages = self.case.message_ids
        before = self.case.read(["number", "name", "phase", "received_at", "resolved_at", "closed_at"])
        self._run_retention()
        self.assertFalse(self._is_written(self.case))
        self.assertFalse(any(messages.mapped("subject")))
        self.assertFalse(files.exists())
        self.assertEqual(messages.exists(), messages, "who wrote when stays")
        self.assertTrue(self._is_written(young))
        self.assertTrue(self._is_written(still_open))
        self.assertEqual(
            self.case.read(["number", "name", "phase", "received_at", "resolved_at", "closed_at"]),
            before,
        )
        self.assertFalse(self.policy.due_count)
        self._run_retention()
        self.assertEqual(self.policy.done_count, 1)

    def test_questions_to_others_are_emptied_once_they_are_answered(self):
        asked = self.env["logistics.investigation"].create(
            {"complaint_id": self.case.id, "user_id": self.agent.id, "question": "<p>Wet?</p>"}
        )
        asked.message_post(**WRITTEN)
        self._run_retention()
        self.assertTrue(any(asked.message_ids.mapped("body")), "an answer is awaited")
        asked.sudo()._note_course({"state": "answered"})
        self._run_retention()
        self.assertFalse(any(asked.message_ids.mapped("body")))

    def test_reopened_case_is_left_alone(self):
        self.case._move_to_phase("working")
        self._run_retention()
        self.assertTrue(self._is_written(self.case))

    def test_claims_hold_a_closed_case(self):
        recovery = self.env["logistics.recovery"].create(
            {
                "complaint_id": self.case.id,
                "partner_id": self._customer("Carrier").id,
                "claimed_amount": 10,
            }
        )
        recovery.sudo()._note_course({"state": "claimed"})
        self.assertEqual((self.policy.due_count, self.policy.held_count), (0, 1))
        self._run_retention()
        self.assertTrue(self._is_written(self.case))
        recovery.sudo()._note_course({"state": "received"})
        self._run_retention()
        self.assertFalse(self._is_written(self.case))

    def test_open_case_holds_the_earlier_one(self):
        later = self._case()
        later.sudo().previous_id = self.case
        self._run_retention()
        self.assertTrue(self._is_written(self.case))

    def _proof(self):
        return self.env["logistics.shipment.event"].create(
            {
                "picking_id": self.picking.id,
                "kind": "delivered",
                "source": "staff",
                "happened_at": fields.Datetime.now() - timedelta(days=60),
                "signer_name": "Anna Weber",
            }
        )

    def test_open_case_holds_the_proof_of_its_delivery(self):
        proof, policy = self._proof(), self._retention("delivery_proof")
        for vals in (
            {"picking_ids": [Command.set(self.picking.ids)]},
            {"order_ids": [Command.set(self.order.ids)]},
        ):
            case = self._case(**vals)
            self.assertEqual((policy.due_count, policy.held_count), (0, 1))
            self._run_retention()
            self.assertEqual(proof.signer_name, "Anna Weber")
            case._move_to_phase("closed")
            self.env.invalidate_all()
        self._run_retention()
        self.assertFalse(proof.signer_name)

    def test_hundred_cases_in_few_queries(self):
        cases = self.case
        for _number in range(4):
            cases |= self._closed_case()
        self.policy._get_batch(self.company, 0)
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            self.policy._apply(cases.sudo())
        self.assertFalse(any(self._is_written(case) for case in cases))
