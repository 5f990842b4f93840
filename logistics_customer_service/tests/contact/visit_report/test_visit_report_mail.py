import runpy
from unittest.mock import Mock

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_path

from ...common import MODULE
from .common import NOW, VisitReportCommon
from .test_urgent import PIXEL


@tagged("post_install", "-at_install")
class TestVisitReportMails(VisitReportCommon):
    """What is mailed is what the templates say, and these are the administrator's."""

    def _template(self, kind="daily"):
        return self.env.ref(f"{MODULE}.mail_template_visit_{kind}")

    def _daily(self):
        """Return a daily report that was sent."""
        report = self.Daily.with_user(self.agent).create(
            {"date": NOW.date(), "company_id": self.company.id, "user_id": self.agent.id}
        )
        report.action_send()
        return report

    def _monthly(self, recipients):
        """Return a monthly report that was issued."""
        report = self.Monthly.with_user(self.manager).create(
            {
                "team_id": self.team.id,
                "company_id": self.company.id,
                "month": "2026-02-01",
                "recipient_ids": [Command.set(recipients.ids)],
            }
        )
        report.action_issue()
        return report

    def _printing(self, state="ok", run=lambda self, *args, **kwargs: b"%PDF"):
        """Print in earnest, with a printer of our own."""
        self.patch(type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda self: state)
        self.patch(type(self.env["ir.actions.report"]), "_run_wkhtmltopdf", run)
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        self.Daily, self.Monthly = self.Daily.with_env(self.env), self.Monthly.with_env(self.env)

    def test_a_template_carries_its_report(self):
        for kind in ("daily", "monthly"):
            printed = self.env.ref(f"{MODULE}.action_report_visit_{kind}")
            self.assertEqual(self._template(kind).report_template_ids, printed)
        self._template().report_template_ids = False
        self.assertFalse(self._mails(self._daily()).attachment_ids, "the administrator's choice")

    def test_templates_of_an_earlier_version_are_completed_once(self):
        template = self._template()
        fresh = template.read(["lang", "report_template_ids", "use_default_to"])
        template.write(
            {
                "lang": "{{ object.supervisor_id.lang }}",
                "report_template_ids": False,
                "use_default_to": True,
            }
        )
        script = "migrations/19.0.2.0.0/post-visit_report_mails.py"
        migrate = runpy.run_path(file_path(f"{MODULE}/{script}"))["migrate"]

        def upgrade():
            template.flush_recordset()
            migrate(self.cr, "19.0.1.0.0")
            self.env.invalidate_all()

        upgrade()
        self.assertEqual(template.read(list(fresh[0])), fresh)
        template.report_template_ids = False
        upgrade()
        self.assertFalse(template.report_template_ids, "the administrator's since")

    def test_what_the_administrator_changes_is_sent(self):
        rules = self.env["ir.attachment"].create({"name": "rules.txt", "raw": b"Be polite."})
        for kind in ("daily", "urgent"):
            self._template(kind).write(
                {
                    "email_from": "visits@example.com",
                    "email_cc": "archive@example.com",
                    "attachment_ids": [Command.set(rules.ids)],
                }
            )
        for report in (self._daily(), self._urgent(photo=PIXEL)):
            mail = self._mails(report)
            self.assertEqual(mail.email_from, "visits@example.com")
            self.assertEqual(mail.email_cc, "archive@example.com")
            self.assertIn(rules, mail.attachment_ids)
            self.assertEqual(len(mail.attachment_ids), 2)
        self.assertNotEqual(rules.res_model, self.Daily._name, "it stays the template's")

    def test_in_the_companys_layout_and_the_readers_language(self):
        self._in_chinese(self.manager)
        self.company.write({"phone": "+86 10 5555 0100"})
        reports = self._daily(), self._urgent(), self._monthly(self.manager | self.supervisor)
        for report in reports:
            for mail in self._mails(report):
                self.assertEqual(len(mail.recipient_ids), 1)
                self.assertIn("+86 10 5555 0100", mail.body_html)
                lang = mail.recipient_ids.lang
                self.assertRegex(mail.body_html, f'<html lang="{lang.replace("_", "[-_]")}"')
        self.assertEqual(set(self._mails(reports[2]).recipient_ids.mapped("lang")), {"en_US", "zh_CN"})

    def test_nobody_else_gets_it(self):
        """An urgent report is about a customer, and not for the customer."""
        self.customer.email = "lumina@example.com"
        mail = self._mails(self._urgent())
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertFalse(mail.email_to or mail.email_cc)

    def test_readers_of_one_language_share_a_mail(self):
        mails = self._mails(self._monthly(self.manager | self.supervisor))
        self.assertEqual(mails.recipient_ids, (self.manager | self.supervisor).partner_id)
        self.assertEqual(len(mails), 1)

    def test_who_has_no_address_gets_no_mail(self):
        self.supervisor.email = False
        self.assertFalse(self._mails(self._daily()))

    def test_without_the_template_nothing_is_mailed(self):
        self._template().unlink()
        report = self._daily()
        self.assertEqual(report.state, "sent")
        self.assertFalse(self._mails(report))

    def test_the_report_keeps_what_was_mailed(self):
        self.company.write(
            {
                "email": "office@example.com",
                "alias_domain_id": self.env["mail.alias.domain"].create({"name": "x.example.com"}),
            }
        )
        report = self._daily()
        mail = self._mails(report)
        self.assertIn(self.supervisor.name, mail.body)
        self.assertNotIn("<table", mail.body, "the note names the readers, and no more")
        self.assertEqual(mail.author_id, self.agent.partner_id)
        self.assertEqual(mail.email_from, self.company.logistics_sender_email)
        self.assertIn("catchall@x.example.com", mail.reply_to, "answers reach the report")
        file = mail.attachment_ids
        self.assertEqual((file.res_model, file.res_id), (report._name, report.id))
        self.assertEqual(file.name, f"daily-2026-03-04-{self.agent.name}.html")
        message = mail.mail_message_id
        mail.unlink()
        self.assertTrue(message.exists(), "the mail goes, the note stays")
        self.assertFalse(self._template().auto_delete)

    def test_pdf_where_the_server_prints(self):
        self._printing()
        for report in (self._daily(), self._monthly(self.manager)):
            file = self._mails(report).attachment_ids
            self.assertEqual(file.raw, b"%PDF")
            self.assertTrue(file.name.endswith(".pdf"))

    def test_html_where_it_cannot(self):
        self._printing("install")
        for report in (self._daily(), self._monthly(self.manager)):
            file = self._mails(report).attachment_ids
            self.assertIn(self.team.name, file.raw.decode())
            self.assertTrue(file.name.endswith(".html"))

    def test_html_where_the_printer_fails(self):
        self._printing(run=Mock(side_effect=UserError("Out of paper")))
        with self.assertLogs("odoo.addons.logistics_customer_service", "WARNING") as logged:
            file = self._mails(self._daily()).attachment_ids
        self.assertIn("Out of paper", logged.output[0])
        self.assertTrue(file.name.endswith(".html"))

    def test_shown_to_the_administrator_where_the_server_cannot_print(self):
        self._printing("install")
        report = self._daily()
        preview = self.env["mail.template.preview"].create(
            {"mail_template_id": self._template().id, "lang": "en_US"}
        )
        preview.resource_ref = report.sudo()
        self.assertFalse(preview.error_msg)
        self.assertIn(self.agent.name, preview.subject)

    def test_other_reports_are_printed_or_not_as_ever(self):
        """It is our own mails that bring HTML instead."""
        self._printing("install")
        others = self.env.ref("web.action_report_internalpreview")
        template = self.env["mail.template"].create(
            {
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "report_template_ids": [Command.set(others.ids)],
            }
        )
        with self.assertRaises(UserError):
            template._generate_template_attachments(self.customer.ids, ["report_template_ids"])
        with self.assertRaises(UserError):
            self.env["ir.actions.report"]._render_qweb_pdf(
                f"{MODULE}.action_report_visit_daily", self._daily().ids
            )

    def test_photo_of_an_urgent_report(self):
        report = self._urgent(photo=PIXEL)
        file = self._mails(report).attachment_ids
        self.assertEqual(file.name, f"{report.name.replace('/', '-')}.jpg")
        self.assertEqual(file.datas, report.photo)
        self.assertFalse(self._mails(self._urgent()).attachment_ids)
