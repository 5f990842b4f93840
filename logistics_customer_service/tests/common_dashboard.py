import json
import re

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
)
from odoo.fields import Domain

from .common import MODULE, LogisticsCommon


class DashboardCommon(LogisticsCommon):
    """A dashboard of the addon, by the external identifier that ``dashboard_id`` names."""

    dashboard_id = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(f"{MODULE}.{cls.dashboard_id}")
        cls.content = json.loads(cls.dashboard.spreadsheet_data)
        cls.cells = cls.content["sheets"][0]["cells"]

    def _charts(self):
        figures = self.content["sheets"][0]["figures"]
        return [figure["data"] for figure in figures if "metaData" in figure["data"]]

    def _assert_reads_what_there_is(self):
        """Check the fields and menus it names; return the models it reads."""
        used = fields_in_spreadsheet(self.content)
        for model, names in used.items():
            missing = {name.partition(":")[0] for name in names} - set(self.env[model]._fields)
            self.assertFalse(missing)
        for xml_id in menus_xml_ids_in_spreadsheet(self.content):
            self.assertTrue(self.env.ref(xml_id))
        return set(used)

    def _assert_shows(self, measures, groups):
        """Check that it shows all these measures, and charts by all these groups.

        Charts of a spreadsheet draw what is missing as 0: they are of counts alone.
        """
        for chart in self._charts():
            meta = chart["metaData"]
            known = self.env["logistics.chart"].action_describe(meta["resModel"])["rates"]
            self.assertNotIn(meta["measure"], known)
        pivots = self.content["pivots"]
        cells = json.dumps(self.cells).replace("\\", "")
        formulas = re.findall(r'PIVOT\.VALUE\((\d+),"(\w+):sum"\)', cells)
        for pivot, measure in formulas:
            self.assertIn(measure, [each["fieldName"] for each in pivots[pivot]["measures"]])
        self.assertLessEqual(measures, {measure for _pivot, measure in formulas})
        self.assertLessEqual(groups, {chart["metaData"]["groupBy"][0] for chart in self._charts()})

    def _assert_pivots_are_answered(self):
        for pivot in self.content["pivots"].values():
            report = self.env[pivot["model"]].with_user(self.supervisor)
            measures = [measure["id"] for measure in pivot["measures"]]
            domain = self._own(pivot["domain"])
            self.assertEqual(len(report.formatted_read_grouping_sets(domain, [[]], measures)), 1)

    def _groups(self, chart):
        """Return what the browser gets for a chart."""
        meta = chart["metaData"]
        return (
            self.env[meta["resModel"]]
            .with_user(self.supervisor)
            .formatted_read_group(
                self._own(chart["searchParams"]["domain"]),
                meta["groupBy"],
                [f"{meta['measure']}:sum"],
            )
        )

    def _own(self, domain):
        return list(Domain("company_id", "=", self.company.id) & Domain(domain))

    def _assert_for_supervisors(self):
        """Check that supervisors see it and agents do not."""
        dashboards = self.env["spreadsheet.dashboard"]
        self.assertIn(self.dashboard, dashboards.with_user(self.supervisor).search([]))
        self.assertNotIn(self.dashboard, dashboards.with_user(self.agent).search([]))
