from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import MODULE
from .common import NOW, VisitReportCommon


@tagged("post_install", "-at_install")
class TestVisitReportAccess(VisitReportCommon):
    """Own reports are written, the team's are read, another company's are not there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._visit()
        cls.urgent = cls._urgent(send=False)
        cls.daily = cls.Daily.with_user(cls.agent).create({"date": NOW.date()})
        cls.monthly = cls.Monthly.with_user(cls.supervisor).create(
            {"team_id": cls.team.id, "month": date(2026, 3, 1)}
        )

    def _see(self, user, record):
        record = self._as(user, record)
        return bool(record.search([("id", "=", record.id)])) and record.has_access("read")

    def _as(self, user, record):
        return record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def test_agents_read_the_teams_and_write_their_own(self):
        for record in (self.urgent, self.daily, self.daily.line_ids):
            for user, sees, writes in (
                (self.agent, True, True),
                (self.mate, True, False),
                (self.outsider, False, False),
                (self.supervisor, True, True),
                (self.manager, True, True),
                (self.stranger, False, False),
            ):
                with self.subTest(record=record, user=user.login):
                    self.assertEqual(self._see(user, record), sees)
                    self.assertEqual(self._as(user, record).has_access("write"), writes)

    def test_agents_report_in_their_own_name(self):
        for model, vals in (
            (self.Urgent, {"reason": "other", "what": "Fire"}),
            (self.Daily, {"date": date(2026, 3, 2)}),
        ):
            with self.subTest(model=model._name), self.assertRaises(AccessError):
                model.with_user(self.mate).create({**vals, "user_id": self.agent.id})

    def test_monthly_reports_are_the_teams_when_issued(self):
        figure = self.monthly.figure_ids[:1]
        for record in (self.monthly, figure):
            self.assertFalse(self._see(self.agent, record))
            self.assertTrue(self._see(self.supervisor, record))
        self._stand(NOW + timedelta(days=31))  # the month is over
        self.monthly.with_user(self.manager).action_issue()
        for record in (self.monthly, figure):
            self.assertTrue(self._see(self.agent, record))
            self.assertFalse(self._see(self.outsider, record))
            self.assertFalse(self._see(self.stranger, record))

    def test_nobody_counts_as_acknowledged_from_outside(self):
        """A key in the context, as a call from outside can send it, opens nothing."""
        self.urgent.action_send()
        forged = self.urgent.with_user(self.manager).with_context(logistics_by_method=True)
        with self.assertRaises(UserError):
            forged.write({"state": "acknowledged"})

    def test_figures_of_own_reports_are_not_written_by_hand(self):
        daily, urgent = self.daily.with_user(self.agent), self.urgent.with_user(self.agent)
        for state in ("draft", "sent"):
            for record, vals in (
                (daily, {"visit_count": 99}),
                (daily, {"planned_count": 0}),
                (daily, {"call_count": 99}),
                (daily, {"reached_count": 99}),
                (daily, {"tz": "Europe/Berlin"}),
                (daily, {"team_id": False}),
                (urgent, {"team_id": False}),
                (urgent, {"hours_open": 0.1}),
            ):
                with self.subTest(state=state, vals=vals), self.assertRaises(UserError):
                    record.write(vals)
            if state == "draft":
                daily.action_send()
                urgent.action_send()
        made = daily.create({"date": date(2026, 3, 2), "visit_count": 99})
        self.assertEqual(made.visit_count, 0)

    def test_nobody_answers_an_own_report(self):
        daily = self.Daily.with_user(self.mate).create({"remark": "Well done!"})
        self.assertFalse(daily.remark)
        urgent = self.Urgent.with_user(self.mate).create(
            {"reason": "other", "what": "Fire", "answer": "You were right."}
        )
        self.assertFalse(urgent.answer)

    def test_lines_and_figures_are_nobodys_to_make(self):
        with self.assertRaises(AccessError):
            self.env["logistics.visit.daily.report.line"].with_user(self.agent).create(
                {"daily_id": self.daily.id, "kind": "visit"}
            )
        with self.assertRaises(AccessError):
            self.monthly.figure_ids[:1].with_user(self.manager).write({"value": 99})

    def test_two_companies_keep_to_themselves(self):
        """The same person visits for both; each company's reports know its own visits only."""
        self.agent.company_ids |= self.other
        both = self.Visit.create(
            {
                "partner_id": self._customer("Elsewhere").id,
                "company_id": self.other.id,
                "user_id": self.agent.id,
                "planned_at": NOW,
                "checked_in_at": NOW,
                "state": "done",
            }
        )
        there = self.Daily.with_user(self.agent).with_company(self.other).create(
            {"date": NOW.date(), "company_id": self.other.id}
        )
        self.assertEqual(there.line_ids.visit_id, both)
        self.assertNotIn(both, self.daily.line_ids.visit_id)
        team = self.env["logistics.service.team"].create(
            {
                "name": "Abroad",
                "company_id": self.other.id,
                "resource_calendar_id": self.other.resource_calendar_id.id,
            }
        )
        both.team_id = team
        report = self._as(self.stranger, self.Monthly).create(
            {"team_id": team.id, "month": date(2026, 3, 1)}
        )
        self.assertEqual(report.company_id, self.other)
        made = report.visit_ids.filtered(lambda figure: figure.key == "done")
        self.assertEqual(made.record_ids, both.ids)

    def test_screens_open_for_an_agent(self):
        """Who reads a report need not read its manager, or the settings it was sent by."""
        self.urgent.action_send()
        for record in (self.urgent, self.daily):
            view = self.env.ref(f"{MODULE}.{record._table}_view_form")
            arch = record.with_user(self.mate).get_view(view.id, "form")
            names = [
                name for name in arch["models"][record._name] if name in record._fields
            ]
            self.assertTrue(record.with_user(self.mate).read(names))
