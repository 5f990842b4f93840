from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....models.contact.budget.foresight import Foresight
from ...common import MODULE
from ...foundation.mail_server import refuse
from .common import CareCommon

# nine in the morning in Shanghai, on the birthday
MORNING = "2027-03-20 01:00:01"


@tagged("post_install", "-at_install")
class TestGreeting(CareCommon):
    """What becomes of a greeting on its day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.occasion = cls._occasion(mail_template_id=cls.env.ref(f"{MODULE}.care_mail_birthday").id)
        cls.person = cls._born(date(1985, 3, 20), phone="+86 138 0013 8111")
        cls._plan(at="2027-03-01 00:00:00")
        cls.greeting = cls._greetings(cls.person)

    def _reason(self, at=MORNING):
        """Return why the greeting is not sent, after deciding on it."""
        arrived = self._send_all(at)
        self.assertFalse(arrived)
        self.assertEqual(self.greeting.state, "suppressed")
        self.assertFalse(self.greeting.due_at)
        return self.greeting.reason

    def test_mail(self):
        [mail] = self._send_all(MORNING)
        self.assertEqual(mail["To"], "wang@customer.example")
        self.assertEqual(mail["Subject"], "Happy birthday, Wang Min!")
        body = mail.get_body(("html",)).get_content()
        self.assertIn(self.greeting._get_refuse_url(), body)
        self.assertEqual(mail["List-Unsubscribe"], f"<{self.greeting._get_refuse_url()}>")
        self.assertEqual((self.greeting.state, self.greeting.channel), ("sent", "mail"))
        self.assertEqual(self.greeting.address, "wang@customer.example")
        self.assertFalse(self._send_all("2027-03-20 03:00:00"), "once")

    def test_sms(self):
        self.occasion.channel_order = "sms"
        self._plan(at="2027-03-01 00:00:00")
        self.greeting = self._greetings(self.person)
        self._run(MORNING)
        [[message]] = self._send_sms()
        self.assertIn("happy birthday, Wang Min", message["content"])
        self.assertIn(self.greeting._get_refuse_url(), message["content"])
        self.assertEqual((self.greeting.state, self.greeting.channel), ("sent", "sms"))

    def test_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.occasion.mail_template_id.with_context(lang="zh_CN").subject = (
            "{{ object.customer_name }}，生日快乐！"
        )
        self.person.lang = "zh_CN"
        [mail] = self._send_all(MORNING)
        self.assertEqual(mail["Subject"], "Wang Min，生日快乐！")

    def test_holiday_in_the_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        holiday = self.env.ref(f"{MODULE}.care_holiday_cn_national_day")
        holiday.with_context(lang="zh_CN").name = "国庆节"
        self.Holiday._load(self.env.ref("base.cn"), [2027])
        self._occasion("holiday", holiday_ids=[Command.set(holiday.ids)])
        self.customer.lang = "zh_CN"
        self._plan(at="2027-09-20 00:00:00")
        greeting = self._greetings(self.customer, kind="holiday")
        self.assertEqual(greeting.holiday_name, "国庆节")
        self.assertEqual(greeting.with_context(template_preview_lang="en_US").holiday_name, holiday.name)

    def test_before_its_hour_and_at_night_it_waits(self):
        self.assertFalse(self._send_all("2027-03-20 00:30:00"))
        self.assertEqual(self.greeting.state, "waiting")
        # nobody sent it all day; at eleven in the evening in Shanghai it is too late for today
        self.assertFalse(self._send_all("2027-03-20 15:00:00"))
        self.assertEqual(self.greeting.state, "waiting")
        self.assertEqual(fields.Datetime.to_string(self.greeting.due_at), "2027-03-21 01:00:00")
        self.assertEqual(len(self._send_all("2027-03-21 01:00:00")), 1, "a day late is allowed")

    def test_no_server_is_tried_again(self):
        self._run(MORNING)
        with freeze_time(MORNING), mute_logger("odoo.addons.mail.models.mail_mail"):
            self._send_mails(down=OSError("down"))
        self.assertEqual(self.greeting.state, "failed")
        self.assertTrue(self.greeting.due_at)
        self._run("2027-03-20 02:00:00")
        self.assertEqual(self.greeting.state, "queued")
        with freeze_time("2027-03-20 02:00:00"):
            self.assertEqual(len(self._send_mails()), 1)
        self.assertEqual(self.greeting.state, "sent")

    def test_bereavement_meanwhile_stops_the_retry(self):
        self._run(MORNING)
        with freeze_time(MORNING), mute_logger("odoo.addons.mail.models.mail_mail"):
            self._send_mails(down=OSError("down"))
        self.person.bereaved_until = date(2027, 6, 1)
        self.assertEqual(self._reason("2027-03-20 02:00:00"), "bereavement")

    def test_bad_greeting_leaves_the_others(self):
        other = self._born(date(1985, 3, 20), name="Broken", email="broken@customer.example")
        self._plan(at="2027-03-01 00:00:00")
        broken = self._greetings(other)
        prepare = type(broken)._prepare_mailed_vals

        def prepare_or_break(greeting, mail):
            if greeting == broken:
                raise ValueError("another addon's rule")
            return prepare(greeting, mail)

        with (
            patch.object(type(broken), "_prepare_mailed_vals", prepare_or_break),
            mute_logger(f"odoo.addons.{MODULE}.models.foundation.logistics_sending_mixin"),
        ):
            arrived = self._send_all(MORNING)
        self.assertEqual([mail["To"] for mail in arrived], ["wang@customer.example"])
        self.assertEqual((broken.state, self.greeting.state), ("failed", "sent"))

    def test_no_consent(self):
        self.profile.consent_ids.unlink()
        self.assertEqual(self._reason(), "no_consent")

    def test_consent_for_something_else_is_none(self):
        self.profile.consent_ids.unlink()
        self.env["logistics.consent"].create(
            {
                "profile_id": self.profile.id,
                "purpose_id": self.env.ref(f"{MODULE}.consent_purpose_offers").id,
            }
        )
        self.assertEqual(self._reason(), "no_consent")

    def test_refused(self):
        self.profile.consent_ids.state = "refused"
        self.assertEqual(self._reason(), "refused")

    def _open_case(self, severity):
        return self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id, "severity": severity}
        )

    def test_severe_case(self):
        case = self._open_case("critical")
        self.assertEqual(self._reason(), "severe_case")
        case._move_to_phase("cancelled")
        self.greeting.write({"state": "waiting", "due_at": "2027-03-20 01:00:00"})
        self.assertEqual(len(self._send_all(MORNING)), 1)

    def test_minor_case_does_not_stop_a_greeting_unless_wanted(self):
        self._open_case("low")
        self.assertEqual(len(self._send_all(MORNING)), 1)

    def test_any_case_stops_where_the_occasion_says_so(self):
        self._open_case("low")
        self.occasion.severity = False
        self.assertEqual(self._reason(), "severe_case")

    def test_case_of_another_company_or_customer_does_not_stop(self):
        other = self._customer("Other")
        self.env["logistics.complaint"].create(
            {"partner_id": other.id, "company_id": self.company.id, "severity": "critical"}
        )
        self.assertEqual(len(self._send_all(MORNING)), 1)

    def test_bereavement_of_the_person_or_the_customer(self):
        for partner in (self.person, self.customer):
            partner.bereaved_until = date(2027, 3, 20)
            self.assertEqual(self._reason(), "bereavement")
            partner.bereaved_until = date(2027, 3, 19)
            self.greeting.write({"state": "waiting", "due_at": "2027-03-20 01:00:00"})
        self.assertEqual(len(self._send_all(MORNING)), 1, "mourning is over")

    def _limit(self, limit=1, **vals):
        return self.env["logistics.contact.budget"].create(
            {"limit": limit, "period_days": 30, "company_id": self.company.id, **vals}
        )

    def _contacts(self):
        self.env.flush_all()
        contacts = self.env["logistics.touchpoint"].search([("partner_id", "=", self.person.id)])
        return contacts.mapped(lambda one: (one.kind, one.state, one.channel, one.reason))

    def test_budget(self):
        self._limit(purpose_id=self.purpose.id)
        self.assertEqual(self._contacts(), [("greeting", "planned", False, False)])
        self.assertEqual(len(self._send_all(MORNING)), 1)
        self.assertEqual(self._contacts(), [("greeting", "made", "mail", False)])
        self.greeting.copy({"turn": "again", "state": "waiting", "due_at": MORNING, "mail_id": False})
        self.greeting = self._greetings(self.person, turn="again")
        self.assertEqual(self._reason("2027-03-20 02:00:00"), "budget")
        self.assertIn(("greeting", "suppressed", "budget"), [one[:2] + one[3:] for one in self._contacts()])
        with freeze_time("2027-03-20 02:10:00"):
            self.greeting.with_user(self.agent).action_retry()
        self.assertEqual(len(self._send_all("2027-03-20 02:10:00")), 1, "somebody wants it")

    def test_what_is_foreseen(self):
        """The preview tells of greetings that go, and of those that something stands against."""
        self._limit(purpose_id=self.purpose.id)
        with freeze_time("2027-03-12 02:00:00"):
            self.env.flush_all()
            contacts = self.env["logistics.touchpoint"].search([("partner_id", "=", self.person.id)])
            [foreseen] = Foresight(contacts, 14).run()
            self.assertEqual((foreseen.fate, foreseen.day), ("goes", date(2027, 3, 20)))
            self.person.bereaved_until = date(2027, 3, 20)
            [foreseen] = Foresight(contacts, 14).run()
            self.assertEqual((foreseen.fate, foreseen.why), ("held_back", "Bereavement"))

    def test_no_address(self):
        (self.person + self.customer).write({"email": False, "phone": False})
        self.assertEqual(self._reason(), "no_address")

    def test_blacklisted(self):
        self.env["mail.blacklist"]._add("wang@customer.example")
        self.occasion.write({"channel_order": "mail"})
        self._plan(at="2027-03-01 00:00:00")
        self.greeting = self._greetings(self.person)
        self.assertEqual(self._reason(), "blacklisted")

    def test_too_old(self):
        self.assertEqual(self._reason("2027-03-22 02:00:00"), "too_old")

    def test_archived(self):
        self.person.active = False
        self.assertEqual(self._reason(), "archived")

    def test_no_customer_any_more(self):
        self.profile.unlink()
        self.assertEqual(self._reason(), "not_customer")

    def test_company_switched_off(self):
        self.company.logistics_care = False
        self.assertEqual(self._reason(), "switched_off")

    def _task(self, action="gift"):
        self.occasion.write({"action": action, "task_note": "Tea from Hangzhou"})
        self._plan(at="2027-03-01 00:00:00")
        self.greeting = self._greetings(self.person)

    def test_gift_and_call_become_callbacks(self):
        for action, word in (("gift", "Gift"), ("call", "Greeting")):
            self._task(action)
            self.assertFalse(self._send_all(MORNING))
            callback = self.greeting.callback_id
            self.assertEqual((self.greeting.state, self.greeting.channel), ("handed", action))
            self.assertEqual(callback.purpose_id.code, "care")
            self.assertEqual((callback.partner_id, callback.state), (self.person, "planned"))
            self.assertTrue(callback.reason.startswith(f"{word}: birthday"))
            self.assertIn("Tea from Hangzhou", callback.reason)
            self.greeting.unlink()

    def test_tasks_need_consent_too(self):
        self._task()
        self.profile.consent_ids.state = "refused"
        self.assertEqual(self._reason(), "refused")
        self.assertFalse(self.greeting.callback_id)

    def test_task_needs_no_text_and_sending_does(self):
        self._task()
        self.occasion.write({"mail_template_id": False, "sms_template_id": False})
        with self.assertRaises(ValidationError):
            self.occasion.action = "send"

    def test_hold_back_and_send_again(self):
        greeting = self.greeting.with_user(self.agent)
        greeting.action_hold_back()
        self.assertEqual((greeting.state, greeting.reason), ("suppressed", "held_back"))
        self.assertFalse(self._send_all(MORNING))
        with freeze_time("2027-04-20 02:00:00"):
            greeting.action_retry()
        self.assertEqual(len(self._send_all("2027-04-20 02:00:00")), 1, "somebody wants it, however late")
        clerk = self._new_user("clerk", "base.group_user")
        for name in ("action_hold_back", "action_retry"):
            with self.assertRaises(AccessError):
                getattr(self.greeting.with_user(clerk), name)()

    def test_refusal_of_one_stops_what_is_on_its_way(self):
        other = self._born(date(1985, 3, 22), name="Colleague")
        self._plan(at="2027-03-01 00:00:00")
        self._send_all(MORNING)
        self.greeting._refuse()
        consent = self.profile.consent_ids
        self.assertEqual(consent.state, "refused")
        self.assertIn("wang@customer.example", consent.source)
        self.assertEqual(self._greetings(other).reason, "refused")
        self.assertEqual(self.greeting.state, "sent", "what was sent was sent")
        self.greeting._refuse()
        self.assertEqual(len(self.profile.consent_ids), 1)

    def test_token_opens_one_greeting_for_two_years(self):
        token = self.greeting._get_token()
        self.assertEqual(self.Greeting._find(token), self.greeting)
        self.assertFalse(self.Greeting._find(token[:-1] + ("a" if token[-1] != "a" else "b")))
        with freeze_time(self.greeting.create_date + timedelta(days=731)):
            self.assertFalse(self.Greeting._find(token))

    def test_agent_notes_dates_without_rights_on_contacts(self):
        profile = self.profile.with_user(self.agent)
        self.assertFalse(self.person.with_user(self.agent).has_access("write"))
        action = profile.action_note_dates()
        wizard = (
            self.env[action["res_model"]].with_user(self.agent).with_context(**action["context"]).create({})
        )
        line = wizard.line_ids.filtered(lambda one: one.partner_id == self.person)
        self.assertEqual((line.birth_month, line.birth_day), ("3", 20))
        line.write({"birth_day": 21, "birth_year": 1986})
        wizard.founded_on = date(2001, 5, 4)
        wizard.action_save()
        self.assertEqual((self.person.logistics_birth_day, self.person.logistics_birth_year), (21, 1986))
        self.assertEqual(self.customer.logistics_founded_on, date(2001, 5, 4))
        self.assertIn(self.person, profile.care_person_ids)

    def test_dates_of_others_cannot_be_slipped_in(self):
        stranger = self._customer("Stranger", is_company=False)
        wizard = (
            self.env["logistics.care.dates"]
            .with_user(self.agent)
            .create({"profile_id": self.profile.id})
        )
        wizard.write(
            {
                "line_ids": [
                    Command.create({"partner_id": stranger.id, "birth_month": "1", "birth_day": 1})
                ]
            }
        )
        wizard.action_save()
        self.assertFalse(stranger.logistics_birth_month)

    def test_bereavement_is_noted_and_taken_back(self):
        wizard = (
            self.env["logistics.bereavement"]
            .with_user(self.agent)
            .create({"profile_id": self.profile.id, "partner_id": self.person.id, "note": "Her father"})
        )
        self.assertEqual(wizard.until, fields.Date.context_today(wizard) + timedelta(days=49))
        wizard.action_save()
        self.assertEqual(self.person.bereaved_until, wizard.until)
        self.assertEqual(self.person.bereavement_note, "Her father")
        logged = self.profile.message_ids[:1].body
        self.assertIn("Wang Min", logged)
        self.assertNotIn("Her father", logged, "not everybody who follows the customer")
        wizard.action_clear()
        self.assertFalse(self.person.bereaved_until)
        with self.assertRaises(ValidationError):
            wizard.partner_id = self._customer("Stranger")

    def test_birthdays_are_for_customer_service_alone(self):
        names = ["logistics_birth_month", "logistics_birthday", "bereaved_until"]
        self.person.with_user(self.agent).read(names)
        portal = self._new_user("care_portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        clerk = self._new_user("care_clerk", "base.group_user")
        for user in (portal, clerk):
            person = self.person.with_user(user)
            for name in names:
                with self.assertRaises(AccessError):
                    person.read([name])
            with self.assertRaises(AccessError):
                person.search([("logistics_birth_month", "=", "3")])
            with self.assertRaises(AccessError):
                self.greeting.with_user(user).read(["state"])

    def test_merged_people_are_greeted_once(self):
        twin = self._born(date(1985, 3, 20), name="Wang Min again")
        self._plan(at="2027-03-01 00:00:00")
        self._run(MORNING)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        twin.email = self.person.email
        wizard._merge((self.person + twin).ids, self.person)
        kept = self._greetings(self.person)
        self.assertEqual(len(kept), 1)
        self.assertIn(kept.state, ("queued", "sent"))

    def test_preview(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.occasion.sms_template_id.with_context(lang="zh_CN").body = "祝您生日快乐"
        before = self.Greeting.search_count([])
        preview = (
            self.env["logistics.care.preview"]
            .with_user(self.manager)
            .create({"occasion_id": self.occasion.id, "partner_id": self.person.id, "lang": "zh_CN"})
        )
        self.assertEqual(preview.sms, "祝您生日快乐")
        preview.lang = "en_US"
        self.assertEqual(preview.subject, "Happy birthday, Wang Min!")
        self.assertIn("/g/", preview.body)
        self.assertEqual(self.Greeting.search_count([]), before)
        preview.partner_id = False
        self.assertTrue(preview.problem)

    def test_put_off_to_the_last_morning_is_not_too_late_by_seconds(self):
        """Its time was nine; what holds it up until the next morning at nine is a day, and one is allowed."""
        self.assertEqual(self.occasion.late_days, 1)
        arrived = self._send_all("2027-03-21 01:00:30")
        self.assertEqual([mail["To"] for mail in arrived], ["wang@customer.example"])

    def test_address_that_does_not_work(self):
        """A greeting goes by the other channel; one that comes back days later is nobody's to repeat."""
        self._run(MORNING)
        with freeze_time(MORNING):
            self._hand_over(refuse(550, "5.1.1 No such user"))
        self._run(MORNING)
        self.assertEqual((self.greeting.state, self.greeting.channel), ("queued", "sms"))

    def test_came_back_days_later(self):
        self._send_all(MORNING)
        with freeze_time("2027-03-25 01:00:00"):
            self._come_back(self.greeting.mail_id.mail_message_id, "wang@customer.example")
        self.assertEqual((self.greeting.state, self.greeting.failure_kind), ("failed", "bounced"))
        self.assertFalse(self.greeting.sent_at)
