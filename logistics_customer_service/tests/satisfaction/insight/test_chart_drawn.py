import json
from datetime import datetime

from odoo.tests import HttpCase, tagged

from .common import InsightCommon

# waits for the graph, then compares what is drawn with what it should be
CHECK = """
(async () => {
    const expected = %s;
    const shown = () => {
        const canvas = document.querySelector(".o_graph_renderer canvas");
        const chart = canvas && window.Chart && Chart.getChart(canvas);
        const few = document.querySelector(".o_logistics_chart_few")?.innerText || "";
        if (!chart && !few) {
            return null;
        }
        return {
            few: few.includes(expected.few),
            labels: chart ? chart.data.labels : [],
            series: chart
                ? chart.data.datasets.map((set) => [
                      set.label, set.data, set.points.map((point) => point?.counted ?? null),
                  ])
                : [],
            ticks: chart ? chart.scales.y.ticks.map((tick) => tick.label) : [],
            colors: chart ? chart.data.datasets.map((set) => set.fixedColor || null) : [],
        };
    };
    let found = null;
    for (let tried = 0; tried < 100 && !found; tried++) {
        await new Promise((done) => setTimeout(done, 100));
        found = shown();
    }
    for (const key of Object.keys(expected).filter((key) => key !== "few")) {
        const [got, wanted] = [JSON.stringify(found?.[key]), JSON.stringify(expected[key])];
        if (got !== wanted) {
            return console.error(`${key}: ${got} instead of ${wanted}`);
        }
    }
    if (!found.few) {
        return console.error(`not said: ${expected.few}`);
    }
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install")
class TestChartDrawn(InsightCommon, HttpCase):
    """What a browser draws of rates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        march, may = datetime(2026, 3, 10, 12), datetime(2026, 5, 10, 12)
        for overall in (5, 5, 4, 1, 2):
            cls._answer(overall, answered_at=march, tier_id=cls.vip.id)
        for overall in (1, 1, 1):
            cls._answer(overall, answered_at=may, tier_id=cls.vip.id)
        cls.env.flush_all()

    def _check(self, expected, **context):
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Drawn",
                "res_model": "logistics.feedback.report",
                "view_mode": "graph",
                "domain": str([("company_id", "=", self.company.id)]),
                "context": str(context),
            }
        )
        cids = self.company.id
        self.browser_js(
            f"/odoo/action-{action.id}?cids={cids}",
            CHECK % json.dumps(expected),
            "document.querySelector('.o_graph_renderer') !== null",
            login=self.supervisor.login,
            timeout=60,
        )

    def test_what_is_missing_is_a_gap(self):
        """April without answers, May with three of the five that make a figure: no bar, no 0."""
        self._check(
            {
                "few": "May 2026 (3)",
                "labels": ["March 2026", "April 2026", "May 2026"],
                "series": [["CSAT (%)", [60, None, None], [5, 0, 3]]],
            },
            graph_measure="csat",
            graph_mode="bar",
            graph_groupbys=["answered_at:month"],
        )

    def test_no_series_stands_for_missing(self):
        self._check(
            {
                "few": f"May 2026 / {self.vip.name} (3)",
                "labels": ["March 2026", "April 2026", "May 2026"],
                "series": [[self.vip.name, [60, None, None], [5, None, 3]]],
            },
            graph_measure="csat",
            graph_mode="line",
            graph_groupbys=["answered_at:month", "tier_id"],
        )

    def test_too_few_in_words(self):
        self.company.logistics_min_answers = 10
        self._check(
            {"few": "Too few to tell", "series": [], "labels": []},
            graph_measure="overall_mean",
            graph_mode="line",
            graph_groupbys=["tier_id"],
        )

    def test_scores_keep_their_colours_and_counts_are_whole(self):
        self._check(
            {
                "few": "",
                "ticks": ["0", "1", "2", "3"],
                "colors": ["#C62828", "#EF6C00", "#9CCC3C", "#2E7D32"],
            },
            graph_measure="answer_count",
            graph_mode="bar",
            graph_stacked=0,
            graph_groupbys=["answered_at:month", "overall"],
        )
