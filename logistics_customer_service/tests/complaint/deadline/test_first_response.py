from odoo.tests import tagged

from .common import ClockCommon, shanghai


@tagged("post_install", "-at_install")
class TestFirstResponse(ClockCommon):
    """What reached the customer counts, by whichever way; what did not, does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._customer("Carrier", email="carrier@x.example")

    def setUp(self):
        super().setUp()
        self.case = self._case(shanghai(2, 9))

    def _is_met(self):
        self.env.invalidate_all()
        return bool(self._clock(self.case, "first_response").stopped_at)

    def test_what_nobody_gets_is_no_answer(self):
        silent = self._customer("No Address")
        for name, vals in {
            "without recipients": {"partner_ids": []},
            "a note to nobody": {"partner_ids": [], "subtype_xmlid": "mail.mt_note"},
            "a note to the customer": {"subtype_xmlid": "mail.mt_note"},
            "to a carrier": {"partner_ids": self.stranger.ids},
            "to a colleague": {"partner_ids": self.manager.partner_id.ids},
            "to somebody without address": {"partner_ids": silent.ids},
        }.items():
            with self.subTest(name):
                self._reply(self.case, shanghai(2, 10), **vals)
                self.assertFalse(self._is_met())
                self.assertFalse(self.case.first_reply_at)

    def test_what_the_portal_does_not_show_is_no_answer_and_the_other_way_round(self):
        for recipients in ([], self.stranger.ids, self.customer.ids):
            self._reply(self.case, shanghai(2, 10), body="On its way", partner_ids=recipients)
            shown = any("On its way" in one["text"] for one in self.case._prepare_customer_page()["messages"])
            self.assertEqual(shown, self._is_met(), recipients)

    def test_every_way_to_the_customer_counts(self):
        child = self.env["res.partner"].create(
            {"name": "Clerk", "parent_id": self.customer.id, "email": "clerk@x.example"}
        )
        for name, vals in {
            "the customer": {"partner_ids": self.customer.ids},
            "one of the customer's people": {"partner_ids": child.ids},
            "an address typed in": {"partner_ids": [], "outgoing_email_to": "customer@x.example"},
            "a mail of ours from outside": {
                "partner_ids": [],
                "message_type": "email",
                "incoming_email_to": "Customer <customer@x.example>",
            },
        }.items():
            with self.subTest(name):
                self.case = self._case(shanghai(2, 9))
                self._reply(self.case, shanghai(2, 10), **vals)
                self.assertTrue(self._is_met())

    def test_who_follows_the_case_gets_it(self):
        self.case.message_subscribe(partner_ids=self.customer.ids)
        self._reply(self.case, shanghai(2, 10), partner_ids=[])
        self.assertTrue(self._is_met())

    def test_an_answer_that_nobody_got_leaves_the_customer_waiting(self):
        self.case.customer_answered = True
        self._reply(self.case, shanghai(2, 10), partner_ids=[])
        self.assertTrue(self.case.customer_answered)
        self._reply(self.case, shanghai(2, 11))
        self.assertFalse(self.case.customer_answered)

    def test_a_call_noted_as_made(self):
        call = self.case.with_user(self.agent).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.agent.id
        )
        other = self.case.with_user(self.agent).activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id
        )
        other.action_feedback("Looked into it")
        self.assertFalse(self._is_met())
        call.action_feedback("Told him")
        self.assertTrue(self._is_met())
