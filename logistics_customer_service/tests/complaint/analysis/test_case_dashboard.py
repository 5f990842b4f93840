import json
import re

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
)
from odoo.fields import Domain
from odoo.tests import tagged

from ...common import MODULE
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
class TestCaseDashboard(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(f"{MODULE}.spreadsheet_dashboard_cases")
        cls.content = json.loads(cls.dashboard.spreadsheet_data)
        cls.cells = cls.content["sheets"][0]["cells"]

    def _charts(self):
        figures = self.content["sheets"][0]["figures"]
        return [figure["data"] for figure in figures if "metaData" in figure["data"]]

    def test_it_reads_fields_there_are(self):
        used = fields_in_spreadsheet(self.content)
        self.assertEqual(set(used), {REPORT, RATE})
        for model, names in used.items():
            missing = {name.partition(":")[0] for name in names} - set(self.env[model]._fields)
            self.assertFalse(missing)
        for xml_id in menus_xml_ids_in_spreadsheet(self.content):
            self.assertTrue(self.env.ref(xml_id))

    def test_it_shows_what_is_asked_of_it(self):
        pivots = self.content["pivots"]
        formulas = re.findall(r'PIVOT\.VALUE\((\d+),"(\w+):sum"\)', json.dumps(self.cells).replace("\\", ""))
        for pivot, measure in formulas:
            self.assertIn(measure, [each["fieldName"] for each in pivots[pivot]["measures"]])
        self.assertLessEqual(ASKED, {measure for _pivot, measure in formulas})
        grouped = {chart["metaData"]["groupBy"][0] for chart in self._charts()}
        self.assertLessEqual(GROUPS, grouped)

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
        own = Domain("company_id", "=", self.company.id)
        for filled in (False, True):
            if filled:
                self._case(category_id=self.broken.id)._move_to_phase("closed")
                self.env.flush_all()
            for pivot in self.content["pivots"].values():
                measures = [measure["id"] for measure in pivot["measures"]]
                rows = self.env[pivot["model"]].with_user(self.supervisor).formatted_read_grouping_sets(
                    list(own & Domain(pivot["domain"])), [[]], measures
                )
                self.assertEqual(len(rows), 1)
            for chart in self._charts():
                meta, domain = chart["metaData"], Domain(chart["searchParams"]["domain"])
                groups = self.env[meta["resModel"]].with_user(self.supervisor).formatted_read_group(
                    list(own & domain), meta["groupBy"], [f"{meta['measure']}:sum"]
                )
                self.assertEqual(bool(groups), filled, meta)

    def test_supervisors_see_it_and_agents_do_not(self):
        dashboards = self.env["spreadsheet.dashboard"]
        self.assertIn(self.dashboard, dashboards.with_user(self.supervisor).search([]))
        self.assertNotIn(self.dashboard, dashboards.with_user(self.agent).search([]))
