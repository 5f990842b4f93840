from datetime import date

from odoo import fields
from odoo.tests import tagged

from ...common import MODULE
from ...complaint.intake.common_reply import TEAM, ReplyCommon
from ...foundation.common import LinkPageHttp
from ...satisfaction.request.common import SurveyCommon
from .common import CareCommon

MORNING = "2027-03-20 01:30:00"
CLICK = {"List-Unsubscribe": "One-Click"}


@tagged("post_install", "-at_install")
class TestReplyAndRefuse(ReplyCommon, CareCommon, LinkPageHttp):
    """What was sent by surveys and greetings is answered, and refused by one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._occasion(
            mail_template_id=cls.env.ref(f"{MODULE}.care_mail_birthday").id,
            sms_template_id=cls.env.ref(f"{MODULE}.care_sms_birthday").id,
            channel_order="mail_sms",
        )
        cls.person = cls._born(date(1985, 3, 20))
        cls._plan(at="2027-03-01 00:00:00")
        cls.greeting = cls._greetings(cls.person)
        cls.Request = cls.env["logistics.survey.request"]
        cls.env["logistics.survey.policy"].search([]).active = False
        cls.survey = SurveyCommon._survey.__func__(cls)
        cls.Policy = cls.env["logistics.survey.policy"]
        policy = SurveyCommon._policy.__func__(cls)
        template = cls.env.ref("logistics_customer_service.survey_mail_delivery")
        policy.write({"mail_template_id": template.id, "channel_order": "mail"})

    def _told_of(self, picking):
        self._rule("goods_out").active = True
        self._notices(picking, "goods_out").unlink()
        self.Notice._note(
            [
                {
                    "occasion": "goods_out",
                    "company_id": self.company.id,
                    "picking_id": picking.id,
                    "order_id": picking.sale_id.id,
                    "partner_id": self.customer.id,
                    "happened_at": fields.Datetime.now(),
                }
            ]
        )
        self._process()
        notice = self._notices(picking, "goods_out")
        [mail] = [one for one in self._send_mails() if one["Subject"] == notice.subject]
        return notice, mail

    def _asked(self):
        picking = self._delivery(carrier=False)
        request = self.Request.search([("picking_id", "=", picking.id)])
        while self.Request._advance_or_rest():
            continue
        link = f"<{request._get_refuse_url()}>"
        [mail] = [one for one in self._send_mails() if one["List-Unsubscribe"] == link]
        return request, mail

    def _greeted(self):
        [mail] = self._send_all(MORNING)
        return self.greeting, mail

    def test_an_answer_to_a_survey(self):
        request, mail = self._asked()
        self.assertIn(TEAM, mail["Reply-To"])
        case = self._reply(mail, "li@customer.example")
        self.assertEqual((case.partner_id, case.picking_ids), (self.customer, request.picking_id))
        self.assertEqual(self._reply(mail, "li@customer.example", body="Hello?"), case)

    def test_an_answer_to_a_survey_about_a_case_goes_to_the_case(self):
        request, mail = self._asked()
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        request.write({"picking_id": False, "order_id": False, "complaint_id": case.id})
        self.assertEqual(self._reply(mail, "li@customer.example"), case)

    def test_an_answer_to_a_greeting_is_no_complaint(self):
        _greeting, mail = self._greeted()
        self.assertIn(TEAM, mail["Reply-To"])
        case = self._reply(mail, "wang@customer.example", body="Thank you")
        self.assertEqual((case.partner_id, case.kind), (self.customer, "inquiry"))
        self.assertEqual(self._reply(mail, "wang@customer.example", body="And more"), case)

    def test_an_answer_to_who_could_not_be_reached_goes_to_the_case(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        purpose = self.env.ref("logistics_customer_service.callback_purpose_after_case")
        callback = self.env["logistics.callback"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "purpose_id": purpose.id,
                "complaint_id": case.id,
            }
        )
        callback._write_instead()
        mail = self._send_mails()[-1]
        self.assertIn(TEAM, mail["Reply-To"])
        self.assertIn(TEAM, mail["From"])
        for to in (TEAM, "catchall@logistics.example.com"):
            self.assertEqual(self._reply(mail, "li@customer.example", to=to), case)

    def test_one_click_without_session_and_form(self):
        """Today's mail programs send it as RFC 8058 says."""
        for record, mail, purpose in (
            (*self._told_of(self._delivery(carrier=False)), "service_notice"),
            (*self._asked(), "satisfaction_survey"),
            (*self._greeted(), "care"),
        ):
            with self.subTest(record._name):
                self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
                self.assertEqual(mail["List-Unsubscribe"], f"<{record._get_refuse_url()}>")
                self.assertIn(record._get_refuse_url(), mail.get_body(("html",)).get_content())
                self.env.flush_all()
                path = record._get_refuse_url().removeprefix(record.get_base_url())
                self.assertEqual(self._get(path).status_code, 200)
                self.assertFalse(record._has_refused())
                self.opener.cookies.clear()
                answer = self.opener.post(self.base_url() + path, data=CLICK, timeout=30)
                self.assertEqual(answer.status_code, 200)
                self.env.invalidate_all()
                self.assertTrue(record._has_refused())
                consents = self._profile_of(self.customer).consent_ids
                refused = consents.filtered(lambda one: one.state == "refused")
                self.assertIn(purpose, refused.purpose_id.mapped("code"))
                wrong = self.opener.post(self.base_url() + path[:-1] + "-", data=CLICK, timeout=30)
                self.assertEqual(wrong.status_code, 404)

    def test_who_refused_is_not_asked_again_and_can_refuse_what_expired(self):
        request, _mail = self._asked()
        request.write({"state": "expired", "expires_at": "2020-01-01 00:00:00"})
        held = self.Request._find_refusable(request._get_token())
        self.assertEqual(held, request)
        held._refuse()
        picking = self._delivery(carrier=False)
        while self.Request._advance_or_rest():
            continue
        later = self.Request.search([("picking_id", "=", picking.id)])
        self.assertEqual((later.state, later.reason), ("suppressed", "refused"))

    def test_who_wants_no_mails_gets_no_sms_instead(self):
        self.env["mail.blacklist"]._add("li@customer.example")
        self.env["mail.blacklist"]._add("wang@customer.example")
        self.person.phone = "+86 138 0013 8001"
        policy = self.Policy.search([("active", "=", True)], limit=1)
        sms = self.env.ref("logistics_customer_service.survey_sms_delivery")
        policy.write({"channel_order": "mail_sms", "sms_template_id": sms.id})
        picking = self._delivery(carrier=False)
        while self.Request._advance_or_rest():
            continue
        request = self.Request.search([("picking_id", "=", picking.id)])
        self.assertEqual((request.state, request.reason), ("suppressed", "blacklisted"))
        self._run(MORNING)
        self.assertEqual((self.greeting.state, self.greeting.reason), ("suppressed", "blacklisted"))
        self.assertFalse(request.sms_ids | self.greeting.sms_ids)
