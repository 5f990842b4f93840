from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ...foundation.mail_server import refuse
from .common import MORNING, SurveyCommon


@tagged("post_install", "-at_install")
class TestAsking(SurveyCommon):
    """Whom to ask, when and how; when not; what becomes of it."""

    def test_delivery_without_carrier(self):
        request = self._asked()
        self.assertEqual(
            (request.state, request.partner_id, request.policy_id, request.survey_id),
            ("waiting", self.customer, self.policy, self.survey),
        )
        self.assertEqual(request.order_id, request.picking_id.sale_id)
        [mail] = self._send_all()
        self.assertEqual((request.state, request.channel), ("sent", "mail"))
        self.assertEqual((mail["To"], request.address), ("li@customer.example",) * 2)
        self.assertIn("service@logistics.example", mail["From"])
        self.assertEqual(mail["Subject"], f"How was the delivery of {request.order_id.name}?")

    def test_delivery_by_a_carrier_that_tells(self):
        self.policy.assumed_days = 0
        picking = self._delivery()
        self._say(picking, "out_for_delivery")
        self.assertFalse(self._requests(picking), "not before the goods are there")
        self._say(picking, "delivered")
        self._say(picking, "delivered", external_id="again")
        [_mail] = self._send_all()
        self.assertEqual(self._requests(picking).state, "sent")

    def test_delivery_by_a_carrier_of_whom_nothing_is_heard(self):
        self.policy.assumed_days = 5
        request = self._requests(self._delivery())
        self.assertFalse(self._send_all())
        with self._later(days=5, minutes=1):
            self.assertEqual(len(self._send_all()), 1)
        self.assertEqual(request.state, "sent")

    def test_assumed_but_under_way_then_delivered(self):
        """What the carrier says later counts; until then nobody is asked."""
        picking = self._delivery()
        request = self._requests(picking)
        self._say(picking, "in_transit")
        with self._later(days=6):
            self.assertFalse(self._send_all())
            self.assertEqual((request.state, request.due_at), ("waiting", False))
        with self._later(days=8):
            self._say(picking, "delivered")
            self.assertEqual(self._requests(picking), request)
            self.assertEqual(len(self._send_all()), 1)
        self.assertEqual(request.occurred_at, picking.carrier_delivered_at)

    def test_only_deliveries_to_customers(self):
        picking = self._delivered()
        back = self._return(picking)
        self.assertFalse(self._requests(back))
        self.assertFalse(self._requests(self._transfer(self.customer)), "nobody ordered it")
        order = self._order(self.customer)
        vendors = self.env.ref("stock.stock_location_suppliers")
        vendor = self._customer("Vendor")
        request = self._requests(self._transfer(vendor, source=vendors, line=order.order_line))
        self.assertEqual(request.partner_id, self.customer, "straight from a vendor")

    def test_case(self):
        policy = self._policy(trigger="case_closed")
        case = self._case()
        case._move_to_phase("working")
        self.assertFalse(self._requests(case))
        case._move_to_phase("closed")
        request = self._requests(case)
        self.assertEqual((request.policy_id, request.partner_id), (policy, self.customer))
        [mail] = self._send_all()
        self.assertEqual(mail["Subject"], f"How did we handle your matter {case.number}?")

    def test_case_opened_again_and_closed_again(self):
        self._policy(trigger="case_closed", delay_hours=24)
        case = self._case()
        case._move_to_phase("closed")
        request = self._requests(case)
        with self._later(hours=20):
            case._move_to_phase("working")
        with self._later(hours=25):
            self.assertFalse(self._send_all(), "an open case is nothing to judge")
        with self._later(hours=30):
            case._move_to_phase("closed")
        with self._later(hours=31):
            self.assertFalse(self._send_all(), "the delay counts from the last closing")
        with self._later(hours=55):
            self.assertEqual(len(self._send_all()), 1)
        self.assertEqual(self._requests(case), request)

    def test_cancelled_case_and_case_of_nobody(self):
        self._policy(trigger="case_closed")
        case = self._case()
        case._move_to_phase("cancelled")
        nobody = self._case(partner_id=False, contact_name="Somebody")
        nobody._move_to_phase("closed")
        self.assertFalse(self._requests(case + nobody))

    def test_never_twice(self):
        picking = self._delivered()
        for _time in range(3):
            picking._plan_survey_requests()
            self._run()
        self.assertEqual(len(self._send_mails()), 1)
        self.assertFalse(self._send_all())
        request = self._requests(picking)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            request.copy()

    def test_every_fitting_policy_plans_and_the_rest_decides(self):
        self.policy.cooldown_days = 30
        other = self._policy(name="Another", sequence=5, cooldown_days=30)
        requests = self._asked()
        self.assertEqual(len(requests), 2)
        self.assertEqual(len(self._send_all()), 1)
        sent = requests.filtered(lambda request: request.state == "sent")
        self.assertEqual(sent.policy_id, other, "the first in the list asks")
        self.assertEqual((requests - sent).reason, "cooldown")

    def test_filters(self):
        other = self.env["delivery.carrier"].create(
            {"name": "Other", "product_id": self.carrier.product_id.id}
        )
        picking = self._delivered(carrier=True)
        delay = self.env.ref(f"{MODULE}.complaint_category_delay_line")
        case = self._case(picking_ids=[Command.set(picking.ids)], category_id=delay.id)
        tiers = {"tier_ids": [Command.set(self.vip.ids)]}
        for fits, vals in (
            (True, {}),
            (True, {"carrier_ids": [Command.set(self.carrier.ids)]}),
            (False, {"carrier_ids": [Command.set(other.ids)]}),
            (True, {"warehouse_ids": [Command.set(self.warehouse.ids)]}),
            (False, tiers),
        ):
            with self.subTest(vals=vals):
                policy = self._policy(**vals)
                self.assertEqual(policy in self.Policy._find_for(picking), fits)
        self._profile_of(self.customer).sudo()._set_tier(self.vip, "score")
        self.assertIn(self._policy(**tiers), self.Policy._find_for(picking))
        above = self._policy(
            trigger="case_closed", category_ids=[Command.set(delay.parent_id.ids)]
        )
        beside = self._policy(
            trigger="case_closed",
            category_ids=[Command.set(self.env.ref(f"{MODULE}.complaint_category_price").ids)],
        )
        self.assertIn(above, self.Policy._find_for(case))
        self.assertNotIn(beside, self.Policy._find_for(case))

    def test_other_companies_policies_are_theirs(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.policy.company_id = elsewhere
        self.assertFalse(self._asked())
        self.policy.company_id = False
        self.assertTrue(self._asked())

    def test_switches(self):
        self.policy.active = False
        self.assertFalse(self._asked())
        self.policy.active = True
        self.company.logistics_survey = False
        self.assertFalse(self._asked())
        self.company.logistics_survey = True
        request = self._asked()
        self.policy.active = False
        self.assertFalse(self._send_all())
        self.assertEqual((request.state, request.reason), ("suppressed", "switched_off"))

    def test_policy_needs_its_texts_and_a_questionnaire_of_ours(self):
        self.assertTrue(self.policy.mail_template_id and self.policy.sms_template_id)
        with self.assertRaises(ValidationError):
            self.policy.mail_template_id = False
        with self.assertRaises(ValidationError):
            self.survey.copy({"survey_type": "survey"}) and self._policy(
                survey_id=self.survey.copy({"survey_type": "survey"}).id
            )

    def test_sample(self):
        self.policy.write({"sampling": "share", "sample_share": 0.5})
        pickings = self.env["stock.picking"].union(*(self._delivered() for _n in range(12)))
        requests = self._requests(pickings)
        self.assertEqual(len(requests), 12)
        left_out = requests.filtered(lambda request: request.reason == "sample")
        self.assertTrue(0 < len(left_out) < 12)
        self.assertEqual(left_out.mapped("due_at"), [False] * len(left_out))
        again = [self.policy._draws(request.occasion) for request in requests]
        self.assertEqual(again, [request not in left_out for request in requests])

    def test_target(self):
        """Of two expected from eight, with a quarter answering, the ninth is left out."""
        self.policy.write({"sampling": "target", "target_answers": 2})
        for _number in range(9):
            self._asked()
        self._run()
        requests = self._requests(policy=self.policy)
        self.assertEqual(requests[-1].reason, "enough")
        self.assertEqual(set(requests[:-1].mapped("state")), {"queued"})

    def test_target_reached(self):
        self.policy.write({"sampling": "target", "target_answers": 2})
        answered = self._asked() + self._asked()
        self._send_all()
        answered.write({"state": "answered", "answered_at": fields.Datetime.now()})
        request = self._asked()
        self._run()
        self.assertEqual((request.state, request.reason), ("suppressed", "enough"))

    def test_rest_over_all_policies(self):
        self.policy.write({"cooldown_days": 30, "reminder_days": 0})
        relation = self._policy(trigger="case_closed", cooldown_days=10)
        self._asked()
        self._send_all()
        with self._later(days=9):
            case = self._case()
            case._move_to_phase("closed")
            self.assertFalse(self._send_all())
            self.assertEqual(self._requests(case).reason, "cooldown")
        with self._later(days=11):
            case = self._case()
            case._move_to_phase("closed")
            second = self._asked()
            self.assertEqual(len(self._send_all()), 1, "each policy has a rest of its own")
            self.assertEqual(self._requests(case, policy=relation).state, "sent")
            self.assertEqual(second.reason, "cooldown")

    def test_rest_in_one_batch(self):
        self.policy.cooldown_days = 30
        requests = self._asked() + self._asked()
        self.assertEqual(len(self._send_all()), 1)
        self.assertEqual(requests.mapped("state"), ["sent", "suppressed"])

    def test_rest_of_an_address(self):
        """Two contacts without addresses of their own share their customer's."""
        self.policy.cooldown_days = 30
        contacts = [
            self.env["res.partner"].create(
                {"name": name, "parent_id": self.customer.id, "email": False, "phone": False}
            )
            for name in ("Dock", "Office")
        ]
        requests = self.Request.union(*map(self._asked, contacts))
        self._run()
        self.assertEqual(sorted(requests.mapped("state")), ["queued", "suppressed"])

    def test_rest_of_other_companies_is_theirs(self):
        self.policy.cooldown_days = 30
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._asked()
        self._send_all()
        self.env.cr.execute(
            "UPDATE logistics_survey_request SET company_id = %s WHERE id = %s",
            [elsewhere.id, other.id],
        )
        self.env.invalidate_all()
        request = self._asked()
        self._run()
        self.assertEqual(request.state, "queued")

    def test_refusal(self):
        self._refuse(self.customer)
        request = self._asked()
        self._run()
        self.assertEqual((request.state, request.reason), ("suppressed", "refused"))

    def test_consent_where_it_is_needed(self):
        self.env.ref(f"{MODULE}.consent_purpose_satisfaction_survey").consent_required = True
        silent = self._asked()
        self._run()
        self.assertEqual(silent.reason, "refused")
        self._refuse(self.customer, state="granted")
        agreed = self._asked()
        self._run()
        self.assertEqual(agreed.state, "queued")

    def test_blacklists(self):
        self.env["mail.blacklist"]._add("li@customer.example")
        by_mail = self._asked()
        self._run()
        self.assertEqual((by_mail.state, by_mail.reason), ("suppressed", "blacklisted"))
        self.policy.channel_order = "sms_mail"
        by_sms = self._asked()
        self._run()
        self.assertEqual(by_sms.channel, "sms", "which comes first")
        self.env["phone.blacklist"].add(self.customer.phone_sanitized)
        request = self._asked()
        self._run()
        self.assertEqual((request.state, request.reason), ("suppressed", "blacklisted"))

    def test_no_address_and_ourselves(self):
        nowhere = self._asked(self._customer("Nowhere"))
        own = self._asked()
        own.partner_id = self.company.partner_id
        self._run()
        self.assertEqual(nowhere.reason, "no_address")
        self.assertEqual(own.reason, "not_customer")

    def test_budget(self):
        first, second = self._asked(), self._asked()
        with patch.object(
            type(self.Request), "_may_contact", lambda _self, requests: requests[:1]
        ):
            self._run()
        self.assertEqual((first.state, second.reason), ("queued", "budget"))

    def test_too_old(self):
        late = self._asked()
        with self._later(days=20):
            self._run()
        self.assertEqual((late.state, late.reason), ("suppressed", "too_old"))
        picking = self._delivery(carrier=False, validate=False)
        with freeze_time(fields.Datetime.now() - timedelta(days=40)):
            self._deliver(picking.sale_id, at=fields.Datetime.now())
        picking._plan_survey_requests()
        self.assertNotEqual(self._requests(picking).state, "queued")

    def test_lost_goods_are_not_asked_about(self):
        picking = self._delivered(carrier=True)
        self._say(picking, "returned", at=fields.Datetime.now() + timedelta(minutes=1))
        self._run()
        self.assertEqual(self._requests(picking).reason, "overtaken")

    def test_hours_of_sending_in_two_time_zones(self):
        """At 2:00 UTC it is 10:00 in Shanghai and 3:00 in Berlin."""
        self.policy.write({"send_from": 9, "send_until": 20, "delay_hours": 0})
        berlin = self._customer("Berlin", email="b@customer.example", tz="Europe/Berlin")
        with freeze_time(MORNING):
            here, there = self._asked(), self._asked(berlin)
            self.assertEqual(there.due_at, datetime(2026, 3, 3, 8))
            there.due_at = fields.Datetime.now()
            self._run()
        self.assertEqual((here.state, there.state), ("queued", "waiting"))
        self.assertEqual(there.due_at, datetime(2026, 3, 3, 8), "put off, not dropped")
        with freeze_time("2026-03-03 08:00:00"):
            self._run()
        self.assertEqual(there.state, "queued")

    def test_delay(self):
        self.policy.delay_hours = 2
        request = self._asked()
        self._run()
        self.assertEqual(request.state, "waiting")
        with self._later(hours=2, minutes=1):
            self._run()
        self.assertEqual(request.state, "queued")

    def test_mail_has_the_scale_in_it(self):
        request = self._asked()
        self._run()
        body = request.mail_id.body_html
        for step in range(1, 6):
            self.assertIn(f'href="{request.answer_url}#{step}"', body)
        self.assertIn(request.order_id.name, body)
        self.assertNotIn("Answer Now", body)

    def test_questionnaire_without_overall_score(self):
        self.survey.question_ids.logistics_part = False
        request = self._asked()
        self._run()
        self.assertIn(f'href="{request.answer_url}"', request.mail_id.body_html)
        self.assertNotIn(f"{request.answer_url}#", request.mail_id.body_html)

    def test_sms(self):
        self.policy.channel_order = "sms_mail"
        request = self._asked()
        self._run()
        self.assertEqual(
            (request.channel, request.address), ("sms", self.customer.phone_sanitized)
        )
        [[message]] = self._send_sms()
        self.assertIn(request._get_answer_url(), message["content"])
        self.assertIn(request.order_id.name, message["content"])
        self.assertEqual(request.state, "sent")

    def test_customers_channel(self):
        self._profile(self.customer, preferred_channel="sms")
        request = self._asked()
        self._run()
        self.assertEqual(request.channel, "sms")

    def test_languages_of_one_batch(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.policy.mail_template_id.with_context(lang="zh_CN")
        template.write({"subject": "请为本次配送评分", "body_html": "<p>您好：</p>"})
        li = self._customer("李", email="li2@customer.example", lang="zh_CN")
        mine, theirs = self._asked(), self._asked(li)
        self._run()
        self.assertEqual(theirs.mail_id.subject, "请为本次配送评分")
        self.assertIn("How was the delivery", mine.mail_id.subject)
        self.assertIn("您好", theirs.mail_id.body_html)

    def test_reminder_once_then_expiry(self):
        self.policy.write({"reminder_days": 3, "expiry_days": 21})
        request = self._asked()
        self._send_all()
        with self._later(days=2, hours=23):
            self.assertFalse(self._send_all())
        with self._later(days=3, minutes=1):
            [mail] = self._send_all()
            self.assertTrue(mail["Subject"].startswith("A reminder"))
            self.assertEqual((request.state, mail["To"]), ("sent", "li@customer.example"))
        with self._later(days=20):
            self.assertFalse(self._send_all(), "once")
        with self._later(days=21, minutes=1):
            self.assertFalse(self._send_all())
        self.assertEqual((request.state, request.due_at), ("expired", False))

    def test_reminder_by_sms(self):
        self.policy.channel_order = "sms"
        request = self._asked()
        self._run()
        self._send_sms()
        with self._later(days=3, minutes=1):
            self._run()
            self.assertEqual(len(self._send_sms()), 1)
        self.assertTrue(request.reminded_at)
        self.assertEqual(request.state, "sent")

    def test_nobody_is_reminded_who(self):
        """Has answered, refused, is blocked, was asked by a policy that reminds nobody any more."""
        for name, change in (
            ("answered", lambda one: one.write({"state": "answered", "answered_at": one.sent_at})),
            ("partial", lambda one: one.write({"state": "partial"})),
            ("refused", lambda one: self._refuse(one.partner_id)),
            ("blocked", lambda one: self.env["mail.blacklist"]._add(one.address)),
        ):
            with self.subTest(name):
                partner = self._customer(name, email=f"{name}@customer.example")
                request = self._asked(partner)
                self._send_all()
                change(request)
                with self._later(days=3, minutes=1):
                    self.assertFalse(self._send_all())
                self.assertFalse(request.reminded_at)
        request = self._asked()
        self._send_all()
        self.policy.reminder_days = 0
        with self._later(days=3, minutes=1):
            self.assertFalse(self._send_all())

    def test_reminder_that_fails_leaves_the_request_sent(self):
        request = self._asked()
        self._send_all()
        with self._later(days=3, minutes=1):
            self._run()
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                self._send_mails(down=OSError("no route"))
            self.assertEqual(request.state, "sent")
            self.assertIn("no route", request.failure_text)
        with self._later(days=3, minutes=10):
            self.assertEqual(len(self._send_all()), 1, "the same mail, once there is a server")
        self.assertFalse(request.failure_text)

    def test_expiry_of_what_is_answered_in_part(self):
        request = self._asked()
        self._send_all()
        request.state = "partial"
        with self._later(days=30):
            self._run()
        self.assertEqual((request.state, request.due_at), ("partial", False))

    def test_mail_server_down_half_way(self):
        customers = [self._customer(f"C{n}", email=f"c{n}@x.example") for n in range(4)]
        requests = self.Request.union(*map(self._asked, customers))
        requests[2:].due_at = fields.Datetime.now() + timedelta(minutes=1)
        self.assertEqual(len(self._send_all()), 2)
        with self._later(minutes=2), mute_logger("odoo.addons.mail.models.mail_mail"):
            self._run()
            self.assertFalse(self._send_mails(down=OSError("down")))
        self.assertEqual(requests.mapped("state"), ["sent", "sent", "failed", "failed"])
        mails = requests[2:].mail_id
        with self._later(minutes=10):
            arrived = self._send_all()
        self.assertEqual(sorted(mail["To"] for mail in arrived), ["c2@x.example", "c3@x.example"])
        self.assertEqual(requests.mapped("state"), ["sent"] * 4)
        self.assertEqual(requests[2:].mail_id, mails, "the same mails, not others")

    def test_nothing_on_retry_for_who_refused_meanwhile(self):
        other = self._customer("Other", email="other@customer.example")
        refused, blocked = self._asked(), self._asked(other)
        self._run()
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self._send_mails(down=OSError("down"))
        self._refuse(self.customer)
        self.env["mail.blacklist"]._add("other@customer.example")
        with self._later(minutes=10):
            self.assertFalse(self._send_all())
        self.assertEqual((refused.reason, blocked.reason), ("refused", "blacklisted"))
        (refused + blocked).action_resend()
        self.policy.channel_order = "mail"
        self.assertFalse(self._send_all())

    def test_opted_out_mails_are_never_resent(self):
        request = self._asked()
        self._run()
        request.mail_id.failure_type = "mail_optout"
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self._send_mails(down=OSError("down"))
        request.action_resend()
        with self._later(minutes=10):
            self.assertFalse(self._send_all())

    def test_poisoned_record(self):
        self.policy.mail_template_id.subject = "{{ 1 / len(object.partner_id.ref or '') }}"
        customers = [self._customer(f"C{n}", email=f"c{n}@x.example", ref="r") for n in range(5)]
        customers[2].ref = False
        requests = self.Request.union(*map(self._asked, customers))
        with mute_logger(f"odoo.addons.{MODULE}.models.foundation.logistics_sending_mixin"):
            self._run()
        states = dict(
            zip(requests.mapped("partner_id.name"), requests.mapped("state"), strict=True)
        )
        self.assertEqual(states.pop("C2"), "failed")
        self.assertEqual(set(states.values()), {"queued"})

    def test_poisoned_records_are_left_in_peace_whatever_their_state(self):
        requests = self._asked() + self._asked(self._customer("Half", email="half@x.example"))
        self._send_all()
        requests[1].state = "partial"
        mixin = f"odoo.addons.{MODULE}.models.foundation.logistics_sending_mixin"
        broken = patch.object(type(requests), "_expire", side_effect=ZeroDivisionError)
        with self._later(days=30), broken, mute_logger(mixin):
            self.assertTrue(self.Request._advance_or_rest())
        self.assertEqual(requests.mapped("due_at"), [False] * 2, "not due again and again")

    def test_killed_in_the_middle(self):
        requests = self._asked() + self._asked()
        with (
            self.assertRaises(KeyboardInterrupt),
            self.env.cr.savepoint(),
            patch.object(type(self.Request), "_wake_up", side_effect=KeyboardInterrupt),
        ):
            self._run()
        self.assertEqual(requests.mapped("state"), ["waiting"] * 2)
        self.assertEqual(len(self._send_all()), 2)

    def test_others_work_on_the_same(self):
        request = self._asked()
        with (
            patch.object(type(self.Request), "_decide", side_effect=SerializationFailure),
            patch.object(self.env.cr, "rollback") as rolled_back,
        ):
            self.assertEqual(self.Request._advance_or_rest(), 0)
        rolled_back.assert_called_once()
        self.assertEqual((request.state, request.attempts), ("waiting", 0))

    def test_only_one_worker_decides(self):
        """Whoever waits for the other's batch has not seen anything yet."""
        statements = []
        execute = self.env.cr.execute

        def record(query, *args, **kwargs):
            statements.append(str(query))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", record):
            self.Request._lock_due()
        self.assertIn("LOCK TABLE", statements[0])

    def test_scheduled_actions(self):
        request = self._asked()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_send_survey_requests").method_direct_trigger()
            self.env.ref(f"{MODULE}.ir_cron_plan_survey_requests").method_direct_trigger()
        self.assertEqual(request.state, "queued")

    def test_answered_by_another_way_before_the_mail_went_out(self):
        request = self._asked()
        self._run()
        request.write({"state": "answered", "answered_at": fields.Datetime.now()})
        self._send_mails()
        self.assertEqual(request.state, "answered")
        self.assertTrue(request.sent_at)

    def test_send_again_renew_revoke(self):
        request = self._asked().with_user(self.agent)
        self._send_all()
        with self._later(days=30):
            self._run()
            self.assertEqual(request.state, "expired")
            request.action_renew()
            self.assertEqual(request.state, "sent")
            self.assertGreater(request.expires_at, fields.Datetime.now() + timedelta(days=20))
            request.action_resend()
            self.assertEqual(len(self._send_all()), 1)
            request.action_revoke()
        self.assertEqual((request.state, request.due_at), ("revoked", False))

    def test_revoked_while_in_the_queue(self):
        request = self._asked()
        self._run()
        request.action_revoke()
        self.assertFalse(self._send_mails())
        self.assertEqual(request.state, "revoked")

    def test_answers_are_not_revoked(self):
        request = self._asked()
        request.state = "answered"
        with self.assertRaises(UserError):
            request.action_revoke()

    def test_rights(self):
        request = self._asked()
        seller = self._new_user("seller", "sales_team.group_sale_salesman")
        for name in ("action_resend", "action_renew", "action_revoke"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(request.with_user(seller), name)()
        with self.assertRaises(AccessError):
            request.with_user(self.manager).write({"state": "sent"})

    def test_company_rule(self):
        request = self._asked()
        other = self.env["res.company"].create({"name": "Other Logistics"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        abroad = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        self.assertFalse(abroad["logistics.survey.request"].search([("id", "=", request.id)]))
        self.assertFalse(abroad["logistics.survey.policy"].search([("id", "=", self.policy.id)]))
        with self.assertRaises(AccessError):
            request.with_env(abroad).action_resend()

    def test_counts_on_documents(self):
        policy = self._policy(trigger="case_closed")
        picking = self._delivered()
        case = self._case(picking_ids=[Command.set(picking.ids)])
        case._move_to_phase("closed")
        profile = self._profile_of(self.customer).with_user(self.agent)
        self.assertEqual(picking.survey_request_count, 2)
        self.assertEqual(case.survey_request_count, 1)
        self.assertEqual(profile.survey_request_count, 2)
        found = self.Request.search(profile.action_view_survey_requests()["domain"])
        self.assertEqual(found, self._requests(policy=policy) + self._requests(policy=self.policy))
        self._send_all()
        self._requests(policy=policy).answered_at = fields.Datetime.now()
        policy.invalidate_recordset()
        self.assertEqual(
            (policy.request_count, policy.asked_count, policy.answered_count, policy.answer_share),
            (1, 1, 1, 1.0),
        )

    def test_merged_customers_keep_their_requests(self):
        request = self._asked()
        other = self._profile(self._customer("Other"))
        self._profile_of(self.customer)._merge_into(other)
        self.assertEqual(request.profile_id, other)

    def test_old_ones_not_sent_are_dropped(self):
        self._refuse(self.customer)
        old, young = self._asked(), self._asked()
        self._run()
        self.env.cr.execute(
            "UPDATE logistics_survey_request SET create_date = create_date - interval '367 days'"
            " WHERE id = %s",
            [old.id],
        )
        self._run_retention()
        self.assertEqual((old + young).exists(), young)

    def test_request_that_comes_back_is_asked_by_the_other_channel(self):
        request = self._asked()
        self._send_all()
        self._come_back(request.mail_id.mail_message_id, "li@customer.example")
        self.assertEqual((request.state, request.failed_channels), ("waiting", "mail"))
        self._run()
        self.assertEqual((request.state, request.channel), ("queued", "sms"))
        self._send_sms()
        self.assertEqual(request.state, "sent")

    def test_reminder_refused_for_good_leaves_the_request_sent(self):
        request = self._asked()
        self._send_all()
        with self._later(days=3, minutes=1):
            self._run()
            self._hand_over(refuse(550, "5.1.1 No such user"))
        self.assertEqual((request.state, request.failure_kind), ("sent", "refused"))
        self.assertEqual(request.due_at, request.expires_at)

    def test_what_comes_back_after_the_answer_changes_nothing(self):
        request = self._asked()
        self._send_all()
        request.write({"state": "answered", "answered_at": fields.Datetime.now()})
        self._come_back(request.mail_id.mail_message_id, "li@customer.example")
        self.assertEqual(request.state, "answered")
        self.assertTrue(request.sent_at)
