from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from .common import NoticeCommon


@tagged("post_install", "-at_install")
class TestSending(NoticeCommon):
    """By which rule, channel and text customers are told; when not; what becomes of it."""

    def _confirmed(self, partner=None, **vals):
        return self._notices(self._order(partner or self.customer, **vals), "order_confirmed")

    def _refuse(self, partner, purpose="service_notice", state="refused"):
        self.env["logistics.consent"].create(
            {
                "profile_id": self._profile_of(partner).id,
                "purpose_id": self.env.ref(f"{MODULE}.consent_purpose_{purpose}").id,
                "state": state,
            }
        )

    def test_mail(self):
        notice = self._confirmed()
        self._process()
        self.assertEqual(
            (notice.state, notice.channel, notice.address, notice.rule_id),
            ("queued", "mail", "li@customer.example", self._rule("order_confirmed")),
        )
        [mail] = self._send_mails()
        self.assertEqual(notice.state, "sent")
        self.assertTrue(notice.sent_at)
        self.assertTrue(notice.mail_id.exists(), "a bounce finds what it is about")
        self.assertEqual(mail["To"], "li@customer.example")
        self.assertIn("service@logistics.example", mail["From"])
        self.assertIn("service@logistics.example", mail["Reply-To"])
        self.assertEqual(mail["Subject"], f"Your order {notice.order_id.name} is confirmed")
        self.assertIn("is confirmed", notice.body)
        self.assertIn("Track Your Shipment", notice.body)
        self.assertIn("+86 21 5555 0100", notice.body)

    def test_nothing_is_sent_twice(self):
        notice = self._confirmed()
        for _run in range(3):
            self._process()
        self.assertEqual(len(self._send_mails()), 1)
        self._process()
        self.assertFalse(self._send_mails())
        self.assertEqual(notice.state, "sent")

    def test_sms_where_there_is_no_mail(self):
        self.customer.email = False
        notice = self._confirmed()
        self._process()
        self.assertEqual((notice.channel, notice.address), ("sms", self.customer.phone_sanitized))
        [[message]] = self._send_sms()
        self.assertIn(f"order {notice.order_id.name} is confirmed", message["content"])
        self.assertEqual(notice.state, "sent")

    def test_customers_channel_comes_first(self):
        self._profile(self.customer, preferred_channel="sms")
        preferred = self._confirmed()
        self._rule("order_confirmed").by_preference = False
        self._process()
        self.assertEqual(preferred.channel, "mail")
        self._rule("order_confirmed").by_preference = True
        other = self._confirmed()
        self._process()
        self.assertEqual(other.channel, "sms")

    def test_address_of_the_company_where_the_contact_has_none(self):
        contact = self.env["res.partner"].create(
            {"name": "Dock", "parent_id": self.customer.id, "email": False, "phone": False}
        )
        notice = self._confirmed(contact)
        self._process()
        self.assertEqual(notice.address, "li@customer.example")

    def test_no_address(self):
        notice = self._confirmed(self._customer("Nowhere"))
        self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "no_address"))

    def test_blacklist(self):
        self.env["mail.blacklist"]._add("li@customer.example")
        notice = self._confirmed()
        self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "blacklisted"))
        self.assertFalse(notice.sms_ids, "who wants no mails gets no SMS instead")
        self._rule("order_confirmed").channel_order = "sms_mail"
        by_sms = self._confirmed()
        self._process()
        self.assertEqual(by_sms.channel, "sms", "which comes first")
        self.env["phone.blacklist"].add(self.customer.phone_sanitized)
        other = self._confirmed()
        self._process()
        self.assertEqual((other.state, other.reason), ("suppressed", "blacklisted"))

    def test_only_customers(self):
        notice = self._confirmed()
        self.customer.parent_id = self.company.partner_id
        self.customer.is_company = False
        self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "not_customer"))

    def test_refusal(self):
        self._confirmed()
        self._refuse(self.customer)
        notice = self._confirmed()
        self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "refused"))

    def test_refusal_of_something_else_and_consent(self):
        self._confirmed()
        self._refuse(self.customer, "offers")
        self._refuse(self.customer, state="granted")
        notice = self._confirmed()
        self._process()
        self.assertEqual(notice.state, "queued")

    def test_most_specific_rule(self):
        """The tier outweighs the company, the company outweighs all, then the order counts."""
        general = self._rule("order_confirmed")
        company = general.copy({"company_id": self.company.id, "sequence": 99})
        tier = general.copy({"tier_ids": [Command.set(self.vip.ids)], "sequence": 98})
        both = tier.copy({"company_id": self.company.id, "sequence": 99})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        general.copy({"company_id": elsewhere.id, "sequence": 0})
        rules = self.env["logistics.notice.rule"].search([])

        def choose(tier):
            return rules._choose(rules, "order_confirmed", self.company, tier)

        self.assertEqual(choose(self.vip), both)
        self.assertEqual(choose(self.standard), company)
        rules -= both
        self.assertEqual(choose(self.vip), tier)
        rules -= company
        self.assertEqual(choose(self.standard), general)
        self.assertEqual(choose(self.vip), tier)

    def test_tiers(self):
        self._rule("order_confirmed").tier_ids = self.vip
        vip, standard = self.customer, self._customer("Other", email="other@customer.example")
        self._profile(vip).sudo()._set_tier(self.vip, "score")
        told, untold = self._confirmed(vip), self._confirmed(standard)
        self._process()
        self.assertEqual(told.state, "queued")
        self.assertEqual((untold.state, untold.reason), ("suppressed", "no_rule"))

    def test_rule_needs_its_texts(self):
        with self.assertRaises(ValidationError):
            self._rule("order_confirmed").sms_template_id = False
        self._rule("order_confirmed").write({"channel_order": "mail", "sms_template_id": False})

    def test_deleted_template_closes_one_way(self):
        self.env.ref(f"{MODULE}.notice_mail_order_confirmed").unlink()
        notice = self._confirmed()
        self._process()
        self.assertEqual((notice.state, notice.channel), ("queued", "sms"))

    def test_quiet_hours_of_two_time_zones(self):
        """At 14:30 UTC it is 22:30 in Shanghai and 15:30 in Berlin."""
        self._rule("order_confirmed").write({"quiet_from": 22, "quiet_until": 8})
        berlin = self._customer("Berlin", email="b@customer.example", tz="Europe/Berlin")
        with freeze_time("2026-03-02 14:30:00"):
            here, there = self._confirmed(), self._confirmed(berlin)
            self._process()
        self.assertEqual((here.state, there.state), ("waiting", "queued"))
        self.assertEqual(here.due_at, datetime(2026, 3, 3, 0))
        with freeze_time("2026-03-02 23:59:00"):
            self._process()
            self.assertEqual(here.state, "waiting")
        with freeze_time("2026-03-03 00:00:00"):
            self._process()
        self.assertEqual(here.state, "queued")

    def test_contact_time_zone_of_the_profile(self):
        self._profile(self.customer, contact_tz="Europe/Berlin")
        self._rule("order_confirmed").write({"quiet_from": 22, "quiet_until": 8})
        with freeze_time("2026-03-02 14:30:00"):
            notice = self._confirmed()
            self._process()
        self.assertEqual(notice.state, "queued")

    def test_overtaken_in_the_quiet_hours(self):
        self._rule("in_transit").write({"quiet_from": 22, "quiet_until": 8})
        with freeze_time("2026-03-02 14:30:00"):
            picking = self._delivery()
            self._say(picking, "in_transit")
            self._process()
            notice = self._notices(picking, "in_transit")
            self.assertEqual(notice.state, "waiting")
            self._say(picking, "delivered")
        with freeze_time("2026-03-03 00:30:00"):
            self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "overtaken"))

    def test_cancelled_order(self):
        notice = self._confirmed()
        notice.order_id._action_cancel()
        self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "overtaken"))

    def test_languages_of_one_batch(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        rule = self._rule("order_confirmed")
        chinese = {"lang": "zh_CN"}
        rule.mail_template_id.with_context(**chinese).write(
            {"subject": "您的订单 {{ object.number }} 已确认", "body_html": "<p>感谢您的订单。</p>"}
        )
        rule.sms_template_id.with_context(**chinese).body = "订单 {{ object.number }} 已确认"
        li = self._customer("李", email="li2@customer.example", lang="zh_CN")
        wang = self._customer("王", phone="+86 139 0013 9000", lang="zh_CN")
        mine, theirs, text = self._confirmed(), self._confirmed(li), self._confirmed(wang)
        self._process()
        self.assertEqual(mine.subject, f"Your order {mine.number} is confirmed")
        self.assertEqual(theirs.subject, f"您的订单 {theirs.number} 已确认")
        self.assertIn("感谢您的订单", theirs.body)
        self.assertIn("Thank you for your order", mine.body)
        self.assertEqual(text.sms_ids.body, f"订单 {text.number} 已确认")

    def test_names_in_a_text_are_no_html(self):
        """The text of an SMS is kept in a field that shows HTML."""
        evil = self._customer("A", phone="+86 139 0013 9001", lang="en_US")
        evil.name = "<img src=x onerror=alert(1)>"
        self._rule("order_confirmed").sms_template_id.body = "Dear {{ object.customer_name }}"
        notice = self._confirmed(evil)
        self._process()
        self.assertEqual(notice.channel, "sms")
        self.assertEqual(notice.sms_ids.body, f"Dear {evil.name}")
        self.assertNotIn("<img", notice.body)
        self.assertIn("&lt;img", notice.body)

    def test_day_in_the_language_and_time_zone_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        order = self._order(self.customer)
        order.promised_date = datetime(2026, 3, 2, 17)  # 1:00 on the third in Shanghai
        notice = self._notices(order)
        self.assertEqual(notice.expected_day, "03/03/2026")
        self.customer.write({"lang": "zh_CN"})
        self._profile_of(self.customer).contact_tz = "Europe/Berlin"
        notice.invalidate_recordset()
        self.assertEqual(notice.expected_day, "2026/03/02")

    def test_no_prices(self):
        order = self._order(self.customer, amount=98765.43)
        self._process()
        notice = self._notices(order)
        self.assertTrue(notice.body)
        self.assertNotRegex(notice.body, r"98\W?765")

    def test_mail_server_down_then_up(self):
        notices = self._confirmed() + self._confirmed()
        self._process()
        mails = notices.mail_id
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.assertFalse(self._send_mails(down=OSError("no route to host")))
        self.assertEqual(notices.mapped("state"), ["failed"] * 2)
        self.assertIn("no route to host", notices[0].failure_text)
        self._process()
        self.assertEqual(notices.mapped("state"), ["failed"] * 2, "not before its time")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self._process()
            self.assertEqual(notices.mapped("state"), ["queued"] * 2)
            self.assertEqual(notices.mail_id, mails, "the same mails, not others")
            self.assertEqual(len(self._send_mails()), 2)
        self.assertEqual(notices.mapped("state"), ["sent"] * 2)

    def test_mail_server_down_for_too_long(self):
        notice = self._confirmed()
        self._process()
        self._send_mails(down=OSError("down"))
        with freeze_time(fields.Datetime.now() + timedelta(hours=50)):
            self._process()
            self.assertFalse(self._send_mails())
        self.assertEqual((notice.state, notice.reason), ("suppressed", "too_old"))

    def test_opted_out_mails_are_never_resent(self):
        notice = self._confirmed()
        self._process()
        notice.mail_id.failure_type = "mail_optout"
        self._send_mails(down=OSError("down"))
        notice.action_retry()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self._process()
            self.assertFalse(self._send_mails())

    def test_wrong_address_then_the_right_one(self):
        self.customer.phone = False
        notice = self._confirmed()
        self._process()
        notice.mail_id.email_to = False
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.assertFalse(self._send_mails())
        self.assertEqual((notice.state, notice.due_at), ("failed", False))
        self.customer.email = "right@customer.example"
        notice.with_user(self.agent).action_retry()
        self._process()
        self.assertEqual([mail["To"] for mail in self._send_mails()], ["right@customer.example"])
        self.assertEqual(notice.state, "sent")

    def test_retry_of_an_old_one_is_a_persons_will(self):
        order = self._order(self.customer, at=self._days_ago(10))
        self._process()
        notice = self._notices(order)
        self.assertEqual(notice.reason, "too_old")
        notice.with_user(self.agent).action_retry()
        self._process()
        self.assertEqual(notice.state, "queued")

    def test_retry_does_not_overrule_a_refusal(self):
        self._confirmed()
        self._refuse(self.customer)
        notice = self._confirmed()
        self._process()
        notice.action_retry()
        self._process()
        self.assertEqual((notice.state, notice.reason), ("suppressed", "refused"))

    def test_mail_that_somebody_cancels_or_deletes(self):
        cancelled, deleted = self._confirmed(), self._confirmed()
        self._process()
        cancelled.mail_id.cancel()
        deleted.mail_id.unlink()
        self._apply_results()
        self.assertEqual((cancelled + deleted).mapped("state"), ["failed"] * 2)
        self.assertIn("deleted", deleted.failure_text)

    def test_sms_gateway_down_then_up(self):
        self.customer.email = False
        notice = self._confirmed()
        self._process()
        self._send_sms("server_error")
        self.assertEqual((notice.state, notice.failure_text), ("failed", "Server Error"))
        message = notice.sms_ids
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self._process()
        self._send_sms()
        self.assertEqual((notice.state, notice.sms_ids), ("sent", message))

    def test_sms_without_credit_waits_for_a_person(self):
        self.customer.email = False
        notice = self._confirmed()
        self._process()
        self._send_sms("insufficient_credit")
        self.assertEqual((notice.state, notice.due_at), ("failed", False))
        notice.action_retry()
        self._process()
        self.assertEqual(len(self._send_sms()), 1)
        self.assertEqual(notice.state, "sent")

    def test_poisoned_record(self):
        """A text that fails on one notice fails on that alone."""
        template = self._rule("order_confirmed").mail_template_id
        template.subject = "{{ 1 / len(object.partner_id.ref or '') }}"
        customers = [self._customer(f"C{n}", email=f"c{n}@x.example", ref="r") for n in range(5)]
        customers[2].ref = False
        notices = self.Notice.union(*map(self._confirmed, customers))
        with mute_logger(f"odoo.addons.{MODULE}.models.foundation.logistics_sending_mixin"):
            self._process()
        states = dict(zip(notices.mapped("partner_id.name"), notices.mapped("state"), strict=True))
        bad = notices.filtered(lambda notice: notice.partner_id == customers[2])
        self.assertEqual(states.pop("C2"), "failed")
        self.assertEqual(set(states.values()), {"queued"})
        self.assertTrue(bad.failure_text)
        self.assertEqual(len(self._send_mails()), 4)

    def test_killed_in_the_middle(self):
        """What a killed batch did is undone with it; the next run does it, once."""
        notices = self._confirmed() + self._confirmed()
        with (
            self.assertRaises(KeyboardInterrupt),
            self.env.cr.savepoint(),
            patch.object(type(self.Notice), "_wake_up", side_effect=KeyboardInterrupt),
        ):
            self._process()
        self.assertEqual(notices.mapped("state"), ["waiting"] * 2)
        self._process()
        self.assertEqual(len(self._send_mails()), 2)

    def test_others_work_on_the_same(self):
        """A collision with another worker ends the run and is nobody's failure."""
        notice = self._confirmed()
        with (
            patch.object(type(self.Notice), "_decide", side_effect=SerializationFailure),
            patch.object(self.env.cr, "rollback") as rolled_back,
        ):
            self.assertEqual(self.Notice._advance_or_rest(), 0)
        rolled_back.assert_called_once()
        self.assertEqual((notice.state, notice.attempts), ("waiting", 0))

    def test_notices_held_by_another_worker_are_left_alone(self):
        notice = self._confirmed()
        with patch.object(
            type(self.Notice), "try_lock_for_update", lambda records, **_options: records.browse()
        ):
            self.assertEqual(self.Notice._advance_or_rest(), 0)
        self.assertEqual(notice.state, "waiting")

    def test_scheduled_action(self):
        notice = self._confirmed()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_send_notices").method_direct_trigger()
        self.assertEqual(notice.state, "queued")

    def test_database_refuses_a_second(self):
        notice = self._confirmed()
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            notice.copy()

    def test_old_suppressed_ones_are_dropped(self):
        old, young = self._confirmed(self._customer("A")), self._confirmed(self._customer("B"))
        self._process()
        self.env.cr.execute(
            "UPDATE logistics_notice SET create_date = create_date - interval '93 days'"
            " WHERE id = %s",
            [old.id],
        )
        self._run_retention()
        self.assertEqual((old + young).exists(), young)

    def _validate_with_core(self):
        """Validate a delivery of a company that has core's mails switched on."""
        self.company.write(
            {
                "stock_move_email_validation": True,
                "stock_mail_confirmation_template_id": self.env.ref(
                    "stock.mail_template_data_delivery_confirmation"
                ).id,
                "stock_text_confirmation": True,
                "stock_confirmation_type": "sms",
            }
        )
        picking = self._delivery()
        return picking.message_ids.filtered(lambda message: message.partner_ids)

    def test_ours_replaces_cores(self):
        self.assertFalse(self._validate_with_core())
        self.assertFalse(self.company._get_text_validation("sms"))

    def test_carriers_are_asked_whatever_customers_are_told(self):
        """Core orders labels and tracking numbers in the same hook in which it mails."""
        self.carrier.integration_level = "rate_and_ship"
        asked = []
        picking = self._delivery(validate=False)
        picking.picking_type_id.print_label = True
        with patch.object(
            type(picking), "send_to_shipper", lambda delivery: asked.extend(delivery.ids)
        ):
            self._deliver(picking.sale_id)
        self.assertEqual(picking.state, "done")
        self.assertTrue(self.company._tells_of("goods_out"))
        self.assertEqual(asked, picking.ids)

    def test_cores_stays_without_ours(self):
        for switch_off in (
            lambda: self._rule("goods_out").write({"active": False}),
            lambda: self.company.write({"logistics_notify": False}),
        ):
            with self.subTest():
                self._rule("goods_out").active = True
                switch_off()
                self.assertTrue(self._validate_with_core())
                self.assertTrue(self.company._get_text_validation("sms"))

    def test_settings_say_so(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.logistics_replaces_core)
        settings.logistics_notify = False
        self.assertFalse(settings.logistics_replaces_core)

    def test_two_companies_in_one_sms_batch(self):
        other = self.env["res.company"].create({"name": "Other Logistics"})
        self.env.user.company_ids |= other
        self.customer.email = False
        notices = self._confirmed() + self._confirmed()
        self.env.flush_all()
        # an order of another company's own warehouse and prices is more than this is about
        self.env.cr.execute(
            "UPDATE logistics_notice SET company_id = %s WHERE id = %s",
            [other.id, notices[1].id],
        )
        self.env.invalidate_all()
        self._process()
        self.assertEqual(len(self._send_sms()), 2, "a batch for each company")
        self.assertEqual(notices.mapped("state"), ["sent"] * 2)

    def test_company_rule(self):
        other = self.env["res.company"].create({"name": "Other Logistics"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        notice = self._confirmed()
        rule = self._rule("order_confirmed").copy({"company_id": self.company.id})
        abroad = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        self.assertFalse(abroad["logistics.notice"].search([("id", "=", notice.id)]))
        self.assertFalse(abroad["logistics.notice.rule"].search([("id", "=", rule.id)]))
        self.assertTrue(abroad["logistics.notice.rule"].search([("company_id", "=", False)]))
        self.assertTrue(self.Notice.with_user(self.agent).search([("id", "=", notice.id)]))
        with self.assertRaises(AccessError):
            notice.with_env(abroad).action_retry()

    def test_only_customer_service_sends_again(self):
        notice = self._confirmed(self._customer("Nowhere"))
        self._process()
        seller = self._new_user("seller", "sales_team.group_sale_salesman")
        notice.with_user(seller).read(["state"])
        with self.assertRaises(AccessError):
            notice.with_user(seller).action_retry()
        with self.assertRaises(AccessError):
            notice.with_user(self.manager).write({"state": "sent"})

    def test_profile_counts_what_its_contacts_were_told(self):
        contact = self.env["res.partner"].create({"name": "Dock", "parent_id": self.customer.id})
        notices = self._confirmed() + self._confirmed(contact)
        profile = self._profile_of(self.customer).with_user(self.agent)
        self.assertEqual(profile.notice_count, 2)
        found = self.Notice.with_user(self.agent).search(profile.action_view_notices()["domain"])
        self.assertEqual(found, notices.sorted("id", reverse=True))

    def test_preview_and_test_mail(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        rule = self._rule("goods_out")
        rule.mail_template_id.with_context(lang="zh_CN").subject = "订单 {{ object.number }} 已发货"
        picking = self._delivery(validate=False)
        count = self.Notice.search_count([])
        self.manager.email = "manager@logistics.example"
        Preview = self.env["logistics.notice.preview"].with_user(self.manager)
        preview = Preview.create({"rule_id": rule.id, "lang": "zh_CN", "number": picking.name})
        self.assertEqual(preview.subject, f"订单 {picking.sale_id.name} 已发货")
        preview.lang = "en_US"
        self.assertEqual(preview.subject, f"Your order {picking.sale_id.name} is on its way")
        self.assertIn("have left our warehouse", preview.sms)
        preview.action_send_test()
        self.assertEqual(self.Notice.search_count([]), count, "a sample leaves nothing")
        sent = {mail["To"]: mail["Subject"] for mail in self._send_mails()}
        self.assertTrue(sent[self.manager.email_formatted].startswith("[Test]"))
        self.assertNotIn(self.customer.email, sent)

    def test_preview_of_nothing(self):
        preview = self.env["logistics.notice.preview"].create(
            {"rule_id": self._rule("goods_out").id, "number": "?"}
        )
        self.assertFalse(preview.subject)
        self.assertTrue(preview.problem)

    def test_every_shipped_rule_has_its_texts(self):
        picking = self._delivery()
        for occasion, _label in self.Rule._get_occasions():
            with self.subTest(occasion=occasion):
                preview = self.env["logistics.notice.preview"].create(
                    {"rule_id": self._rule(occasion).id, "number": picking.name}
                )
                self.assertFalse(preview.problem)
                self.assertIn(picking.sale_id.name, preview.subject)
                self.assertIn("Track Your Shipment", preview.body)
                self.assertIn(picking.sale_id.name, preview.sms)
