from odoo import Command
from odoo.tests import tagged

from ...common import MODULE
from ...shipment.notice.common import NoticeCommon
from .common_reply import TEAM, ReplyCommon

LI = "Li <li@customer.example>"


@tagged("post_install", "-at_install")
class TestReply(ReplyCommon, NoticeCommon):
    """What customers answer to a notice finds the team, with order and delivery."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Case = cls.env["logistics.complaint"]
        cls.env["logistics.complaint"].search([]).acknowledgement = "none"
        cls.picking = cls._delivery()
        cls.notice = cls._notices(cls.picking, "goods_out")

    def setUp(self):
        super().setUp()
        self._process()
        sent = self._send_mails()
        [self.mail] = [mail for mail in sent if self.notice.subject == mail["Subject"]]

    def _cases(self):
        return self.Case.search([("company_id", "=", self.company.id)])

    def test_answers_go_to_the_team_and_mails_come_from_it(self):
        agent = self._new_user("dedicated", "group_agent")
        self._profile_of(self.customer).agent_id = agent
        for name in ("Reply-To", "From"):
            self.assertIn(TEAM, self.mail[name])
            self.assertIn(self.company.name, self.mail[name])
        self.assertIn(TEAM, self.notice.contact_email)

    def test_an_answer_becomes_a_case_with_order_and_delivery(self):
        case = self._reply(self.mail, LI)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.picking_ids, self.picking)
        self.assertEqual(case.order_ids, self.picking.sale_id)
        self.assertEqual((case.team_id, case.channel), (self.service, "mail"))
        self.assertIn(self.notice.subject, "".join(case.message_ids.mapped("body")))

    def test_a_second_answer_goes_to_the_same_case_and_so_does_one_to_another_notice(self):
        case = self._reply(self.mail, LI)
        self.assertEqual(self._reply(self.mail, LI, body="Hello?"), case)
        self.notice.order_id._message_log(body="x")
        self._say(self.picking, "problem")
        self._process()
        [other] = self._send_mails()
        self.assertEqual(self._reply(other, LI, body="Again"), case)
        self.assertEqual(len(case.message_ids.filtered(lambda one: one.message_type == "email")), 3)
        self.assertTrue(case.customer_answered)

    def test_an_open_case_about_the_delivery_gets_it(self):
        case = self.Case.create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "picking_ids": [Command.set(self.picking.ids)],
            }
        )
        self.assertEqual(self._reply(self.mail, LI), case)
        case._move_to_phase("cancelled")
        self.assertNotEqual(self._reply(self.mail, LI, body="Later"), case)

    def test_from_an_address_that_nobody_knows(self):
        case = self._reply(self.mail, "Li at home <li@home.example>")
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual((case.email_from, case.contact_name), ("li@home.example", "Li at home"))
        self.assertEqual(case.picking_ids, self.picking)

    def test_somebody_else_has_no_part_in_the_order(self):
        self._customer("Stranger", email="stranger@x.example")
        case = self._reply(self.mail, "stranger@x.example")
        self.assertEqual(case.partner_id.name, "Stranger")
        self.assertFalse(case.picking_ids | self.env["stock.picking"].browse(case.order_ids.ids))

    def test_the_catchall_finds_the_team_too(self):
        self.service.alias_name = False
        self.assertIn("catchall@", self.company.logistics_reply_email)
        case = self._reply(self.mail, LI, to="catchall@logistics.example.com")
        self.assertEqual((case.picking_ids, case.team_id), (self.picking, self.service))
        again = self._reply(self.mail, LI, to="catchall@logistics.example.com", body="Hello?")
        self.assertEqual(again, case)

    def test_programs_open_no_case(self):
        before = self._cases()
        for to in (TEAM, "catchall@logistics.example.com"):
            self._reply(self.mail, LI, to=to, Auto_Submitted="auto-replied")
        self.assertEqual(self._cases(), before)

    def test_without_any_address_the_agent_and_the_settings_say_so(self):
        self.service.unlink()
        self.assertFalse(self.company.logistics_reply_email)
        agent = self._new_user("dedicated", "group_agent")
        agent.email = "dedicated@x.example"
        self._profile_of(self.customer).agent_id = agent
        self.notice.invalidate_recordset()
        self.assertIn("dedicated@x.example", self.notice.contact_email)
        self.assertEqual(self.company.logistics_sender_email, self.company.email_formatted)

    def test_another_companys_answer_links_nothing_of_this_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["logistics.service.team"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "resource_calendar_id": False,
                "alias_name": "theirs",
                "alias_domain_id": self.alias_domain.id,
            }
        )
        case = self._reply(self.mail, LI, to="theirs@logistics.example.com")
        self.assertEqual((case.team_id, case.company_id), (theirs, other))
        self.assertFalse(case.picking_ids)
        self.assertFalse(case.order_ids)

    def test_a_carriers_answer_to_the_team_finds_its_question(self):
        carrier = self._customer("Carrier", email="desk@carrier.example")
        case = self.Case.create({"partner_id": self.customer.id, "company_id": self.company.id})
        question = self.env["logistics.investigation"].create(
            {"complaint_id": case.id, "question": "What happened?", "partner_id": carrier.id}
        )
        with self._mail_server() as sent:
            self.env["mail.mail"].process_email_queue()
        asked = sent[-1]
        self.assertIn(TEAM, asked["Reply-To"])
        self.assertIn(TEAM, asked["From"])
        before = self._cases()
        self._reply(asked, "desk@carrier.example", body="It fell")
        self.assertEqual(self._cases(), before)
        self.assertEqual(question.state, "answered")
        self.assertIn("It fell", question.answer)

    def test_the_acknowledgement_comes_from_the_team_and_nobody_else(self):
        for team in (self.service, self.service.copy({"alias_name": "claims"})):
            case = self.Case.create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "team_id": team.id,
                }
            )
            self.assertEqual(case.acknowledgement, "to_send")
            case.with_user(self.env.ref("base.user_root"))._acknowledge()
            sent = self._send_mails()
            [mail] = [one for one in sent if case.number in one["Subject"]]
            for name in ("From", "Reply-To"):
                self.assertIn(team.alias_email, mail[name])
                self.assertNotIn("OdooBot", mail[name])

    def test_an_agent_who_takes_a_template_is_who_answers(self):
        case = self.Case.create({"partner_id": self.customer.id, "company_id": self.company.id})
        # the company has an address of its own, and is a partner
        self.company.partner_id.email = self.service.alias_email
        template = self.env.ref(f"{MODULE}.mail_template_answer_investigating")
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(
                default_model=case._name,
                default_res_ids=case.ids,
                default_composition_mode="comment",
                default_template_id=template.id,
                default_partner_ids=self.customer.ids,
                default_subtype_xmlid="mail.mt_comment",
            )
            .create({})
        )
        composer._action_send_mail()
        message = case.message_ids[:1]
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertIn(TEAM, message.email_from)
        self.assertTrue(case.first_reply_at)
        self.assertTrue(any(not one["own"] for one in case._prepare_customer_page()["messages"]))
