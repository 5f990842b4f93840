import json
from datetime import datetime, timedelta

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
)
from odoo.tests import tagged

from ....tools.shipment import goals
from ...common import MODULE
from .common import InsightCommon


@tagged("post_install", "-at_install")
class TestSatisfactionIndicators(InsightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month = goals.month_before(goals.month_of(cls.company._get_logistics_today()))
        cls.then = datetime.combine(cls.month, datetime.min.time()) + timedelta(days=9, hours=4)

    def _figure(self, code, scope="all", **part):
        return self.env["logistics.indicator.figure"].search(
            [
                ("company_id", "=", self.company.id),
                ("indicator_code", "=", code),
                ("month", "=", self.month),
                ("scope", "=", scope),
                *[(name, "=", value) for name, value in part.items()],
            ]
        )

    def _refresh_month(self):
        self.env.flush_all()
        self.env["logistics.indicator.month"]._ensure_for(self.company, [self.month])._refresh()
        self.env.flush_all()

    def test_csat_nps_ces_and_response(self):
        for overall, recommend, effort in ((5, 3, 7), (4, 0, 6), (2, 9, 3), (1, 5, 2), (4, 7, 5)):
            self._answer(
                overall,
                recommend=recommend,
                recommends=self._get_camp(recommend),
                effort=effort,
                answered_at=self.then,
                carrier_id=self.carriers[0].id,
            )
        self._refresh_month()
        self.assertEqual(self._figure("csat").value_text, "60.0 %")
        self.assertEqual(self._figure("dissatisfied").value_text, "40.0 %")
        self.assertEqual(self._figure("nps").value_text, "-40.0")
        self.assertEqual(self._figure("ces").value_text, "4.60")
        self.assertEqual(self._figure("csat", "carrier", carrier_id=self.carriers[0].id).value_text, "60.0 %")
        action = self._figure("csat").action_open_rows()
        self.assertEqual(len(self.env[action["res_model"]].search(action["domain"])), 5)

    def test_too_few_make_no_figure(self):
        for overall in (5, 4, 2, 1):
            self._answer(overall, answered_at=self.then, tier_id=self.vip.id)
        self._refresh_month()
        figure = self._figure("csat")
        self.assertEqual((figure.has_value, figure.value_text), (False, "Too few (4)"))
        self.assertEqual(figure.status, goals.NO_DATA)
        [[value]] = figure._read_group([("id", "=", figure.id)], [], ["value:sum"])
        self.assertFalse(value)
        self._answer(5, answered_at=self.then, tier_id=self.key.id)
        self._refresh_month()
        self.assertEqual(self._figure("csat").value_text, "60.0 %")
        self.assertEqual(self._figure("csat", "tier", tier_id=self.vip.id).value_text, "Too few (4)")

    def test_nothing_counted_is_no_zero(self):
        """An NPS of nought would be a figure; of nobody there is none, in texts and in charts."""
        self._answer(5, answered_at=self.then)
        self._refresh_month()
        for code in ("nps", "ces"):
            figure = self._figure(code)
            self.assertEqual((figure.has_value, figure.value_text), (False, "–"))
            self.assertEqual((figure.previous_text, figure.change_text), ("–", "–"))
            [[value]] = figure._read_group([("id", "=", figure.id)], [], ["value:sum"])
            self.assertFalse(value)

    def test_a_goal_judges_it(self):
        self.env["logistics.indicator.goal"].create(
            {
                "indicator_id": self.env.ref(f"{MODULE}.indicator_nps").id,
                "company_id": self.company.id,
                "value": 20,
                "date_from": self.month,
            }
        )
        for recommend in (10, 9, 9, 7, 3):
            self._answer(recommend=recommend, recommends=self._get_camp(recommend), answered_at=self.then)
        self._refresh_month()
        self.assertEqual((self._figure("nps").status, self._figure("nps").goal_text), (goals.MET, "20.0"))

    def test_digest(self):
        for overall in (5, 4, 4, 2, 1):
            self._answer(overall, is_low=overall < 3)
        self._answer(3, is_low=True)
        self._answer(1, is_low=True, state="partial")
        self.env.flush_all()
        digest = self.env["digest.digest"].create(
            {
                "name": "Daily",
                "company_id": self.company.id,
                "kpi_logistics_answers": True,
                "kpi_logistics_csat": True,
                "kpi_logistics_bad_answers": True,
            }
        )
        digest = digest.with_user(self.manager).with_context(
            start_datetime=self.now - timedelta(days=1), end_datetime=self.now + timedelta(days=1)
        )
        self.assertEqual(digest.kpi_logistics_answers_value, 6)
        self.assertEqual(digest.kpi_logistics_csat_value, 50)
        bad = digest.kpi_logistics_bad_answers_value
        self.assertEqual(bad, 3, "by the policy, an alarming reason too; not what was only begun")

    def test_digest_says_too_few(self):
        digest = self.env["digest.digest"].create({"name": "Daily", "kpi_logistics_csat": True})

        def told():
            self.env.flush_all()
            kpis = digest._compute_kpis(self.company, self.manager)
            [kpi] = [kpi for kpi in kpis if kpi["kpi_name"] == "kpi_logistics_csat"]
            columns = kpi["kpi_col1"], kpi["kpi_col2"]
            return [(column["value"], column["margin"]) for column in columns]

        for days in (0, 3, 3, 3):
            self._answer(1, answered_at=self.now - timedelta(days=days, minutes=5))
        self.assertEqual(told(), [("Too few (1)", 0.0), ("Too few (4)", 0.0)])
        self._answer(5, answered_at=self.now - timedelta(days=3))
        self.assertEqual(told(), [("Too few (1)", 0.0), ("20.00", 0.0)])

    def test_dashboard_reads_fields_there_are(self):
        dashboard = self.env.ref(f"{MODULE}.spreadsheet_dashboard_satisfaction")
        content = json.loads(dashboard.spreadsheet_data)
        used = fields_in_spreadsheet(content)
        self.assertEqual(
            set(used),
            {"logistics.indicator.figure", "logistics.feedback.report", "logistics.feedback.score.report"},
        )
        for model, names in used.items():
            missing = {name.partition(":")[0] for name in names} - set(self.env[model]._fields)
            self.assertFalse(missing)
        # a card is of its own indicator, however many companies' figures there are
        data = content["sheets"][1]["cells"]
        for row, code in enumerate(("csat", "nps", "ces", "response_rate", "dissatisfied"), 2):
            number = data[f"B{row}"].removeprefix("=ODOO.LIST(").partition(",")[0]
            self.assertEqual(data[f"B{row}"], f'=ODOO.LIST({number},1,"value_text")')
            self.assertIn(["indicator_code", "=", code], content["lists"][number]["domain"])
            # of several the worst, and what is counted before what is not
            counted, value, _id = content["lists"][number]["orderBy"]
            self.assertEqual((counted["name"], counted["asc"], value["name"]), ("has_value", False, "value"))
            self.assertEqual(value["asc"], code != "dissatisfied")
        for xml_id in menus_xml_ids_in_spreadsheet(content):
            self.assertTrue(self.env.ref(xml_id))
        dashboards = self.env["spreadsheet.dashboard"]
        self.assertIn(dashboard, dashboards.with_user(self.supervisor).search([]))
        self.assertNotIn(dashboard, dashboards.with_user(self.agent).search([]))
