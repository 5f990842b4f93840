from datetime import timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ...foundation.mail_server import refuse, refuse_for_a_while, take
from .common import NoticeCommon

NOBODY = "5.1.1 No such user"


@tagged("post_install", "-at_install")
class TestTold(NoticeCommon):
    """Told means that it arrived: what becomes of notices at servers that do as they like."""

    def _queued(self, partner=None, **vals):
        notice = self._notices(self._order(partner or self.customer, **vals), "order_confirmed")
        self._process()
        self.assertEqual(notice.state, "queued")
        return notice

    def _after(self, **delta):
        """Look at what is due so much later."""
        with freeze_time(fields.Datetime.now() + timedelta(**delta)):
            self._process()

    def _returned(self, notice, **report):
        self._come_back(notice.mail_id.mail_message_id, notice.address, **report)

    def _activities(self, record):
        kind = self.env.ref(f"{MODULE}.activity_undelivered")
        return record.activity_ids.filtered(lambda one: one.activity_type_id == kind)

    def test_the_hook_only_appends(self):
        notice = self._queued()
        with self._mail_server():
            self.env["mail.mail"].process_email_queue()
        self.assertEqual(notice.state, "queued", "another transaction says what it came to")
        self.assertEqual(self.env["logistics.sending.result"].search_count([]), 1)
        self._apply_results()
        self.assertEqual(notice.state, "sent")
        self.assertFalse(self.env["logistics.sending.result"].search([]))

    def test_the_hook_never_raises(self):
        notice = self._queued()
        with (
            patch.object(
                type(self.env["logistics.sending.result"]), "_prepare_row", side_effect=ValueError
            ),
            mute_logger(f"odoo.addons.{MODULE}.models.foundation.logistics_sending_result"),
            self._mail_server() as arrived,
        ):
            self.env["mail.mail"].process_email_queue()
        self.assertEqual(len(arrived), 1)
        self.assertEqual(notice.mail_id.state, "sent")
        self._apply_results()
        self.assertEqual(notice.state, "sent", "what was lost is found")

    def test_what_cannot_be_applied_stops_nobody(self):
        good, bad = self._queued(), self._queued()
        succeed = type(self.Notice)._succeed

        def succeed_or_break(records, at=None):
            if bad in records:
                raise ValueError("whatever")
            return succeed(records, at)

        with (
            self._mail_server(),
            patch.object(type(self.Notice), "_succeed", succeed_or_break),
            mute_logger(f"odoo.addons.{MODULE}.models.foundation.logistics_sending_result"),
        ):
            self.env["mail.mail"].process_email_queue()
            results = self.env["logistics.sending.result"]
            while results._apply_or_rest():
                continue
        self.assertEqual((good.state, bad.state), ("sent", "queued"))
        self._apply_results()
        self.assertEqual(bad.state, "sent")

    def test_refused_for_a_while(self):
        notice = self._queued()
        for attempts, minutes in ((1, 6), (2, 16), (3, 46)):
            self.assertFalse(self._hand_over(refuse_for_a_while))
            self.assertEqual((notice.state, notice.failure_kind), ("failed", "for_a_while"))
            self.assertEqual(notice.attempts, attempts)
            self._process()
            self.assertEqual(notice.state, "failed", "not before its time")
            self._after(minutes=minutes)
            self.assertEqual(notice.state, "queued")
        self.assertEqual(self._hand_over(take), ["li@customer.example"])
        self.assertEqual((notice.state, notice.failure_text), ("sent", False))
        self.assertFalse(self._activities(self.customer))

    def test_refused_until_it_is_too_late(self):
        notice = self._queued()
        self._hand_over(refuse_for_a_while)
        self._after(hours=50)
        self.assertEqual((notice.state, notice.reason), ("suppressed", "too_old"))

    def test_refused_for_good_goes_the_other_way(self):
        notice = self._queued()
        self.assertFalse(self._hand_over(refuse(550, NOBODY)))
        self.assertEqual((notice.state, notice.failed_channels), ("waiting", "mail"))
        self._process()
        self.assertEqual((notice.state, notice.channel), ("queued", "sms"))
        self.assertEqual(notice.address, self.customer.phone_sanitized)
        self.assertEqual(len(self._send_sms()), 1)
        self.assertEqual(notice.state, "sent")
        self.assertFalse(self._activities(self.customer))
        other = self._queued()
        self.assertEqual(other.channel, "sms", "nor does the next one go to that address")

    def test_refused_for_good_without_another_way(self):
        self.customer.phone = False
        agent = self._new_user("dedicated", "group_agent")
        self._profile(self.customer, agent_id=agent.id)
        first, second = self._queued(), self._queued()
        self._hand_over(refuse(550, NOBODY))
        self.assertEqual((first + second).mapped("state"), ["failed"] * 2)
        self.assertEqual(first.failure_kind, "refused")
        self.assertFalse(first.due_at)
        activity = self._activities(self.customer)
        self.assertEqual(activity.user_id, agent, "one for the customer, not for each notice")
        self.assertIn("No such user", activity.note)
        third = self._notices(self._order(self.customer), "order_confirmed")
        self._process()
        self.assertEqual((third.state, third.reason), ("suppressed", "undeliverable"))

    def test_other_way_that_is_blacklisted(self):
        self.env["phone.blacklist"].add(self.customer.phone_sanitized)
        notice = self._queued()
        self._hand_over(refuse(550, NOBODY))
        self.assertEqual(notice.state, "failed")
        self.assertTrue(self._activities(self.customer))

    def test_what_is_no_fault_of_the_address(self):
        """A relay that refuses us is one trouble of the company's, not one of each customer."""
        self.customer.phone = False
        notices = self._queued() + self._queued(self._customer("B", email="b@customer.example"))
        self._hand_over(refuse(554, "5.7.1 Relay access denied"))
        self.assertEqual(notices.mapped("state"), ["failed"] * 2)
        self.assertFalse(self._activities(notices.partner_id))
        self.assertEqual(len(self._activities(self.company.partner_id)), 1)
        self.assertFalse(self.env["logistics.undeliverable.address"].search([]))
        self.assertEqual(self._queued().channel, "mail")

    def test_hung_up_half_way(self):
        """Of ten the fourth breaks the line: three are sent once, the rest with the next run."""
        people = [self._customer(f"C{n}", email=f"c{n}@customer.example") for n in range(10)]
        notices = self.Notice.union(*map(self._queued, people))
        calls = []

        def break_once(address):
            calls.append(address)
            if len(calls) == 4:
                raise SMTPServerDisconnected("Connection unexpectedly closed")

        taken = self._hand_over(break_once)
        self.assertEqual(len(taken), 3)
        broken = notices.filtered(lambda notice: notice.state == "failed")
        self.assertEqual((broken.address, broken.failure_kind), (calls[3], "for_a_while"))
        self.assertEqual(sorted(notices.mapped("state")), ["failed"] + ["queued"] * 6 + ["sent"] * 3)
        taken += self._hand_over(break_once)
        self._after(minutes=6)
        taken += self._hand_over(break_once)
        self.assertEqual(sorted(taken), sorted(notices.mapped("address")), "each once")
        self.assertEqual(set(notices.mapped("state")), {"sent"})

    def test_hung_up_within_a_callers_transaction(self):
        """Whoever sends at once is not thrown back: what the server took would go twice."""
        notices = self._queued() + self._queued()
        mails = notices.mail_id.sorted("id")

        def break_line(address):
            if address == notices[1].address and len(calls) == 1:
                raise SMTPServerDisconnected("Connection unexpectedly closed")
            calls.append(address)

        calls = []
        with patch.object(type(mails), "process_email_queue", lambda _self: mails.send()):
            self.assertEqual(len(self._hand_over(break_line)), 1)
        self.assertEqual(mails.mapped("state"), ["sent", "exception"])

    def test_lost_exception_is_found(self):
        """A mail that stands as failed without anybody having been told, as a killed worker leaves."""
        notice = self._queued()
        notice.mail_id.write({"state": "exception", "failure_type": "mail_smtp"})
        self._apply_results()
        self.assertEqual(notice.failure_kind, "for_a_while")

    def test_came_back(self):
        notice = self._queued()
        self._hand_over(take)
        self._returned(notice)
        self.assertEqual((notice.state, notice.failed_channels), ("waiting", "mail"))
        self.assertFalse(notice.sent_at)
        self._process()
        self.assertEqual((notice.state, notice.channel), ("queued", "sms"))

    def test_came_back_too_late(self):
        notice = self._queued()
        self._hand_over(take)
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            self._returned(notice)
        self.assertEqual((notice.state, notice.failure_kind), ("failed", "bounced"))
        self.assertTrue(self._activities(self.customer))

    def test_report_of_a_delay_is_no_bounce(self):
        notice = self._queued()
        self._hand_over(take)
        self._returned(notice, status="4.4.1", action="delayed")
        self._returned(notice, status="2.0.0", action="delivered")
        self.assertEqual(notice.state, "sent")

    def test_mailbox_that_was_full_for_days_is_not_gone(self):
        notice = self._queued()
        self._hand_over(take)
        self._returned(notice, status="4.2.2")
        self.assertEqual(notice.failed_channels, "mail")
        self.assertFalse(self.env["logistics.undeliverable.address"].search([]))

    def test_messages_outlive_the_time_in_which_bounces_come(self):
        notice = self._queued()
        self._hand_over(take)
        mail = notice.mail_id
        self.env["mail.mail"]._gc_logistics()
        self.assertTrue(mail.exists())
        self.env.cr.execute(
            "UPDATE mail_mail SET write_date = write_date - interval '31 days' WHERE id = %s",
            [mail.id],
        )
        self.env["mail.mail"]._gc_logistics()
        self.assertFalse(mail.exists())
        self._apply_results()
        self.assertEqual(notice.state, "sent")

    def test_sms_that_fails_falls_back_to_the_mail(self):
        self._rule("order_confirmed").write({"channel_order": "sms_mail", "by_preference": False})
        for state in ("wrong_number_format", "insufficient_credit", "unregistered"):
            notice = self._queued()
            self.assertEqual(notice.channel, "sms", state)
            self._send_sms(state)
            self._process()
            self.assertEqual((notice.state, notice.channel), ("queued", "mail"), state)
            self.assertEqual(self._hand_over(take), ["li@customer.example"])
            self.assertEqual(notice.state, "sent")
            self.env["logistics.undeliverable.address"].search([]).unlink()

    def test_sms_of_which_the_gateway_reports_later(self):
        self._rule("order_confirmed").write({"channel_order": "sms_mail", "by_preference": False})
        notice = self._queued()
        uuid = notice.sms_ids.uuid
        self._send_sms()
        notice.sms_ids.unlink()  # core does, once it is sent
        self.assertEqual(notice.state, "sent")
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", uuid)])
        tracker._action_update_from_provider_error("not_delivered")
        self._apply_results()
        self._process()
        self.assertEqual((notice.state, notice.channel), ("queued", "mail"))

    def test_both_ways_fail(self):
        notice = self._queued()
        self._hand_over(refuse(550, NOBODY))
        self._process()
        self._send_sms("wrong_number_format")
        self._process()
        self.assertEqual((notice.state, notice.failed_ways), ("failed", "Mail, SMS"))
        self.assertTrue(self._activities(self.customer))

    def test_rule_of_one_channel_has_no_other(self):
        self._rule("order_confirmed").channel_order = "mail"
        notice = self._queued()
        self._hand_over(refuse(550, NOBODY))
        self.assertEqual(notice.state, "failed")

    def test_what_was_held_back_meanwhile_does_not_go_another_way(self):
        notice = self._queued()
        notice._suppress("refused")
        self._hand_over(refuse(550, NOBODY))
        self.assertEqual((notice.state, notice.reason), ("suppressed", "refused"))

    def test_address_is_tried_again_when_somebody_wants_it(self):
        self.customer.phone = False
        notice = self._queued()
        self._hand_over(refuse(550, NOBODY))
        notice.with_user(self.agent).action_retry()
        self._process()
        self.assertEqual(self._hand_over(take), ["li@customer.example"])
        self.assertEqual(notice.state, "sent")

    def test_address_works_again_when_somebody_writes_from_it(self):
        self.customer.phone = False
        self._queued()
        self._hand_over(refuse(550, NOBODY))
        self.assertTrue(self.env["logistics.undeliverable.address"].search([]))
        self.env["mail.thread"]._routing_reset_bounce(None, {"email_from": "Li <LI@customer.example>"})
        self.assertFalse(self.env["logistics.undeliverable.address"].search([]))

    def test_put_off_by_us_is_not_too_late_for_that(self):
        """The fact was young enough when we put it off to the morning."""
        self.company.logistics_notice_hours = 8
        self._rule("order_confirmed").write({"quiet_from": 22, "quiet_until": 8})
        with freeze_time("2026-03-02 14:30:00"):  # 22:30 in Shanghai
            notice = self._notices(self._order(self.customer), "order_confirmed")
            self._process()
        with freeze_time("2026-03-03 00:00:20"):
            self._process()
        self.assertEqual(notice.state, "queued")

    def test_a_job_that_stood_still_makes_it_too_late(self):
        self.company.logistics_notice_hours = 8
        self._rule("order_confirmed").write({"quiet_from": 22, "quiet_until": 8})
        with freeze_time("2026-03-02 14:30:00"):
            notice = self._notices(self._order(self.customer), "order_confirmed")
            self._process()
        with freeze_time("2026-03-03 04:00:00"):
            self._process()
        self.assertEqual(notice.reason, "too_old")

    def test_rights(self):
        self.customer.phone = False
        self._queued()
        self._hand_over(refuse(550, NOBODY))
        held = self.env["logistics.undeliverable.address"].search([])
        other = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self._new_user("elsewhere", "group_agent", company=other)
        held_elsewhere = held.with_user(elsewhere).with_context(allowed_company_ids=other.ids)
        self.assertFalse(held_elsewhere.search([]))
        with self.assertRaises(AccessError):
            held.with_user(self.agent).write({"address": "x"})
        with self.assertRaises(AccessError):
            self.env["logistics.sending.result"].with_user(self.manager).search([])
        held.with_user(self.agent).unlink()
        self.assertFalse(held.exists())
