from datetime import date, datetime, timedelta

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from .common import NOW, VisitReportCommon

TODAY = date(2026, 3, 4)


@tagged("post_install", "-at_install")
class TestVisitDaily(VisitReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callback = cls.env["logistics.callback"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "purpose_id": cls.env.ref(f"{MODULE}.callback_purpose_other").id,
            }
        )

    @classmethod
    def _attempt(cls, at, user=None, **vals):
        return cls.env["logistics.callback.attempt"].create(
            {
                "callback_id": cls.callback.id,
                "user_id": (user or cls.agent).id,
                "called_at": at,
                "result": "done",
                "note": "All is well.",
                **vals,
            }
        )

    def _daily(self, user=None, day=TODAY, **vals):
        user = user or self.agent
        return self.Daily.with_user(user).create(
            {"date": day, "company_id": self.company.id, "user_id": user.id, **vals}
        )

    def test_drawn_from_visits_and_calls(self):
        visit = self._visit(
            findings=[
                ("opinion", "Couriers are friendly."),
                ("opinion", "Boxes are wet."),
                ("wish", "Deliver before nine."),
                ("matter", "Invoice explained."),
                ("other", "They move in May."),
            ],
            contact_name="Mr Li",
        )
        self.env["logistics.visit.finding"].create(
            {
                "visit_id": visit.id,
                "topic": "competitor",
                "text": "5 % cheaper.",
                "competitor": "Swift",
            }
        )
        self.env["logistics.visit.action"].create(
            {
                "visit_id": visit.id,
                "name": "Send samples",
                "user_id": self.agent.id,
                "date_deadline": "2026-03-09",
            }
        )
        self._visit(state="cancelled", partner=self._customer("Shut"), cancel_reason="Closed")
        self._attempt(NOW - timedelta(hours=3))
        report = self._daily()
        line, left = report.visit_line_ids.sorted("visit_id")
        self.assertEqual(line.opinion, "Couriers are friendly.\nBoxes are wet.")
        self.assertEqual(line.wish, "Deliver before nine.")
        self.assertEqual(line.matter, "Invoice explained.")
        self.assertEqual(line.other, "They move in May.")
        self.assertEqual(line.competitor, "Swift: 5 % cheaper.")
        self.assertFalse(line.suggestion or line.market or line.effect)
        self.assertIn("Send samples", line.agreed)
        self.assertIn("2026-03-09", line.agreed)
        self.assertEqual((line.time_in, line.time_out), (NOW, NOW + timedelta(hours=1)))
        self.assertEqual(line.contact_name, "Mr Li")
        self.assertEqual((left.visit_state, left.note), ("cancelled", "Closed"))
        self.assertEqual(report.call_line_ids.note, "All is well.")
        counts = (report.visit_count, report.planned_count)
        self.assertEqual(counts, (1, 2))
        self.assertEqual((report.call_count, report.reached_count), (1, 1))

    def test_the_day_is_the_visitors_own(self):
        """23:30 of the 4th in Berlin is 22:30 UTC; half past midnight is another day."""
        late = self._visit(datetime(2026, 3, 4, 22, 30), user=self.mate)
        self._visit(datetime(2026, 3, 4, 23, 30), user=self.mate)
        call = self._attempt(datetime(2026, 3, 4, 22, 59), self.mate)
        self._attempt(datetime(2026, 3, 4, 23, 0), self.mate)
        self._attempt(datetime(2026, 3, 3, 22, 59), self.mate)
        report = self._daily(self.mate)
        self.assertEqual(report.tz, "Europe/Berlin")
        self.assertEqual(report.visit_line_ids.visit_id, late)
        self.assertEqual(report.call_line_ids.attempt_id, call)
        # the same instants lie on the 5th in Shanghai
        self._attempt(datetime(2026, 3, 4, 22, 59))
        self.assertFalse(self._daily().call_line_ids)
        self.assertEqual(self._daily(day=date(2026, 3, 5)).call_count, 1)

    def test_days_of_23_and_25_hours(self):
        """29 March 2026 begins in Berlin at 23:00 UTC and ends at 22:00; 25 October is longer."""
        for day, begin, end in (
            (date(2026, 3, 29), datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22)),
            (date(2026, 10, 25), datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 23)),
        ):
            second = timedelta(seconds=1)
            inside = self._attempt(begin, self.mate) | self._attempt(end - second, self.mate)
            self._attempt(begin - second, self.mate)
            self._attempt(end, self.mate)
            report = self._daily(self.mate, day)
            with self.subTest(day=day):
                self.assertEqual(report.call_line_ids.attempt_id, inside)

    def test_today_is_the_visitors_today(self):
        self._stand(datetime(2026, 3, 4, 17, 0))  # 1:00 of the 5th in Shanghai, 18:00 in Berlin
        days = [
            self.Daily.with_user(user).create({}).date for user in (self.agent, self.mate)
        ]
        self.assertEqual(days, [date(2026, 3, 5), date(2026, 3, 4)])

    def test_only_the_visitors_and_the_companys(self):
        self._visit(user=self.mate)
        self._attempt(NOW, self.mate)
        self.agent.company_ids |= self.other
        self.Visit.create(
            {
                "partner_id": self.customer.id,
                "company_id": self.other.id,
                "user_id": self.agent.id,
                "planned_at": NOW,
                "checked_in_at": NOW,
                "state": "done",
            }
        )
        self.assertFalse(self._daily().line_ids)

    def test_drawing_again_keeps_what_was_typed(self):
        visit = self._visit(findings=[("opinion", "Good.")])
        gone, gone_with_remark = self._visit(), self._visit()
        report = self._daily()
        lines = {line.visit_id: line for line in report.visit_line_ids}
        report.write(
            {
                "summary": "A good day.",
                "effect": "Two orders.",
                "tomorrow": "The north.",
                "visit_line_ids": [
                    Command.update(lines[visit].id, {"remark": "Ask again in May."}),
                    Command.update(lines[gone_with_remark].id, {"remark": "Nobody there."}),
                ],
            }
        )
        (gone | gone_with_remark).planned_at = NOW + timedelta(days=3)
        (gone | gone_with_remark).write({"checked_in_at": False, "state": "planned"})
        visit.finding_ids.text = "Very good."
        new = self._visit(partner=self._customer("Late"))
        report.action_draw()
        self.assertEqual(report.summary, "A good day.")
        self.assertEqual((report.effect, report.tomorrow), ("Two orders.", "The north."))
        self.assertEqual(lines[visit].opinion, "Very good.")
        self.assertEqual(lines[visit].remark, "Ask again in May.")
        self.assertEqual(report.visit_line_ids.visit_id, visit | gone_with_remark | new)
        kept = report.visit_line_ids.filtered("gone")
        self.assertEqual((kept.visit_id, kept.remark), (gone_with_remark, "Nobody there."))
        self.assertEqual(report.planned_count, 2)

    def test_tomorrow_begins_with_what_is_planned(self):
        self._visit(NOW + timedelta(days=1), state="planned", partner=self._customer("North"))
        self.assertEqual(self._daily().tomorrow, "North")
        self.assertEqual(self._daily(day=date(2026, 3, 3)).tomorrow, False)

    def test_one_a_day(self):
        self._daily()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._daily()

    def test_the_menu_opens_the_same_report(self):
        reports = self.Daily.with_user(self.agent)
        first = reports.action_open_today()["res_id"]
        visit = self._visit()
        self.assertEqual(reports.action_open_today()["res_id"], first)
        self.assertEqual(reports.browse(first).line_ids.visit_id, visit, "drawn anew")

    def test_drawing_many_takes_no_more_queries(self):
        for number in range(3):
            self._visit(NOW - timedelta(hours=number), findings=[("opinion", "Good.")])
        report = self._daily()
        few = self._count(report.action_draw)
        for number in range(12):
            self._visit(
                NOW - timedelta(minutes=number),
                findings=[("wish", "More."), ("effect", "Some.")],
                partner=self._customer(f"C{number}"),
            )
            self._attempt(NOW - timedelta(minutes=number))
        # the first time the lines are made, the second nothing is new
        report.action_draw()
        self.assertEqual(len(report.line_ids), 27)
        self.assertLessEqual(self._count(report.action_draw), few + 2)

    def test_sent_to_the_supervisor_and_frozen(self):
        self._visit()
        report = self._daily(summary="Done.")
        report.action_send()
        self.assertEqual((report.state, report.supervisor_id), ("sent", self.supervisor))
        mail = self._mails(report)
        self.assertEqual(mail.recipient_ids, self.supervisor.partner_id)
        self.assertEqual(len(mail.attachment_ids), 1)
        for vals in ({"summary": "More"}, {"tomorrow": "Rest"}, {"state": "draft"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                report.write(vals)
        with self.assertRaises(UserError):
            report.visit_line_ids.write({"remark": "Late idea"})
        with self.assertRaises(UserError):
            report.write(
                {"line_ids": [Command.update(report.line_ids.id, {"remark": "Late idea"})]}
            )
        for action in (report.action_draw, report.action_send, report.unlink):
            with self.assertRaises(UserError):
                action()
        # what happens afterwards does not reach a report that was sent
        self._visit()
        self.Daily.with_user(self.agent).action_open_today()
        self.assertEqual(len(report.line_ids), 1)

    def test_lines_are_drawn_not_written(self):
        self._visit()
        report = self._daily()
        with self.assertRaises(UserError):
            report.line_ids.opinion = "Excellent"

    def test_read_and_returned(self):
        report = self._daily()
        judged = report.with_user(self.supervisor)
        with self.assertRaises(UserError):
            judged.action_mark_read()
        report.action_send()
        with self.assertRaises(AccessError):
            report.action_mark_read()
        with self.assertRaises(AccessError):
            report.remark = "Fine"
        with self.assertRaises(UserError):
            judged.action_return()
        judged.remark = "And the competitors?"
        judged.action_return()
        self.assertEqual((report.state, report.read_by_id), ("returned", self.supervisor))
        self.assertEqual(report.sudo().activity_ids.user_id, self.agent)
        self.assertIn("And the competitors?", self._notes(report, self.agent).body)
        report.summary = "None seen."
        report.action_send()
        self.assertFalse(report.sudo().activity_ids)
        self.assertFalse(report.read_at)
        judged.action_mark_read()
        self.assertEqual(report.state, "read")
        self.assertEqual((report.read_by_id, report.read_at), (self.supervisor, NOW))

    def test_mailed_in_the_readers_language(self):
        self._in_chinese(self.supervisor)
        view = self.env.ref(f"{MODULE}.report_visit_daily_document")
        terms = {"zh_CN": {"Daily Report of Visits": "巡访日报表", "Tomorrow": "明日计划"}}
        view.update_field_translations("arch_db", terms)
        self._visit()
        report = self._daily()
        report.action_send()
        content = self._mails(report).attachment_ids.raw.decode()
        self.assertIn("巡访日报表", content)
        self.assertNotIn("Daily Report of Visits", content)

    def _missing(self, user=None):
        rows = self.env["logistics.visit.daily.report.missing"].with_user(user or self.supervisor)
        rows.env.invalidate_all()
        return rows.search([])

    def test_missing_reports_are_seen(self):
        self._visit()
        self._visit()
        self._visit(NOW - timedelta(days=1), state="planned")
        row = self._missing()
        self.assertEqual((row.user_id, row.date, row.visit_count), (self.agent, TODAY, 2))
        self.assertFalse(row.state)
        self.assertEqual(self._missing(self.agent), row)
        self.assertFalse(self._missing(self.outsider))
        report = self.Daily.with_user(self.agent).browse(
            row.with_user(self.agent).action_open()["res_id"]
        )
        self.assertEqual((self._missing().state, self._missing().daily_id), ("draft", report))
        report.action_send()
        self.assertFalse(self._missing())

    def test_reminded_once_at_the_end_of_the_day(self):
        self._stand(NOW - timedelta(minutes=1))  # 17:59 in Shanghai, late morning in Berlin
        self._visit(NOW - timedelta(hours=4))
        self._visit(NOW - timedelta(hours=4), user=self.mate)
        self._run("ir_cron_visit_daily")
        self.assertFalse(self.Daily.search([("user_id", "in", (self.agent | self.mate).ids)]))
        self._stand(NOW)
        self._run("ir_cron_visit_daily")
        report = self.Daily.search([("user_id", "in", (self.agent | self.mate).ids)])
        self.assertEqual((report.user_id, report.date), (self.agent, TODAY))
        self.assertEqual(report.visit_count, 1)
        self.assertEqual(report.activity_ids.user_id, self.agent)
        report.activity_ids.unlink()
        self._run("ir_cron_visit_daily")
        self.assertFalse(report.activity_ids, "reminded once")
        self._stand(NOW + timedelta(hours=7))  # 18:00 in Berlin
        self._run("ir_cron_visit_daily")
        self.assertEqual(self.Daily.search_count([("user_id", "=", self.mate.id)]), 1)

    def test_a_draft_of_the_visitors_own_is_reminded_of_too(self):
        self._visit()
        report = self._daily(summary="Half done")
        self._run("ir_cron_visit_daily")
        self.assertEqual(report.sudo().activity_ids.user_id, self.agent)
        self.assertEqual(report.summary, "Half done")

    def test_nobody_is_reminded_of_long_ago(self):
        self._visit(NOW - timedelta(days=9))
        self._run("ir_cron_visit_daily")
        self.assertFalse(self.Daily.search([("user_id", "=", self.agent.id)]))

    def test_printed_form(self):
        self._visit(
            findings=[("opinion", "Couriers <i>smile</i>."), ("market", "Rents rise.")]
        )
        self._visit(
            NOW - timedelta(hours=2),
            state="cancelled",
            partner=self._customer("Shut"),
            cancel_reason="Closed for repairs",
        )
        self._attempt(NOW - timedelta(hours=5))
        report = self._daily(summary="A good day.", effect="Two orders.", tomorrow="The north.")
        reports = self.env["ir.actions.report"]
        html = reports._render_qweb_html(f"{MODULE}.action_report_visit_daily", report.ids)[0]
        html = html.decode()
        for text in (
            "Couriers &lt;i&gt;smile&lt;/i&gt;.",
            "Rents rise.",
            "18:00",  # ten in UTC, by the visitor's clock
            "13:00",
            "Closed for repairs",
            "All is well.",
            "A good day.",
            "Two orders.",
            "The north.",
            "Lumina",
        ):
            self.assertIn(text, html)
        self.assertNotIn("Wishes", html, "points without findings take no room")
