import random
from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from .common import VisitReportCommon
from .month_by_hand import MonthByHand

MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
# 2 April, noon in Shanghai
NOW = datetime(2026, 4, 2, 4, 0)
TOPICS = ("opinion", "suggestion", "wish", "market", "competitor", "effect", "matter", "other")


@tagged("post_install", "-at_install")
class TestVisitMonthly(VisitReportCommon):
    now = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aspects = cls.env["logistics.aspect"].search([], limit=3)
        cls.second_team = cls.env["logistics.service.team"].create(
            {"name": "Others", "company_id": cls.company.id, "user_id": cls.manager.id}
        )
        cls._live_through_a_quarter()

    @classmethod
    def _live_through_a_quarter(cls):
        """Visits of two teams from late January to early April, by a seeded dice."""
        dice = random.Random(19)
        cls.env["logistics.visit.plan"].search([]).active = False
        cls.env["logistics.visit.plan"].create(
            {
                "name": "The best",
                "company_id": cls.company.id,
                "team_id": cls.team.id,
                "tier_ids": cls.vip.ids,
                "interval_days": 20,
            }
        )
        customers = []
        for number in range(24):
            customer = cls._customer(f"Customer {number}")
            if number % 4:
                profile = cls._profile(customer)
                profile.sudo()._set_tier((cls.vip, cls.key, cls.standard)[number % 3], "score")
                profile.tier_since = date(2025, 11, 1) + timedelta(days=dice.randrange(150))
            # some are never visited, though the cadence asks for it
            if number < 14:
                customers.append(customer)
        cls.env.flush_all()
        vals_list = []
        for _number in range(90):
            at = datetime(2026, 1, 25) + timedelta(minutes=dice.randrange(75 * 24 * 60))
            state = dice.choice(("done", "done", "done", "cancelled", "planned"))
            # some are made on another day than planned, over the end of a month, too
            made_at = at + timedelta(days=dice.choice((0, 0, 0, 1, 5)))
            vals_list.append(
                {
                    "partner_id": dice.choice(customers).id,
                    "company_id": cls.company.id,
                    "user_id": dice.choice((cls.agent, cls.mate)).id,
                    "team_id": dice.choice((cls.team, cls.team, cls.second_team)).id,
                    "planned_at": at,
                    "state": state,
                    "checked_in_at": state == "done" and made_at,
                    "checked_out_at": state == "done" and made_at + timedelta(minutes=40),
                }
            )
        cls.visits = cls.Visit.create(vals_list)
        findings, actions = [], []
        for visit in cls.visits.filtered(lambda visit: visit.state == "done"):
            for _number in range(dice.randrange(4)):
                findings.append(
                    {
                        "visit_id": visit.id,
                        "topic": dice.choice(TOPICS),
                        "text": "Said.",
                        "aspect_id": dice.choice((False, *cls.aspects.ids)),
                        "competitor": dice.choice((False, "Swift", " swift ", "Arrow  Post")),
                    }
                )
            if dice.random() < 0.5:
                done = dice.random() < 0.5
                days = dice.randrange(40)
                actions.append(
                    {
                        "visit_id": visit.id,
                        "name": "Promised",
                        "user_id": visit.user_id.id,
                        "date_deadline": visit.visited_on + timedelta(days=dice.randrange(30)),
                        "state": "done" if done else "open",
                        "done_at": done and visit.checked_in_at + timedelta(days=days),
                    }
                )
        cls.env["logistics.visit.finding"].create(findings)
        cls.env["logistics.visit.action"].create(actions)
        reasons = ("policy", "move", "fault", "other")
        for _number in range(14):
            report = cls._urgent(send=False, reason=dice.choice(reasons))
            report._note_course(
                {
                    "state": dice.choice(("draft", "sent", "acknowledged")),
                    "reported_at": datetime(2026, 1, 25)
                    + timedelta(hours=dice.randrange(75 * 24)),
                }
            )

    @classmethod
    def _report(cls, month=MARCH, team=None, user=None, **vals):
        return cls.Monthly.with_user(user or cls.supervisor).create(
            {"team_id": (team or cls.team).id, "month": month, **vals}
        )

    def _count_by_hand(self, team, month):
        by_hand = MonthByHand(
            self._read_rows,
            team.id,
            month,
            {self.agent.id: "Asia/Shanghai", self.mate.id: "Europe/Berlin"},
        )
        by_hand.count_visits()
        by_hand.count_coverage(self.company.id, partial(self._get_days, team))
        by_hand.count_findings()
        by_hand.count_actions()
        by_hand.count_urgent()
        return +by_hand.figures

    def _read_rows(self, table, columns):
        self.env.flush_all()
        self.cr.execute(f"SELECT {columns} FROM {table}")  # pylint: disable=sql-injection
        return self.cr.dictfetchall()

    def _get_days(self, team, tier_id):
        """The plan of the best is the team's; for the others the first team answers."""
        first = self.env["logistics.service.team"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        if tier_id == self.vip.id:
            return 20 if team == self.team else 0
        days = self.env["logistics.tier"].browse(tier_id or []).visit_interval_days
        return days if team == first else 0

    def _read(self, report, value="value", target="target"):
        """Return the figures of a report in the shape of those counted by hand."""
        found = Counter()
        for figure in report.figure_ids:
            section, key, record_id = figure._get_key()
            if section == "competitor":
                section, key = "rival", key.lower().split()[0]
            found[section, key, record_id] += figure[value]
            if section in ("coverage", "visitor"):
                found[f"{section} of", key, record_id] += figure[target]
        return +found

    def test_customers_of_another_team_are_not_missed(self):
        """Who was visited by another team was visited, whatever team the cadence asks first."""
        customer = self._customer("Of the others")
        self._profile(customer).sudo()._set_tier(self.vip, "score")
        self._profile_of(customer).tier_since = date(2025, 11, 1)

        def is_missed():
            figures = self._report().coverage_ids
            figures.report_id.invalidate_recordset()
            found = any(customer.id in (ids or []) for ids in figures.mapped("target_record_ids"))
            figures.report_id.sudo().unlink()
            return found

        self.assertTrue(is_missed())
        self._visit(datetime(2026, 3, 10), partner=customer, team_id=self.second_team.id)
        self.assertFalse(is_missed())

    def test_drafted_any_day_and_issued_after_the_month(self):
        self._stand(datetime(2026, 3, 10, 4, 0))
        report = self._report(recipient_ids=self.manager.ids)
        self.assertFalse(report.is_month_over)
        with self.assertRaisesRegex(UserError, "not over"):
            report.with_user(self.manager).action_issue()
        self.assertEqual((report.state, report.issued_at), ("draft", False))
        report.with_user(self.supervisor).action_draw()
        # midnight in Shanghai, not in Greenwich
        self._stand(datetime(2026, 3, 31, 15, 59))
        with self.assertRaisesRegex(UserError, "not over"):
            report.with_user(self.manager).action_issue()
        late = self._visit(datetime(2026, 3, 31, 15, 0))
        self._stand(datetime(2026, 3, 31, 16, 1))
        report.invalidate_recordset(["is_month_over"])
        report.with_user(self.manager).action_issue()
        self.assertEqual(report.state, "issued")
        made = report.visit_ids.filtered(lambda figure: late.id in (figure.record_ids or []))
        self.assertTrue(made, "the whole month is in it")
        self.assertEqual(self._read(report), self._count_by_hand(self.team, MARCH))

    def test_what_was_drafted_early_is_drawn_again_when_the_month_is_over(self):
        self._stand(datetime(2026, 3, 10, 4, 0))
        report = self._report()
        report.sudo().overview = "<p>So far, so good</p>"
        late = self._visit(datetime(2026, 3, 20, 4, 0))
        self._stand(NOW)
        self.Monthly._draw_for(self.company)
        self.assertEqual(self.company.logistics_visit_month, MARCH)
        self.assertIn(late.id, sum((ids or [] for ids in report.visit_ids.mapped("record_ids")), []))
        self.assertIn("So far", report.overview)
        self.assertEqual(report.sudo().activity_ids.user_id, self.supervisor)
        self.assertEqual(report.drawn_at, NOW)

    def test_cases_opened_from_a_visit_are_its_months(self):
        visit = self._visit(datetime(2026, 4, 1, 2)).with_user(self.agent)
        intake = (
            self.env["logistics.complaint.intake"]
            .with_user(self.agent)
            .with_context(**visit.action_open_case()["context"])
            .create({"partner_id": self.customer.id})
        )
        intake.action_register()
        case = self.env["logistics.complaint"].search([("visit_id", "=", visit.id)])
        self.assertEqual(case.partner_id, self.customer)
        report = self._report(date(2026, 4, 1))
        cases = report.problem_ids.filtered(lambda figure: figure.key == "cases")
        self.assertEqual(cases.record_ids, case.ids)

    def test_figures_equal_an_independent_count(self):
        for team in (self.team, self.second_team):
            for month in (FEBRUARY, MARCH):
                report = self._report(month, team)
                with self.subTest(team=team.name, month=month):
                    self.assertEqual(self._read(report), self._count_by_hand(team, month))
        self.assertGreater(len(self._read(report)), 15, "the quarter has something of everything")

    def test_the_month_before_stands_beside(self):
        report = self._report(MARCH)
        before = self._read(report, "previous", "previous_target")
        self.assertEqual(before, self._count_by_hand(self.team, FEBRUARY))

    def test_the_month_before_is_as_it_was_issued(self):
        february = self._report(FEBRUARY)
        february.with_user(self.manager).action_issue()
        issued = self._read(february)
        self._visit(datetime(2026, 2, 10))
        report = self._report(MARCH)
        self.assertEqual(self._read(report, "previous", "previous_target"), issued)
        self.assertNotEqual(self._count_by_hand(self.team, FEBRUARY), issued)

    def test_every_figure_opens_its_records(self):
        report = self._report()
        for figure in report.figure_ids:
            for action, number in (
                (figure.action_open(), figure.value),
                (figure.action_open_target(), figure.target),
            ):
                records = self.env[action["res_model"]].search_count(action["domain"])
                self.assertEqual(records, number, figure.label)

    def test_names_of_competitors_that_differ_in_case_are_one(self):
        labels = [figure.label.lower() for figure in self._report().competitor_ids]
        self.assertEqual(sorted(labels), ["arrow post", "swift"])

    def test_cases_of_visits_and_urgent_reports(self):
        case, old = self.env["logistics.complaint"].create(
            [
                {"partner_id": self.customer.id, "company_id": self.company.id, "name": name}
                for name in ("New", "Old")
            ]
        )
        case.received_at = datetime(2026, 3, 31, 15, 59)  # 23:59 in Shanghai
        old.received_at = datetime(2026, 3, 31, 16, 0)
        march = self._visit(datetime(2026, 3, 3), complaint_id=case.id)
        self._visit(datetime(2026, 3, 4), complaint_id=case.id)
        self._visit(datetime(2026, 3, 5), complaint_id=old.id)
        figure = self._report().problem_ids.filtered(lambda figure: figure.key == "cases")
        self.assertEqual((figure.value, figure.record_ids), (1, case.ids))
        march.complaint_id = False

    def test_drawing_takes_the_same_queries_however_much_there_is(self):
        report = self._report()
        few = self._count(report.action_draw)
        copies = self.Visit.create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.agent.id,
                    "team_id": self.team.id,
                    "planned_at": datetime(2026, 3, 10),
                    "checked_in_at": datetime(2026, 3, 10),
                    "state": "done",
                }
            ]
            * 60
        )
        self.env["logistics.visit.finding"].create(
            [{"visit_id": visit.id, "topic": "wish", "text": "More."} for visit in copies]
        )
        self.assertLessEqual(self._count(report.action_draw), few + 1)

    def test_texts_are_drawn_and_then_the_managers(self):
        visit = self._visit(
            datetime(2026, 3, 3), findings=[("wish", "Deliver <before> nine.")]
        )
        report = self._report()
        self.assertIn("Deliver &lt;before&gt; nine.", report.opinions)
        self.assertIn("Lumina", report.opinions)
        self.assertIn("They deliver on Sundays now.", report.problems)
        report.write({"overview": "<p>A good month.</p>", "opinions": "<p>In short: earlier.</p>"})
        visit.finding_ids.text = "Deliver by eight."
        self._visit(datetime(2026, 3, 4), findings=[("market", "Rents rise.")])
        report.action_draw()
        self.assertEqual(report.opinions, "<p>In short: earlier.</p>")
        self.assertEqual(report.overview, "<p>A good month.</p>")
        self.assertIn("Rents rise.", report.competition, "nobody had changed that")

    def test_issued_frozen_and_mailed(self):
        self._in_chinese(self.manager)
        report = self._report(recipient_ids=[(6, 0, (self.manager | self.supervisor).ids)])
        with self.assertRaises(AccessError):
            report.action_issue()
        managed = report.with_user(self.manager)
        managed.action_issue()
        self.assertEqual((report.state, report.issued_by_id), ("issued", self.manager))
        self.assertEqual(report.issued_at, NOW)
        mails = self._mails(report)
        self.assertEqual(
            mails.mapped("recipient_ids"), (self.manager | self.supervisor).partner_id
        )
        self.assertEqual(len(mails), 2, "one for each language")
        self.assertEqual(len(mails.attachment_ids), 2)
        contents = [mail.attachment_ids.raw.decode() for mail in mails]
        self.assertTrue(any("2026年3月" in content for content in contents))
        self.assertTrue(any("March 2026" in content for content in contents))
        for vals in ({"overview": "<p>No</p>"}, {"figure_ids": [(5,)]}, {"month": FEBRUARY}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                managed.write(vals)
        with self.assertRaises(UserError):
            managed.action_draw()
        with self.assertRaises(UserError):
            managed.unlink()
        issued = self._read(report)
        self._visit(datetime(2026, 3, 10))
        self.env.invalidate_all()
        self.assertEqual(self._read(report), issued)
        managed.action_mail_again()
        self.assertEqual(len(self._mails(report)), 4)

    def test_a_month_has_one_report_whatever_day_is_named(self):
        report = self._report(date(2026, 3, 17))
        self.assertEqual(report.month, MARCH)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._report(date(2026, 3, 30))

    def test_drafts_on_the_first_by_the_companys_clock(self):
        empty = self.env["logistics.service.team"].create(
            {"name": "Idle", "company_id": self.company.id}
        )
        self.company.logistics_visit_month = FEBRUARY
        self._stand(datetime(2026, 3, 31, 15, 59))
        self._run("ir_cron_visit_monthly")
        self.assertFalse(self.Monthly.search([("team_id", "=", self.team.id)]))
        self._stand(datetime(2026, 3, 31, 16, 1))
        self._run("ir_cron_visit_monthly")
        reports = self.Monthly.search([("company_id", "=", self.company.id)])
        self.assertEqual(reports.team_id, self.team | self.second_team)
        self.assertNotIn(empty, reports.team_id)
        self.assertEqual(set(reports.mapped("month")), {MARCH})
        own = reports.filtered(lambda report: report.team_id == self.team)
        self.assertEqual((own.user_id, own.state), (self.supervisor, "draft"))
        self.assertEqual(own.activity_ids.user_id, self.supervisor)
        self.assertIn(self.manager, own.recipient_ids)
        # one that was thrown away is not drawn again by itself
        own.unlink()
        self._run("ir_cron_visit_monthly")
        self.assertFalse(self.Monthly.search([("team_id", "=", self.team.id)]))

    def test_a_team_that_cannot_be_drawn_leaves_the_others_theirs(self):
        self.company.logistics_visit_month = FEBRUARY
        draw = type(self.Monthly)._draw_figures

        def fail(report):
            if report.team_id == self.team:
                raise ValueError("Not this one")
            return draw(report)

        logger = "odoo.addons.logistics_customer_service.models.contact.visit_report"
        with (
            patch.object(type(self.Monthly), "_draw_figures", fail),
            mute_logger(f"{logger}.logistics_visit_monthly_report"),
        ):
            self._run("ir_cron_visit_monthly")
        reports = self.Monthly.search([("company_id", "=", self.company.id)])
        self.assertEqual(reports.team_id, self.second_team)
        self._run("ir_cron_visit_monthly")
        reports = self.Monthly.search([("company_id", "=", self.company.id)])
        self.assertEqual(reports.team_id, self.team | self.second_team, "tried again")
        self.assertEqual(self.company.logistics_visit_month, MARCH)

    def test_printed_form(self):
        report = self._report(overview="<p>A good month.</p>")
        html = self.env["ir.actions.report"]._render_qweb_html(
            f"{MODULE}.action_report_visit_monthly", report.ids
        )[0]
        html = html.decode()
        for figure in report.figure_ids:
            self.assertIn(figure.label.replace("'", "&#39;"), html)
        for text in ("March 2026", "Visitors", "A good month.", "They deliver on Sundays now."):
            self.assertIn(text, html)
        done = report.visit_ids.filtered(lambda figure: figure.key == "done")
        self.assertIn(f"{100 * done.value / done.target:.1f}", html)
