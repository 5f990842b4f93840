from collections import Counter

from odoo.tests import tagged

from .mails import ANSWERS, NEW, NOTHING, NUMBER, PARENT, PROGRAMS, SHAPES
from .test_mail import OUTLOOK, MailCommon


@tagged("post_install", "-at_install")
class TestMailShapes(MailCommon):
    """Forty shapes of mails, none like another, and what becomes of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.email = "agent@logistics.example.com"

    def setUp(self):
        super().setUp()
        # each shape is a customer of its own to the gateway, which stops whoever writes too much
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "1000")

    def test_no_two_are_of_the_same_shape(self):
        self.assertGreaterEqual(len(SHAPES), 40)
        self.assertEqual(len({shape.name for shape in SHAPES}), len(SHAPES))
        twice = [name for name, times in Counter(s.fingerprint for s in SHAPES).items() if times > 1]
        self.assertFalse(twice)

    def test_new(self):
        for shape in NEW:
            with self.subTest(shape.name):
                case = self._receive(shape.raw)
                self.assertEqual(len(case), 1)
                self.assertTrue(case.number and case.name)
                self.assertEqual((case.team_id, case.channel), (self.team, "mail"))
                self.assertEqual(case.contact_id, self.person if shape.known else case.contact_id.browse())
                self.assertFalse(case.customer_answered, "what opens a case is no answer to one")
                if shape.subject:
                    self.assertEqual(case.name, shape.subject)
                self.assertEqual(
                    case.acknowledgement, "to_send" if shape.acknowledged else "none"
                )
                self._check_text(shape, case.description or "")
                self._check_files(shape, case.message_ids.attachment_ids)
                self._check_length(shape, case)

    def test_answers(self):
        for shape in ANSWERS:
            with self.subTest(shape.name):
                case = self._receive(OUTLOOK.replace("outlook-1", f"first-{shape.name}"))
                parent = self._answer(case).message_id
                case._move_to_phase("waiting_customer")
                raw = shape.raw.replace(PARENT, parent.encode())
                raw = raw.replace(NUMBER, case.number.encode())
                self.assertEqual(self._receive(raw), case)
                self.assertEqual(case.phase, "working")
                self.assertTrue(case.customer_answered)
                message = case.message_ids.filtered(
                    lambda one, name=shape.name: one.message_id == f"<{name}@mail.example.com>"
                )
                self._check_text(shape, message.body)
                self._check_files(shape, message.attachment_ids)
                if shape.folded:
                    body = message.body
                    self.assertLess(body.index("data-o-mail-quote"), body.index(shape.folded))

    def test_programs(self):
        before = self.Complaint.search([])
        for shape in PROGRAMS:
            with self.subTest(shape.name):
                self.assertEqual(shape.becomes, NOTHING)
                self.assertFalse(self._receive(shape.raw))
        self.assertEqual(self.Complaint.search([]), before)

    def test_programs_that_answer_a_case_move_nothing(self):
        for shape in PROGRAMS:
            with self.subTest(shape.name):
                case = self._receive(OUTLOOK.replace("outlook-1", f"first-{shape.name}"))
                parent = self._answer(case).message_id
                case._move_to_phase("waiting_customer")
                name = shape.name.encode()
                raw = shape.raw.replace(b"Message-ID: <" + name, b"Message-ID: <again-" + name)
                self._receive(b"In-Reply-To: " + parent.encode() + b"\n" + raw)
                self.assertEqual((case.phase, case.customer_answered), ("waiting_customer", False))

    def _check_text(self, shape, text):
        for said in shape.said:
            self.assertIn(said, text)
        for unsaid in ("<script", "onerror=", *shape.unsaid):
            self.assertNotIn(unsaid, text)

    def _check_files(self, shape, files):
        self.assertLessEqual(set(shape.files), set(files.mapped("name")))
        self.assertEqual(set(files.mapped("res_model")) - {"logistics.complaint"}, set())

    def _check_length(self, shape, case):
        if shape.options:
            self.assertLess(len(case.description), shape.options["shorter_than"])
            self.assertGreater(len(case.message_ids[:1].body), shape.options["kept"])
