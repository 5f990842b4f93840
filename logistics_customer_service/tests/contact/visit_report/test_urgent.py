from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import MODULE
from .common import NOW, VisitReportCommon

PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestVisitUrgent(VisitReportCommon):
    def test_the_manager_is_told_at_once(self):
        report = self._urgent(photo=PIXEL)
        self.assertEqual((report.state, report.manager_id), ("sent", self.manager))
        self.assertTrue(report.name.startswith("U/2026/"))
        activity = report.sudo().activity_ids
        self.assertEqual((activity.user_id, len(activity)), (self.manager, 1))
        mail = self._mails(report)
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertIn("They deliver on Sundays now.", mail.body_html)
        self.assertIn("Swift Express", mail.body_html)
        self.assertEqual(len(mail.attachment_ids), 1)

    def test_nobody_is_told_of_a_draft(self):
        report = self._urgent(send=False)
        self.assertFalse(self._mails(report))
        self.assertFalse(report.sudo().activity_ids)
        self.assertFalse(report.name)

    def test_numbers_are_drawn_when_sent(self):
        first, second = self._urgent(), self._urgent()
        self.assertEqual(int(second.name[-4:]) - int(first.name[-4:]), 1)

    def test_sent_once(self):
        report = self._urgent()
        with self.assertRaises(UserError):
            report.action_send()
        self.assertEqual(len(self._mails(report)), 1)

    def test_told_in_the_readers_language(self):
        self._in_chinese(self.manager)
        template = self.env.ref(f"{MODULE}.mail_template_visit_urgent")
        template.with_context(lang="zh_CN").subject = "紧急：{{ object.name }}"
        self.env["mail.template"].flush_model()
        report = self._urgent()
        self.assertTrue(self._mails(report).subject.startswith("紧急："))

    def test_told_again_once_per_interval_until_acknowledged(self):
        self.company.logistics_general_manager_id = self.supervisor
        report = self._urgent()
        self._stand(NOW + timedelta(hours=1, minutes=59))
        self._run("ir_cron_visit_urgent")
        self.assertEqual(report.notice_count, 1)
        self._stand(NOW + timedelta(hours=2, minutes=1))
        self._run("ir_cron_visit_urgent")
        self._run("ir_cron_visit_urgent")
        self.assertEqual(report.notice_count, 2)
        mail = self._mails(report)[-1:]
        self.assertIn("Nobody has acknowledged", mail.body_html)
        self.assertEqual(
            mail.recipient_ids, (self.manager | self.supervisor).partner_id, "from the second on"
        )
        self.assertEqual(len(report.sudo().activity_ids), 2, "one each, not one each time")
        # the server stood still for a day: told once, not for every interval missed
        self._stand(NOW + timedelta(days=1))
        self._run("ir_cron_visit_urgent")
        self.assertEqual(report.notice_count, 3)
        report.with_user(self.manager).action_acknowledge()
        self._stand(NOW + timedelta(days=2))
        self._run("ir_cron_visit_urgent")
        self.assertEqual(report.notice_count, 3)

    def test_reminders_end(self):
        self.company.logistics_urgent_times = 1
        report = self._urgent()
        for hours in (3, 6, 9):
            self._stand(NOW + timedelta(hours=hours))
            self._run("ir_cron_visit_urgent")
        self.assertEqual(report.notice_count, 2)

    def test_no_reminders_where_switched_off(self):
        self.company.logistics_urgent_hours = 0
        self.assertFalse(self._urgent().remind_at)

    def test_writer_is_reminded_of_what_was_not_sent(self):
        report = self._urgent(send=False)
        self._stand(NOW + timedelta(hours=3))
        self._run("ir_cron_visit_urgent")
        self._run("ir_cron_visit_urgent")
        self.assertEqual(report.sudo().activity_ids.user_id, self.agent)
        self.assertEqual((len(report.sudo().activity_ids), report.state), (1, "draft"))

    def test_acknowledged(self):
        report = self._urgent()
        self._stand(NOW + timedelta(minutes=90))
        managed = report.with_user(self.manager)
        managed.answer = "Price list goes out on Monday."
        managed.action_acknowledge()
        self.assertEqual(report.state, "acknowledged")
        self.assertEqual(report.acknowledged_by_id, self.manager)
        self.assertEqual(report.acknowledged_at, NOW + timedelta(minutes=90))
        self.assertAlmostEqual(report.hours_open, 1.5)
        self.assertFalse(report.sudo().activity_ids)
        self.assertIn("Price list goes out on Monday.", self._notes(report, self.agent).body)
        with self.assertRaises(UserError):
            managed.action_acknowledge()

    def test_what_waits_does_not_count_as_acknowledged_in_no_time(self):
        reports = self._urgent() | self._urgent()
        self._stand(NOW + timedelta(hours=3))
        reports[0].with_user(self.manager).action_acknowledge()
        [[hours]] = self.Urgent._read_group(
            [("id", "in", reports.ids)], aggregates=["hours_open:avg"]
        )
        self.assertEqual(hours, 3)

    def test_agents_do_not_acknowledge(self):
        report = self._urgent()
        with self.assertRaises(AccessError):
            report.with_user(self.agent).action_acknowledge()
        with self.assertRaises(AccessError):
            report.with_user(self.agent).answer = "Seen"

    def test_frozen_when_sent(self):
        report = self._urgent()
        for user in (self.agent, self.manager):
            for vals in ({"what": "Nothing"}, {"reason": "other"}, {"state": "draft"}):
                with self.subTest(vals=vals), self.assertRaises(UserError):
                    report.with_user(user).write(vals)
        with self.assertRaises(UserError):
            report.with_user(self.manager).unlink()

    def test_an_import_sends_nothing(self):
        report = self._urgent(send=False, state="acknowledged", name="U/1")
        self.assertEqual((report.state, report.name), ("draft", False))

    def test_whoever_writes_it_does_not_get_it(self):
        report = self._urgent(user=self.manager)
        self.assertEqual(report.manager_id, self.supervisor)
        self.company.logistics_manager_id = False
        self.assertEqual(self._urgent().manager_id, self.supervisor)

    def test_a_manager_is_found_where_nobody_is_named(self):
        self.company.logistics_manager_id = self.team.user_id = False
        self.env["logistics.service.team"].search([]).user_id = False
        found = self._urgent().manager_id
        self.assertTrue(found.has_group(f"{MODULE}.group_manager"))
        self.assertIn(self.company, found.company_ids)

    def test_from_a_visit(self):
        visit = self._visit(state="under_way")
        action = visit.with_user(self.agent).action_report_urgent()
        with Form(self.Urgent.with_user(self.agent).with_context(**action["context"])) as form:
            form.reason = "fault"
            form.what = "Cold boxes arrive warm."
        report = form.save()
        self.assertEqual((report.visit_id, report.partner_id), (visit, self.customer))
        self.assertEqual(report.team_id, self.team)
        report.action_send()
        self.assertEqual(visit.urgent_count, 1)

    def test_a_manager_who_has_left_is_not_told_alone(self):
        report = self._urgent()
        self.assertEqual(report.manager_id, self.manager)
        self.manager.active = False
        self._stand(NOW + timedelta(hours=3))
        self._run("ir_cron_visit_urgent")
        self.assertTrue(report.manager_id.active)
        self.assertIn(report.manager_id, report.activity_ids.user_id)
        self.assertEqual(self._mails(report)[-1].recipient_ids, report.manager_id.partner_id)

    def test_case_improvement_and_action_follow(self):
        report = self._urgent(visit_id=self._visit().id).with_user(self.supervisor)
        action = report.action_open_case()
        intake = (
            self.env["logistics.complaint.intake"]
            .with_user(self.supervisor)
            .with_context(**action["context"])
            .create({"partner_id": self.customer.id})
        )
        intake.action_register()
        self.assertEqual(report.complaint_ids.partner_id, self.customer)
        action = report.action_new_improvement()
        self.env["logistics.improvement"].with_user(self.supervisor).with_context(
            **action["context"]
        ).create({})
        self.assertEqual(report.improvement_ids.name, "They deliver on Sundays now.")
        action = report.action_new_action()
        self.env["logistics.visit.action"].with_user(self.supervisor).with_context(
            **action["context"]
        ).create({"name": "Ask for their prices", "date_deadline": "2026-03-06"})
        self.assertEqual(report.action_ids.visit_id, report.visit_id)
        counts = (report.complaint_count, report.improvement_count, report.action_count)
        self.assertEqual(counts, (1, 1, 1))

    def test_printed_form(self):
        report = self._urgent(what="<b>Fire</b>")
        html = self._print(report)
        for text in (report.name, "Swift Express", "Lumina", "&lt;b&gt;Fire&lt;/b&gt;"):
            self.assertIn(text, html)
        self.assertEqual((html.count("☑"), html.count("☐")), (1, 3))

    def _print(self, report):
        reports = self.env["ir.actions.report"]
        return reports._render_qweb_html(f"{MODULE}.action_report_visit_urgent", report.ids)[
            0
        ].decode()
