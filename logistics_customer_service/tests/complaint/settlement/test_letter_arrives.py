from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...common import MODULE
from ...foundation.mail_server import refuse, refuse_for_a_while, take
from .test_resolution import LetterCommon

NOBODY = refuse(550, "5.1.1 No such user")


class ArrivalCommon(LetterCommon):
    """A case with clocks, whose customer's mail server does as it likes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")  # whose law sets a deadline
        cls.case = cls._case(user_id=cls.agent.id)
        cls.customer.lang = "en_US"

    def _clock(self, target, case=None):
        case = case or self.case
        return case.sudo().clock_ids.filtered(lambda clock: clock.target == target)[-1:]

    def _activities(self, record=None):
        kind = self.env.ref(f"{MODULE}.activity_undelivered")
        record = record or self.case
        return record.activity_ids.filtered(lambda one: one.activity_type_id == kind)

    def _reply(self, case=None, **vals):
        """Return what the agent wrote to the customer in the chatter."""
        case = (case or self.case).with_user(self.agent)
        return case.with_context(mail_notify_force_send=False).message_post(
            **{
                "body": "We look into it.",
                "partner_ids": self.customer.ids,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestLetterArrives(ArrivalCommon):
    """Told is a result when the outgoing server took the letter; a failure voids what it stopped."""

    def test_told_when_the_server_took_it(self):
        letter = self._sent()
        self.assertEqual((letter.state, letter.told_at), ("sending", False))
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.assertEqual(self._hand_over(take), ["lumina@example.com"])
        self.assertEqual(letter.state, "told")
        self.assertGreater(letter.told_at, letter.written_at)
        self.assertEqual(self.case.result_told_at, letter.told_at)
        clock = self._clock("first_response")
        self.assertEqual(clock.stopped_at, letter.written_at, "dated when the agent wrote")
        self.assertEqual(self.case.first_reply_at, letter.written_at)
        self.assertEqual(letter.told_by_id, self.agent)

    def test_refused_for_a_while_is_on_its_way(self):
        letter = self._sent()
        self._hand_over(refuse_for_a_while)
        self.assertEqual(letter.state, "sending")
        self.assertFalse(self._activities())
        self.assertFalse(self._hand_over(take), "not before its time")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self.assertEqual(self._hand_over(take), ["lumina@example.com"])
        self.assertEqual(letter.state, "told")
        self.assertEqual(letter.message_id.notification_ids.notification_status, "sent")

    def test_refused_until_it_is_too_late(self):
        letter = self._sent()
        clock = self._clock("first_response")
        self._hand_over(refuse_for_a_while)
        for hours in range(5, 60, 5):
            with freeze_time(fields.Datetime.now() + timedelta(hours=hours)):
                self._hand_over(refuse_for_a_while)
        self.assertEqual(letter.state, "undelivered")
        self.assertFalse(clock.stopped_at)
        self.assertFalse(self._hand_over(take), "it ends")

    def test_refused_for_good(self):
        self.case.customer_answered = True
        letter = self._sent()
        clock = self._clock("first_response")
        self.assertTrue(clock.stopped_at)
        self.assertFalse(self.case.customer_answered)
        self._hand_over(NOBODY)
        self.assertEqual((letter.state, letter.told_at), ("undelivered", False))
        self.assertIn("No such user", letter.failure_text)
        self.assertFalse(self.case.result_told_at)
        self.assertEqual(self.case.result_state, "undelivered")
        self.assertEqual((clock.state, clock.stopped_at), ("running", False))
        self.assertFalse(self.case.first_reply_at)
        self.assertTrue(self.case.customer_answered, "an answer is due")
        self.assertEqual(self._activities().user_id, self.agent)
        [stop] = clock.event_ids
        self.assertTrue(stop.voided_at, "and the ledger shows why")

    def test_connection_refused_for_good_is_retried_then_ends(self):
        letter = self._sent()
        self._send_mails(down=OSError("no route to host"))
        self.assertEqual(letter.state, "sending")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self.assertEqual(len(self._send_mails()), 1)
        self.assertEqual(letter.state, "told")

    def test_came_back_after_closing(self):
        letter = self._told()
        self.case._move_to_phase("resolved")
        self.case._move_to_phase("closed")
        statutory = self._clock("statutory")
        self.assertEqual((statutory.state, statutory.frozen), ("met", True))
        self._come_back(letter.message_id, self.customer.email)
        self.assertEqual(letter.state, "undelivered")
        self.assertEqual((statutory.state, statutory.frozen), ("running", False))
        self.assertEqual(self._clock("first_response").state, "running")
        self.assertFalse(self.case.result_told_at)
        self.assertEqual(self._activities().user_id, self.agent)
        # the agent tells the customer on the phone
        letter.with_user(self.agent).action_mark_told("phone")
        self.assertEqual((statutory.state, statutory.frozen), ("met", True))
        self.assertEqual(self._clock("first_response").state, "met")
        self.assertTrue(self.case.result_told_at)

    def test_came_back_too_late_for_the_law(self):
        """The clock runs on as if never stopped: it is late when the law's days are over."""
        letter = self._told()
        self.case._move_to_phase("resolved")
        self.case._move_to_phase("closed")
        clock = self._clock("statutory")
        with freeze_time(clock.due_at + timedelta(days=1)):
            self._come_back(letter.message_id, self.customer.email)
            self.assertEqual(clock.state, "breached")

    def test_sent_again(self):
        letter = self._sent()
        self._hand_over(NOBODY)
        self.customer.email = "right@example.com"
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            letter.with_user(self.agent).action_send()
            self.assertEqual(self._hand_over(take), ["right@example.com"])
        self.assertEqual(letter.state, "told")
        self.assertEqual(self._clock("first_response").stopped_at, letter.written_at)

    def test_told_otherwise(self):
        letter = self._letter()
        at = fields.Datetime.now() - timedelta(hours=2)
        self.case.received_at = fields.Datetime.now() - timedelta(hours=5)
        wizard = self.env["logistics.result.letter.told"].with_user(self.agent)
        action = letter.action_tell_otherwise()
        with Form(wizard.with_context(**action["context"])) as form:
            form.way = "letter"
            form.told_at = at
        form.record.action_note()
        self.assertEqual((letter.state, letter.told_by_channel), ("told", "letter"))
        self.assertEqual(letter.told_at, at.replace(microsecond=0))
        self.assertEqual(self._clock("first_response").stopped_at, letter.told_at)
        with self.assertRaises(UserError):
            self._letter().action_mark_told("phone", fields.Datetime.now() + timedelta(days=1))

    def test_silence_takes_no_letter_that_did_not_arrive(self):
        bounced, waiting = self._sent(), self._sent()
        bounced._note_told(fields.Datetime.now())
        self._come_back(bounced.message_id, self.customer.email)
        with freeze_time(fields.Datetime.now() + timedelta(days=60)):
            with self.enter_registry_test_mode():
                self.env.ref(f"{MODULE}.ir_cron_note_silence").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((waiting.state, bounced.state), ("sending", "undelivered"))

    def test_silence_that_was_none(self):
        letter = self._told()
        letter._note_course({"state": "no_answer"})
        self._come_back(letter.message_id, self.customer.email)
        self.assertEqual(letter.state, "undelivered")

    def test_whoever_answers_has_it(self):
        letter = self._sent()
        self.assertTrue(letter._answer(True))
        self.assertEqual(letter.state, "accepted")
        self.assertTrue(letter.told_at)
        self._come_back(letter.message_id, self.customer.email)
        self.assertEqual(letter.state, "accepted")

    def test_case_closes_while_the_letter_is_on_its_way(self):
        self.company.logistics_close_told = True
        letter = self._sent()
        self.case._move_to_phase("closed")
        self._hand_over(NOBODY)
        self.assertEqual(self._clock("first_response").state, "running")
        self.assertEqual(letter.state, "undelivered")
        with self.assertRaises(UserError):
            case = self._case()
            case._move_to_phase("closed")


@tagged("post_install", "-at_install")
class TestReplyArrives(ArrivalCommon):
    """What an agent writes, and what the program acknowledges, hangs on whether it arrives."""

    def test_reply_that_is_refused(self):
        message = self._reply()
        clock = self._clock("first_response")
        self.assertEqual(clock.event_ids.message_id, message)
        self._hand_over(NOBODY)
        self.assertEqual(message.notification_ids.notification_status, "exception")
        self.assertEqual((clock.state, self.case.first_reply_at), ("running", False))
        self.assertEqual(self._activities().user_id, self.agent)

    def test_reply_that_comes_back(self):
        message = self._reply()
        self._hand_over(take)
        self.assertTrue(self._clock("first_response").stopped_at)
        self._come_back(message, self.customer.email)
        self.assertEqual(message.notification_ids.notification_status, "bounce")
        self.assertFalse(self._clock("first_response").stopped_at)

    def test_mail_that_somebody_deletes(self):
        message = self._reply()
        message.sudo().mail_ids.unlink()
        self._apply_results()
        self.assertFalse(self._clock("first_response").stopped_at)

    def test_next_reply_counts_then(self):
        first = self._reply()
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            second = self._reply()
            self._hand_over(take)
            self._come_back(first, self.customer.email)
        clock = self._clock("first_response")
        self.assertEqual(clock.stopped_at, second.date.replace(microsecond=0))
        self.assertEqual(self.case.first_reply_at, second.date)

    def test_call_counts_then(self):
        message = self._reply()
        at = fields.Datetime.now() + timedelta(minutes=10)
        with freeze_time(at):
            self.case._note_reply()
            self._hand_over(take)
            self._come_back(message, self.customer.email)
        self.assertEqual(self._clock("first_response").stopped_at, at.replace(microsecond=0))

    def test_one_of_two_recipients(self):
        """One wrong address keeps a message neither from the others nor from having arrived."""
        wrong = self._customer("Wrong", email="wrong@example.com", parent_id=self.customer.id)
        message = self._reply(partner_ids=(wrong | self.customer).ids)

        def refuse_one(address):
            if address == "wrong@example.com":
                NOBODY(address)

        taken = [address for _run in range(3) for address in self._hand_over(refuse_one)]
        self.assertEqual(taken, ["lumina@example.com"], "once")
        states = {one.res_partner_id: one.notification_status for one in message.notification_ids}
        self.assertEqual(states, {wrong: "exception", self.customer: "sent"})
        self.assertTrue(self._clock("first_response").stopped_at)

    def test_carrier_who_reads_along_is_not_the_customer(self):
        carrier = self._customer("Carrier", email="desk@carrier.example")
        message = self._reply(partner_ids=(carrier | self.customer).ids)
        self._hand_over(take)
        self._come_back(message, self.customer.email)
        self.assertFalse(self._clock("first_response").stopped_at)

    def test_customer_wrote_meanwhile(self):
        """Of two clocks for the same the older goes on."""
        self.case._note_reply()
        self.case.write({"customer_answered": True})
        first = self._clock("next_reply")
        message = self._reply()
        self.assertTrue(first.stopped_at)
        self.case.write({"customer_answered": True})
        second = self._clock("next_reply")
        self.assertNotEqual(first, second)
        self._hand_over(take)
        self._come_back(message, self.customer.email)
        self.assertEqual((first.state, second.state), ("running", "cancelled"))

    def test_question_to_a_carrier(self):
        carrier = self._customer("Carrier", email="desk@carrier.example")
        task = (
            self.env["logistics.investigation"]
            .with_user(self.agent)
            .with_context(mail_notify_force_send=False)
            .create(
                {
                    "complaint_id": self.case.id,
                    "question": "Where is it?",
                    "partner_id": carrier.id,
                }
            )
        )
        self.assertEqual(task.mail_state, "sending")
        self._hand_over(take)
        self.assertEqual(task.mail_state, "sent")
        self._come_back(task.message_ids.filtered("notification_ids")[:1], carrier.email)
        self.assertEqual(task.mail_state, "failed")
        self.assertEqual(self._activities(task).user_id, self.agent)


@tagged("post_install", "-at_install")
class TestAcknowledgementArrives(ArrivalCommon):
    """An acknowledgement is sent once the outgoing server took it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = cls.env.ref(f"{MODULE}.mail_template_acknowledgement")
        team = cls.env["logistics.service.team"].create(
            {
                "name": "Team",
                "company_id": cls.company.id,
                "acknowledgement_template_id": template.id,
            }
        )
        cls.case.write({"email_from": "lumina@example.com", "team_id": team.id})
        cls.case.acknowledgement = "to_send"

    def _acknowledged(self):
        self.case._acknowledge()
        self.assertEqual(self.case.acknowledgement, "sending")
        return self.case.acknowledgement_message_id

    def test_sent(self):
        self._acknowledged()
        clock = self._clock("acknowledge")
        stopped = clock.stopped_at
        self.assertTrue(stopped)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.assertEqual(self._hand_over(take), ["lumina@example.com"])
        self.assertEqual(self.case.acknowledgement, "sent")
        self.assertEqual(clock.stopped_at, stopped)

    def test_refused(self):
        self._acknowledged()
        self._hand_over(NOBODY)
        self.assertEqual(self.case.acknowledgement, "failed")
        self.assertEqual(self._clock("acknowledge").state, "running")
        self.assertEqual(self._activities().user_id, self.agent)

    def test_came_back(self):
        message = self._acknowledged()
        self._hand_over(take)
        self._come_back(message, "lumina@example.com")
        self.assertEqual(message.notification_ids.notification_status, "bounce")
        self.assertEqual(self.case.acknowledgement, "failed")
        self.assertFalse(self._clock("acknowledge").stopped_at)
