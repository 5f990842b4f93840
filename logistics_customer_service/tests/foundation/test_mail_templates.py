import re

from odoo.tests import tagged
from odoo.tools.mail import email_normalize

from ..common import MODULE, LogisticsCommon

CHINESE = "[\u4e00-\u9fff]"
# a sign of the one script beside a letter of the other; times and numbers have theirs
TAG = "\ue000"  # stands for a tag or an expression
HALF_WIDTH = re.compile(rf"[{TAG}{CHINESE[1:]}\s?[,;:!?](?!\d)|[,;:!?]\s?{CHINESE}")
FULL_WIDTH = re.compile("[\uff00-\uffef\u3000-\u303f]")
MACHINE = re.compile(r"\bNone\b|\bFalse\b|\[\d+\]|</?\w+[ >]|\{\{|\n\n\n|&nbsp;|&amp;")


@tagged("post_install", "-at_install")
class TestMailTemplates(LogisticsCommon):
    """Every template of ours, whichever there will be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": "logistics.example.com", "bounce_alias": "b", "catchall_alias": "c"}
        )
        named = cls.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "mail.template")])
        cls.templates = cls.env["mail.template"].browse(named.mapped("res_id"))
        # a record of each, of the demo data
        cls.samples = {
            template: cls.env[template.model].search([], order="id desc", limit=1)
            for template in cls.templates
        }
        if not all(cls.samples.values()):
            cls.skipTest(cls, "There is no demo data.")

    def _write(self, template):
        """Return the mail that a template makes, and its parts as they go out."""
        record = self.samples[template]
        values = {"email_to": "reader@x.example"}
        # as scheduled actions do, whoever they run as
        root = template.with_user(self.env.ref("base.user_root"))
        mail = self.env["mail.mail"].browse(root.send_mail(record.id, email_values=values))
        return mail, mail._prepare_outgoing_list()[0]

    def _speak(self, lang):
        for table in ("res_partner", "logistics_complaint"):
            self.env.cr.execute(f"UPDATE {table} SET lang = %s", [lang])
        self.env.invalidate_all()

    def _address(self, template, teams):
        """Return from whom a mail about the sample is to come."""
        record = self.samples[template]
        company = record.company_id
        case = record if record._name == "logistics.complaint" else None
        if "complaint_id" in record._fields and template.model != "logistics.survey.request":
            case = record.complaint_id
        team = case.team_id if case and template.model != "logistics.callback" else None
        first = teams.filtered(lambda one: one.company_id == company)[:1]
        return (team or first).alias_email or email_normalize(company.email)

    def test_sender_is_the_teams_address_or_the_companys(self):
        companies = self.env["res.company"].union(*(one.company_id for one in self.samples.values()))
        teams = self.env["logistics.service.team"].search([("company_id", "in", companies.ids)])
        for with_alias in (False, True):
            for team in teams:
                team.write(
                    {
                        "alias_name": with_alias and f"team{team.id}",
                        "alias_domain_id": with_alias and self.domain.id,
                    }
                )
            self.env.invalidate_all()
            for template in self.templates:
                with self.subTest(template.name, with_alias=with_alias):
                    mail, _parts = self._write(template)
                    expected = self._address(template, teams)
                    self.assertEqual(email_normalize(mail.email_from), expected)
                    self.assertNotIn("OdooBot", mail.email_from)
                    self.assertNotIn("OdooBot", mail.reply_to or "")

    def test_layout_of_the_company(self):
        for template in self.templates:
            with self.subTest(template.name):
                mail, parts = self._write(template)
                self.assertTrue(template.email_layout_xmlid)
                self.assertIn("<html", mail.body_html)
                self.assertNotIn("Odoo<", mail.body_html)
                self.assertIn(self.samples[template].company_id.name, parts["body"])

    def test_text_for_a_person(self):
        for template in self.templates:
            with self.subTest(template.name):
                mail, parts = self._write(template)
                text = parts["body_alternative"]
                self.assertNotRegex(text, MACHINE)
                for link in re.findall(r'href="(http[^"]+)"', parts["body"]):
                    self.assertIn(link.replace("&amp;", "&"), text, "what HTML leads to, text does")
                self.assertIn(self.samples[template].company_id.name, text)
                self.assertGreater(len(text.splitlines()), 2)

    def test_language_of_the_reader_to_the_punctuation(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        module = self.env["ir.module.module"].search([("name", "=", MODULE)])
        module._update_translations(["zh_CN"])
        for lang, wrong in (("zh_CN", HALF_WIDTH), ("en_US", FULL_WIDTH)):
            self._speak(lang)
            for template in self.templates:
                with self.subTest(template.name, lang=lang):
                    mail, _parts = self._write(template)
                    # the words of the template alone: what the demo's people say is theirs
                    said = template.with_context(lang=lang).body_html + (mail.subject or "")
                    self.assertEqual(bool(re.search(CHINESE, said)), lang == "zh_CN")
                    self.assertIn(f'lang="{lang.replace("_", "-")}"', mail.body_html)
                    seen = re.sub(r"<[^>]*>|\{\{.*?\}\}", TAG, said)
                    self.assertNotRegex(re.sub(r"\s+", " ", seen), wrong)

    def test_days_and_hours_are_the_readers(self):
        """What a deadline is called depends on where its reader lives."""
        case = self.samples[self.env.ref(f"{MODULE}.mail_template_answer_investigating")]
        seen = set()
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            # in no country, for no country has them both
            (case.contact_id | case.partner_id).write({"tz": zone, "country_id": False})
            case.invalidate_recordset()
            seen.add(case._format_instant(case.received_at))
        self.assertEqual(len(seen), 2)
