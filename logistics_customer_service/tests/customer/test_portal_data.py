import re
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ...controllers.customer import portal_data
from ...controllers.foundation.limit import Limit
from ...models.customer.logistics_consent import PHONE, WAYS
from ..common import MODULE, LogisticsCommon
from ..foundation.common import LinkPageHttp

PAGE = "/my/data"


class PortalDataCommon(LogisticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._customer("Head Office")
        cls.anna = cls.env["res.partner"].create({"name": "Anna Weber", "parent_id": cls.customer.id})
        cls.bert = cls.env["res.partner"].create({"name": "Bert Wang", "parent_id": cls.customer.id})
        cls.private = cls._customer("Carla Li", is_company=False)
        for partner in (cls.customer, cls.private):
            cls._order(partner, 100)
        cls._refresh()
        cls.profile = cls._profile_of(cls.customer)
        cls.survey = cls.env.ref(f"{MODULE}.consent_purpose_satisfaction_survey")
        cls.offers = cls.env.ref(f"{MODULE}.consent_purpose_offers")
        cls.locker = cls.env.ref(f"{MODULE}.consent_purpose_locker_drop")


class TestOwnAnswers(PortalDataCommon):
    """Whose answer counts for whom, and by which ways."""

    def _answer(self, purpose, contact=None, state="refused", **vals):
        return self.env["logistics.consent"].create(
            {
                "profile_id": self.profile.id,
                "purpose_id": purpose.id,
                "contact_id": contact and contact.id,
                "state": state,
                **vals,
            }
        )

    def test_a_persons_own_answer_counts_before_the_customers(self):
        self._answer(self.survey, self.anna)
        self.assertTrue(self.profile._refuses(self.survey.code, self.anna))
        self.assertFalse(self.profile._refuses(self.survey.code, self.bert))
        self.assertFalse(self.profile._refuses(self.survey.code, self.customer))
        self._answer(self.offers, state="granted")
        self.assertTrue(self.profile._agrees(self.offers, self.anna))
        self._answer(self.offers, self.anna)
        self.assertFalse(self.profile._agrees(self.offers, self.anna))
        self.assertTrue(self.profile._agrees(self.offers, self.bert))

    def test_ways_that_are_closed(self):
        self._answer(self.survey, self.anna, "granted", by_sms=False, by_phone=False)
        self.assertTrue(self.profile._agrees(self.survey, self.anna, "mail"))
        self.assertFalse(self.profile._agrees(self.survey, self.anna, "sms"))
        self.assertFalse(self.profile._agrees(self.survey, self.anna, PHONE))
        self.assertTrue(self.profile._agrees(self.survey, self.bert, PHONE))
        log = self.profile.message_ids[:1].body
        self.assertIn("not by SMS, Phone", log)
        self.assertIn("Anna Weber", log)

    def test_an_answer_is_of_the_customers_own_people(self):
        with self.assertRaises(ValidationError):
            self._answer(self.survey, self.private)
        consent = self._answer(self.survey, self.anna).with_user(self.agent)
        with self.assertRaises(AccessError):
            consent.contact_id = self.bert

    def test_answers_survive_a_merge_of_people(self):
        """Of two answers the later counts, a tie is a no; what stands in no conflict stays."""
        own = self._answer(self.survey, self.anna, date="2026-05-02")
        self._answer(self.survey, self.bert, "granted", date="2026-05-01")
        alone = self._answer(self.offers, self.anna, "granted")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.anna + self.bert).ids, self.bert)
        self.assertEqual(self.profile.consent_ids, own + alone)
        self.assertEqual(self.profile.consent_ids.contact_id, self.bert)

    def test_a_notice_goes_by_the_way_that_is_open(self):
        """Whoever wants no mails for a purpose gets an SMS where the rule knows one, else nothing."""
        self.anna.write({"email": "anna@x.example", "phone": "+86 138 0013 8000"})
        purpose = self.env.ref(f"{MODULE}.consent_purpose_service_notice")
        notice = self.env["logistics.notice"].create(
            {
                "partner_id": self.anna.id,
                "company_id": self.company.id,
                "occasion": "goods_out",
                "happened_at": fields.Datetime.now(),
            }
        )
        rule = self.env["logistics.notice.rule"].search([("channel_order", "=", "mail_sms")], limit=1)
        consent = self._answer(purpose, self.anna, "granted", by_mail=False)
        self.assertEqual(notice._find_way(rule, self.profile, {})[0], "sms")
        consent.by_sms = False
        self.assertEqual(notice._find_way(rule, self.profile, {}), ("refused", False))

    def test_nobody_is_called_who_wants_no_calls(self):
        purpose = self.env["logistics.callback.purpose"].search(
            [("consent_purpose_id.code", "=", "callback")], limit=1
        )
        callback = self.env["logistics.callback"].create(
            {
                "partner_id": self.anna.id,
                "company_id": self.company.id,
                "purpose_id": purpose.id,
                "phone": "+86 138 0013 8000",
            }
        )
        self.assertFalse(callback._get_objection(False))
        self._answer(purpose.consent_purpose_id, self.anna, "granted", by_phone=False)
        self.assertTrue(callback._get_objection(False))


@tagged("post_install", "-at_install")
class TestPortalData(PortalDataCommon, LinkPageHttp):
    """The page on which customers say what they agree to, and read why they have their tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            partner: cls._portal_user(name, partner)
            for name, partner in (
                ("anna", cls.anna), ("bert", cls.bert), ("office", cls.customer), ("carla", cls.private)
            )
        }  # fmt: skip

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(portal_data, "SENDINGS", Limit("portal data", 1000, 1)))

    def _as(self, partner):
        user = self.users[partner]
        self.authenticate(user.login, user.login)

    def _post(self, path, **data):
        page = self._get(PAGE).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        sent = self.url_open(path, data={"csrf_token": token, **data}, allow_redirects=False)
        self.env.invalidate_all()
        return sent

    def _say(self, purpose, state, *ways):
        values = {f"purpose_{purpose.id}": state, "way": [f"{purpose.id}-{way}" for way in ways]}
        return self._post(f"{PAGE}/consents", **values)

    def test_page_shows_and_writes_nothing(self):
        self._as(self.anna)
        with self._nothing_written():
            page = self._get(PAGE)
        self.assertEqual(page.status_code, 200)
        for text in ("Satisfaction Survey", "Offers", "Standard", 'id="my_data"'):
            self.assertIn(text, page.text)
        self.assertIn('href="/my/data"', self._get("/my").text)

    def test_person_gives_and_withdraws_for_themselves_alone(self):
        self._as(self.anna)
        self.assertEqual(self._say(self.offers, "granted", "mail").status_code, 303)
        consent = self.profile.consent_ids
        self.assertEqual(
            (consent.purpose_id, consent.contact_id, consent.state, consent.source),
            (self.offers, self.anna, "granted", "Portal"),
        )
        self.assertEqual(consent.date, self.company._get_logistics_today())
        self.assertEqual(consent.user_id, self.users[self.anna])
        self.assertEqual(consent._get_closed_ways(), ["sms", "phone"])
        self.assertIn("Portal", self.profile.message_ids[:1].body)
        self.assertFalse(self.profile._agrees(self.offers, self.bert))
        self._say(self.offers, "refused")
        self.assertEqual((consent.state, len(self.profile.consent_ids)), ("refused", 1))

    def test_customers_own_login_speaks_for_the_customer(self):
        self._as(self.customer)
        self._say(self.survey, "refused")
        self.assertFalse(self.profile.consent_ids.contact_id)
        self.assertTrue(self.profile._refuses(self.survey.code, self.bert))
        self._as(self.bert)
        self.assertIn("As your company said", self._get(PAGE).text)

    def test_what_is_as_it_was_is_not_noted(self):
        self._as(self.anna)
        count = len(self.profile.message_ids)
        self._say(self.survey, "granted", *WAYS)
        self._say(self.offers, "refused")
        self._say(self.locker, "refused")
        self.assertFalse(self.profile.consent_ids)
        self.assertEqual(len(self.profile.message_ids), count)
        self._say(self.locker, "granted")
        self.assertEqual(self.profile.consent_ids._get_closed_ways(), [])

    def test_ways_that_a_purpose_has(self):
        """Nobody calls with notices; that one is called goes by yes and no alone."""
        notices, calls = (
            self.env.ref(f"{MODULE}.consent_purpose_{name}") for name in ("service_notice", "callback")
        )
        self._as(self.anna)
        page = self._get(PAGE).text
        self.assertIn(f'value="{notices.id}-sms"', page)
        self.assertNotIn(f'value="{notices.id}-phone"', page)
        self.assertNotIn(f'value="{calls.id}-phone"', page)
        self._say(notices, "granted", "mail")
        self.assertEqual(self.profile.consent_ids._get_closed_ways(), ["sms"])
        self._say(calls, "refused")
        self._say(calls, "granted")
        self.assertTrue(self.profile._agrees(calls, self.anna, PHONE))
        self.profile.consent_ids.by_phone = False
        self._say(calls, "granted")
        self.assertTrue(self.profile._agrees(calls, self.anna, PHONE), "yes after all")

    def test_yes_by_no_way_is_no(self):
        self._as(self.anna)
        self._say(self.survey, "granted")
        self.assertEqual(self.profile.consent_ids.state, "refused")

    def test_what_a_browser_may_send_is_only_about_oneself(self):
        self._as(self.anna)
        other = self.env["logistics.consent.purpose"].create(
            {"name": "Archived", "code": "archived", "active": False}
        )
        for state in ("", "sometimes", "granted\0"):
            self._say(self.offers, state, "mail")
        self._say(other, "granted")
        self._post(f"{PAGE}/consents", purpose_x="granted", partner_id=self.bert.id, profile_id=1)
        self.assertFalse(self.env["logistics.consent"].search([("contact_id", "!=", False)]))
        sent = self.url_open(
            f"{PAGE}/consents", data={f"purpose_{self.offers.id}": "granted"}, allow_redirects=False
        )
        self.assertEqual(sent.status_code, 400, "no token of the form")
        self.logout()
        self.assertIn("/web/login", self._get(PAGE).headers["Location"])

    def test_whoever_has_no_profile_may_answer(self):
        stranger = self._customer("Newcomer", is_company=False)
        self.users[stranger] = self._portal_user("newcomer", stranger)
        self._as(stranger)
        self.assertIn("You have no level yet", self._get(PAGE).text)
        self._say(self.offers, "granted", *WAYS)
        self.assertTrue(self._profile_of(stranger)._agrees(self.offers, stranger))

    def test_tier_in_plain_words(self):
        """Neither amounts nor points nor a supervisor's reason leave the house."""
        self.private_profile = self._profile_of(self.private)
        self._as(self.private)
        page = self._get(PAGE).text
        self.assertIn("How much you buy", page)
        self.assertIn(self.standard.customer_note, page)
        for line in self.private_profile.score_id.explanation:
            criterion = self.env["logistics.tier.criterion"].browse(line["criterion_id"])
            self.assertNotIn(criterion.name + ":", page)
        self.private_profile._lock_tier(self.vip, "Their uncle is the mayor", fields.Date.today())
        page = self._get(PAGE).text
        self.assertIn("One of us chose this level for you", page)
        self.assertIn("VIP", page)
        self.assertNotIn("mayor", page)

    def test_opting_out(self):
        profile = self._profile_of(self.private)
        profile.sudo()._set_tier(self.vip, "score")
        self._as(self.private)
        self.assertEqual(self._post(f"{PAGE}/tier", automatic="0").status_code, 303)
        self.assertTrue(profile.tier_opt_out)
        self.assertFalse(profile.score_id)
        self.assertEqual(profile.tier_id, self.standard)
        self.assertIn("Portal", " ".join(profile.message_ids.mapped("body")))
        self._order(self.private, 100_000)
        self._refresh()
        self.assertFalse(profile.score_id)
        self.assertEqual(profile.tier_id, self.standard, "the night leaves it to people")
        self.assertIn("Let the Program Rate Me Again", self._get(PAGE).text)
        self._post(f"{PAGE}/tier", automatic="1")
        self._refresh()
        self.assertTrue(profile.score_id)

    def test_people_of_a_company_do_not_opt_it_out(self):
        self._as(self.anna)
        self._post(f"{PAGE}/tier", automatic="0")
        self.assertFalse(self.profile.tier_opt_out)
        self.assertNotIn('name="automatic"', self._get(PAGE).text)
        self._as(self.customer)
        self._post(f"{PAGE}/tier", automatic="0")
        self.assertTrue(self.profile.tier_opt_out)

    def test_another_company_is_told_nothing(self):
        other = self.env["res.company"].create({"name": "Other Logistics"})
        elsewhere = self.Profile.sudo().create(
            {"partner_id": self.customer.id, "company_id": other.id}
        )
        self._as(self.customer)
        self._say(self.survey, "refused")
        self._post(f"{PAGE}/tier", automatic="0")
        self.assertFalse(elsewhere.consent_ids)
        self.assertFalse(elsewhere.tier_opt_out)

    def test_customers_have_no_rights_on_the_records(self):
        user = self.users[self.private]
        for name in ("logistics.consent", "logistics.profile", "logistics.profile.score"):
            with self.assertRaises(AccessError):
                self.env[name].with_user(user).search([])

    def test_language_and_pace(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.users[self.anna].lang = "zh_CN"
        self._as(self.anna)
        self.assertIn("普通", self._get(f"/zh_CN{PAGE}").text)
        self.users[self.anna].lang = "en_US"
        self.authenticate(None, None)
        self._as(self.anna)
        with patch.object(portal_data, "SENDINGS", Limit("portal data", 1, 60)):
            self._say(self.offers, "granted", "mail")
            self.assertEqual(self._say(self.offers, "refused").status_code, 422)
        self.assertEqual(self.profile.consent_ids.state, "granted")
