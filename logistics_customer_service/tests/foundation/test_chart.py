from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

UNITS = {"share", "percent", "number"}


@tagged("post_install", "-at_install")
class TestChart(TransactionCase):
    """What charts are told of the models they draw."""

    def _get_models(self):
        views = self.env["ir.ui.view"].search(
            [("type", "in", ("graph", "pivot")), ("model", "=like", "logistics.%")]
        )
        return views, sorted(set(views.mapped("model")))

    def test_all_our_graphs_and_pivots_are_our_own(self):
        views, _models = self._get_models()
        core = [
            view.name
            for view in views
            if view.mode == "primary"
            and not etree.fromstring(view.arch).get("js_class", "").startswith("logistics_")
        ]
        self.assertEqual(core, [])

    def test_rates_say_of_how_many_they_are(self):
        _views, models = self._get_models()
        self.assertGreater(len(models), 20)
        for name in models:
            model, told = self.env[name], self.env["logistics.chart"].action_describe(name)
            for rate, facts in told["rates"].items():
                self.assertIn(facts["unit"], UNITS)
                self.assertIn(rate, model._fields)
                if facts["count"]:
                    self.assertEqual(model._fields[facts["count"]].aggregator, "sum", f"{name}.{rate}")
            for scale in told["scales"]:
                self.assertIn(scale, model._fields)

    def test_tiers_keep_their_colour(self):
        scheme = self.env["logistics.tier.scheme"].create({"name": "Test"})
        tiers = self.env["logistics.tier"].create(
            [
                {"name": f"Test {number}", "code": f"chart_{number}", "color": 7, "scheme_id": scheme.id}
                for number in range(2)
            ]
        )
        colors = self.env["logistics.chart"].action_describe("logistics.complaint.report")["colors"]
        first, second = (colors["tier_id"][tier.id] for tier in tiers)
        self.assertEqual((first[0], second[0], second[1] - first[1]), (7, 7, 1))

    def test_nothing_of_others_is_told(self):
        for name in ("res.partner", "no.model"):
            with self.assertRaises(AccessError):
                self.env["logistics.chart"].action_describe(name)
