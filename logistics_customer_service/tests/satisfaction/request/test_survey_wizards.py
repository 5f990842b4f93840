from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SurveyCommon


@tagged("post_install", "-at_install")
class TestSurveyWizards(SurveyCommon):
    """Asked by hand, and looked at before anybody is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manual = cls._policy(name="By hand", trigger="manual", cooldown_days=30)

    def _ask(self, records, companies=None, **vals):
        context = {"active_model": records._name, "active_ids": records.ids}
        if companies:
            context["allowed_company_ids"] = companies.ids
        wizards = self.env["logistics.survey.ask"].with_user(self.agent).with_context(**context)
        return wizards.create(vals)

    def test_profiles(self):
        other = self._customer("Other", email="other@customer.example")
        profiles = self._profile(self.customer) + self._profile(other)
        wizard = self._ask(profiles)
        self.assertEqual(wizard.policy_id, self.manual)
        self.assertEqual((wizard.wanted_count, wizard.resting_count), (2, 0))
        asked = self.Request.search(wizard.action_ask()["domain"])
        self.assertEqual(asked.partner_id, self.customer + other)
        self.assertEqual(len(self._send_all()), 2)
        self.assertEqual(set(asked.mapped("state")), {"sent"})

    def test_deliveries_and_cases(self):
        self.policy.active = False
        self._policy(name="Cases", trigger="case_closed")
        picking, case = self._delivered(), self._case()
        self.policy.active = True
        for record in (picking, case):
            with self.subTest(record._name):
                wizard = self._ask(record)
                self.assertNotEqual(wizard.policy_id, self.manual)
                wizard.action_ask()
                self.assertTrue(self._requests(record))
        self.assertEqual(len(self._send_all()), 2, "an open case, too: somebody wants it")

    def test_refused_and_resting_are_told_and_left_out(self):
        profiles = self._profile(self.customer)
        for name in ("Refuses", "Rests"):
            partner = self._customer(name, email=f"{name}@x.example")
            profiles += self._profile(partner)
        self._refuse(profiles[1].partner_id)
        self._asked(profiles[2].partner_id)
        self._send_all()
        wizard = self._ask(profiles)
        self.assertEqual(
            (wizard.wanted_count, wizard.resting_count, wizard.refused_count), (1, 1, 1)
        )
        wizard.despite_rest = True
        self.assertEqual(wizard.wanted_count, 2)
        wizard.action_ask()
        arrived = {mail["To"] for mail in self._send_all()}
        self.assertEqual(arrived, {"li@customer.example", "rests@x.example"})

    def test_of_another_company_nobody_is_asked(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.agent.company_ids += company
        other = self._customer("Other", email="other@customer.example")
        theirs = self.env["logistics.profile"].create({"partner_id": other.id, "company_id": company.id})
        both = self.company + company
        wizard = self._ask(self._profile(self.customer) + theirs, both)
        self.assertEqual((wizard.wanted_count, wizard.foreign_count), (1, 1))
        wizard.action_ask()
        self.assertEqual(self._requests(policy=self.manual).partner_id, self.customer)
        wizard = self._ask(theirs, both, policy_id=self.manual.id)
        with self.assertRaises(UserError):
            wizard.action_ask()
        self.manual.company_id = False
        self._ask(theirs, both, policy_id=self.manual.id).action_ask()
        asked = self.Request.search([("partner_id", "=", other.id)])
        self.assertEqual((asked.company_id, asked.policy_id), (company, self.manual))

    def test_once_a_day_unless_wanted(self):
        profile = self._profile(self.customer)
        self._ask(profile).action_ask()
        self._send_all()
        with self.assertRaises(UserError):
            self._ask(profile).action_ask()
        self._ask(profile, despite_rest=True).action_ask()
        self.assertEqual(len(self._send_all()), 1)
        self.assertEqual(len(self._requests(policy=self.manual)), 1)

    def test_hours_of_sending_bind(self):
        hour = fields.Datetime.now().hour
        self.manual.write({"send_from": (hour + 10) % 24, "send_until": (hour + 11) % 24})
        self._ask(self._profile(self.customer)).action_ask()
        self.assertFalse(self._send_all())
        self.assertEqual(self._requests(policy=self.manual).state, "waiting")

    def _preview(self, **vals):
        return (
            self.env["logistics.survey.preview"]
            .with_user(self.manager)
            .create({"policy_id": self.policy.id, **vals})
        )

    def test_preview_and_test_mail(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.policy.mail_template_id.with_context(
            lang="zh_CN"
        ).subject = "请评价 {{ object.number }}"
        self.policy.active = False
        picking = self._delivered()
        self.manager.email = "manager@logistics.example"
        preview = self._preview(lang="zh_CN", number=picking.name)
        self.assertEqual(preview.subject, f"请评价 {picking.sale_id.name}")
        preview.lang = "en_US"
        self.assertIn("#5", preview.body)
        self.assertIn(picking.sale_id.name, preview.sms)
        preview.as_reminder = True
        self.assertTrue(preview.subject.startswith("A reminder"))
        preview.action_send_test()
        self.assertFalse(self.Request.search([("picking_id", "=", picking.id)]))
        arrived = {mail["To"]: mail["Subject"] for mail in self._send_mails()}
        self.assertTrue(arrived[self.manager.email_formatted].startswith("[Test] A reminder"))
        self.assertNotIn("li@customer.example", arrived)

    def test_preview_of_a_case_and_of_nothing(self):
        policy = self._policy(name="Cases", trigger="case_closed")
        case = self._case()
        preview = self._preview(policy_id=policy.id, number=case.number)
        self.assertIn(case.number, preview.subject)
        nothing = self._preview(number="?")
        self.assertFalse(nothing.subject)
        self.assertTrue(nothing.problem)
