from datetime import timedelta

from odoo.tests import tagged

from ...common import MODULE
from ...common_dashboard import DashboardCommon
from ..common import NOW
from .common import CallbackCommon

# what a supervisor expects to see
ASKED = {
    "reached_rate",
    "attempts_per_reached",
    "minutes_per_call",
    "on_time_rate",
    "case_count",
    "order_count",
    "saved_count",
    "overdue_count",
    "planned_count",
    "done_count",
    "cancelled_count",
    "covered_rate",
}
GROUPS = {"purpose_id", "user_id", "tier_id", "ended_at:month"}


@tagged("post_install", "-at_install")
class TestContactDashboard(DashboardCommon, CallbackCommon):
    """The figures of callbacks, and the dashboard that shows them."""

    dashboard_id = "spreadsheet_dashboard_contacts"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["logistics.callback.report"]

    def _end(self, name, outcome="other", user=None, result="action_done"):
        """Have a callback be ended with an outcome."""
        self._callback(self._customer(name), user_id=(user or self.agent).id)
        taken = self._next(user)
        taken.outcome = outcome
        getattr(taken, result)()
        return taken

    def _figures(self, groupby, *names):
        self.env.flush_all()
        rows = self.Report._read_group([("company_id", "=", self.company.id)], groupby, names)
        return {row[0]: row[1:] for row in rows}

    def test_outcomes_by_agent_and_team(self):
        team, later = self.env["logistics.service.team"].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    "company_id": self.company.id,
                    "member_ids": self.second.ids,
                }
                for name, sequence in (("First", 1), ("Second", 2))
            ]
        )
        self._end("A", "case", self.second)
        self._end("B", "order", self.second)
        self._end("C", "saved")
        self._end("D", "order", result="action_refused")
        by_user = self._figures(
            ["user_id"], "case_count:sum", "order_count:sum", "saved_count:sum", "ended_count:sum"
        )
        self.assertEqual(by_user, {self.second: (1, 1, 0, 2), self.agent: (0, 0, 1, 2)})
        by_team = self._figures(["team_id"], "ended_count:sum", "reached_rate:avg")
        self.assertEqual(by_team[team], (2, 100.0))
        self.assertNotIn(later, by_team)
        self.assertEqual(by_team[team.browse()], (2, 50.0))

    def test_two_callbacks_in_one_call_took_one_attempt(self):
        for purpose in (self.other, self.env.ref(f"{MODULE}.callback_purpose_debt")):
            self._callback(purpose=purpose)
        taken = self._next()
        self.assertEqual(len(taken.joined_ids), 1)
        self._done(taken)
        names = ("reached_count:sum", "talk_count:sum", "attempts_per_reached:avg")
        self.assertEqual(self._figures(["company_id"], *names)[self.company], (2, 1, 1.0))

    def test_what_waits_and_what_is_overdue(self):
        self._callback(self._customer("A"), due_at=NOW + timedelta(days=9000))
        # by the database's clock
        self._callback(self._customer("B"))
        joined = self._callback(self._customer("C"))
        joined.sudo().main_id = self._end("D")
        self.assertEqual(
            self._figures(["company_id"], "waiting_count:sum", "overdue_count:sum")[self.company],
            (2, 1),
        )

    def test_it_reads_fields_there_are(self):
        self._assert_reads_what_there_is()

    def test_it_shows_what_is_asked_of_it(self):
        self._assert_shows(ASKED, GROUPS)

    def test_every_query_is_answered_with_callbacks_and_without(self):
        for filled in (False, True):
            if filled:
                self._end("A", "order")
                self._callback(self._customer("B"))
                self.env.flush_all()
            self._assert_pivots_are_answered()
            for chart in self._charts():
                groups = self._groups(chart)
                # the others have tests of their own
                if chart["metaData"]["resModel"] == self.Report._name:
                    self.assertEqual(bool(groups), filled, chart["metaData"])

    def test_supervisors_see_it_and_agents_do_not(self):
        self._assert_for_supervisors()
