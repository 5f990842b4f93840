import re

from odoo.tests import tagged

from ...common_dashboard import DashboardCommon
from ..test_complaint import ComplaintCommon

REPORT, RATE = "logistics.complaint.report", "logistics.complaint.rate.report"
# what a supervisor expects to see
ASKED = {
    "case_count",
    "closed_count",
    "resolved_count",
    "answer_hours",
    "answer_work_hours",
    "resolve_hours",
    "resolve_work_hours",
    "sla_rate",
    "first_contact_rate",
    "reopened_count",
    "complaint_rate",
    "compensation_amount",
    "recovered_amount",
}
GROUPS = {"category_id", "cause_id", "party_id", "carrier_id", "tier_id", "received_at:month"}


@tagged("post_install", "-at_install")
class TestCaseDashboard(DashboardCommon, ComplaintCommon):
    dashboard_id = "spreadsheet_dashboard_cases"

    def test_it_reads_fields_there_are(self):
        self.assertEqual(self._assert_reads_what_there_is(), {REPORT, RATE})

    def test_it_shows_what_is_asked_of_it(self):
        self._assert_shows(ASKED, GROUPS)

    def test_every_figure_stands_beside_that_of_the_period_before(self):
        pivots = self.content["pivots"]
        for cell, formula in self.cells.items():
            if not re.match(r"B\d+$", cell) or "PIVOT" not in formula:
                continue
            now = re.search(r"VALUE\((\d+)", formula)[1]
            before = re.search(r"VALUE\((\d+)", self.cells.get(f"C{cell[1:]}", "VALUE(0"))[1]
            if before == "0":  # what is open now was not counted a month ago
                self.assertFalse(pivots[now]["fieldMatching"])
                continue
            [this], [that] = (pivots[one]["fieldMatching"].values() for one in (now, before))
            self.assertEqual((this["chain"], this["offset"]), (that["chain"], 0))
            self.assertEqual(that["offset"], -1)
            self.assertEqual(pivots[now]["domain"], pivots[before]["domain"])

    def test_money_is_shown_with_its_currency(self):
        """A pivot brings the currency with the figure; a format of the cell would hide it."""
        [data] = [sheet for sheet in self.content["sheets"] if sheet["name"] == "Data"]
        for name in ("compensation_amount", "recovered_amount"):
            [cell] = [
                cell
                for cell, formula in self.cells.items()
                if cell.startswith("B") and f'"{name}:sum"' in formula
            ]
            [card] = [
                row for row, formula in data["cells"].items() if f"Dashboard!{cell})" in formula
            ]
            for sheet, used in ((self.content["sheets"][0], cell), (data, card)):
                formatted = {zone.partition(":")[0] for zone in sheet["formats"]}
                self.assertNotIn(used, formatted)

    def test_every_query_is_answered_with_cases_and_without(self):
        """What the browser asks, asked here: also where there is nothing at all."""
        for filled in (False, True):
            if filled:
                self._case(category_id=self.broken.id)._move_to_phase("closed")
                self.env.flush_all()
            self._assert_pivots_are_answered()
            for chart in self._charts():
                self.assertEqual(bool(self._groups(chart)), filled, chart["metaData"])

    def test_supervisors_see_it_and_agents_do_not(self):
        self._assert_for_supervisors()
