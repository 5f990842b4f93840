import statistics

from odoo.tests import tagged

from ..random_business import RandomBusiness
from . import second_look

SEEDS = (3, 14, 15, 92, 65)


@tagged("post_install", "-at_install")
class TestIndicators(RandomBusiness):
    """Reports on generated business of two companies, against a second computation."""

    def test_reports_equal_the_second_computation(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                orders = self._generate(seed)
                self._compare_orders(orders)
                self._compare_deliveries(orders)
                self._compare_invoices(orders)

    def _compare_orders(self, orders):
        confirmed = orders.filtered(lambda o: o.state == "sale" and second_look.order_lines(o))
        expected = {order: second_look.judge_order(order) for order in confirmed}
        rows = self.env["logistics.delivery.report"].search([("order_id", "in", orders.ids)])
        wanted = {line.id for order in expected.values() for line in order["lines"]}
        self.assertEqual(set(rows.line_id.ids), wanted)
        for row in rows:
            order, line = expected[row.order_id], expected[row.order_id]["lines"][row.line_id]
            self._assert_order_row(row, order, line)
        for names in ([], ["company_id"], ["partner_id"], ["carrier_id"]):
            self._compare_order_rates(expected, names)

    def _assert_order_row(self, row, order, line):
        label = f"{row.order_id.name}, {row.line_id.name}"
        part = row.weight
        self.assertAlmostEqual(part, 1 / len(order["lines"]), 6, label)
        for name in ("due", "on_time", "in_full", "otif", "perfect"):
            found = bool(row[f"{name}_count"])
            self.assertEqual(found, bool(order[name]), f"{label}: {name}")
        self.assertEqual(bool(row.short_line_count), line["short"], label)
        self.assertEqual(bool(row.substituted_line_count), line["substituted"], label)
        self.assertAlmostEqual(row.first_qty, line["first"], 4, label)

    def _compare_order_rates(self, expected, names):
        groups = second_look.grouped(
            expected.items(), lambda item: tuple(item[0][name] for name in names)
        )
        rates = [
            "on_time_rate",
            "in_full_rate",
            "otif_rate",
            "perfect_rate",
            "fill_rate",
            "stockout_rate",
            "substitution_rate",
            "cycle_sd",
            "cycle_cv",
        ]
        orders = self.env["sale.order"].concat(*expected)
        found = self.env["logistics.delivery.report"]._read_group(
            [("order_id", "in", orders.ids)], names, [f"{rate}:sum" for rate in rates]
        )
        self.assertEqual(len(found), len(groups))
        for *key, _rest in ((*row[: len(names)], None) for row in found):
            wanted = self._get_order_rates([order for _record, order in groups[tuple(key)]])
            [values] = [row[len(names) :] for row in found if list(row[: len(names)]) == key]
            for rate, value in zip(rates, values, strict=True):
                self._assert_same(value, wanted[rate], f"{key} {rate}")

    def _get_order_rates(self, orders):
        lines = [line for order in orders if order["shipped"] for line in order["lines"].values()]
        for line in lines:
            line["one"] = 1
        cycles = [order["cycle"] for order in orders if order["cycle"] is not None]
        deviation = statistics.stdev(cycles) if len(cycles) > 1 else None
        return {
            "on_time_rate": second_look.share(orders, "on_time", "due"),
            "in_full_rate": second_look.share(orders, "in_full", "due"),
            "otif_rate": second_look.share(orders, "otif", "due"),
            "perfect_rate": second_look.share(orders, "perfect", "due"),
            "fill_rate": second_look.share(lines, "first", "ordered"),
            "stockout_rate": second_look.share(lines, "short", "one"),
            "substitution_rate": second_look.share(lines, "substituted", "one"),
            "cycle_sd": deviation,
            "cycle_cv": deviation and deviation / statistics.mean(cycles),
        }

    def _compare_deliveries(self, orders):
        report = self.env["logistics.shipment.report"]
        pickings = second_look._customer_deliveries(orders.picking_ids)
        expected = {picking: second_look.judge_delivery(picking) for picking in pickings}
        domain = [("order_id", "in", orders.ids)]
        rows = report.search(domain)
        self.assertEqual(rows.picking_id, pickings.browse(rows.ids))
        self.assertEqual(set(rows.ids), set(pickings.ids))
        for row in rows:
            for name, value in expected[row.picking_id].items():
                self.assertAlmostEqual(row[name], value, 4, f"{row.picking_id.name}: {name}")
        ratios = report._get_ratios()
        for names in ([], ["company_id"], ["carrier_id"], ["warehouse_id"]):
            groups = second_look.grouped(
                expected.items(), lambda item, names=names: self._get_keys(item[0], names)
            )
            found = report._read_group(domain, names, [f"{name}:sum" for name in ratios])
            self.assertEqual(len(found), len(groups))
            for row in found:
                judged = [counts for _picking, counts in groups[row[: len(names)]]]
                for (name, parts), value in zip(ratios.items(), row[len(names) :], strict=True):
                    wanted = second_look.share(judged, *parts)
                    self._assert_same(value, wanted, f"{names} {name}")

    def _get_keys(self, picking, names):
        return tuple(
            picking.picking_type_id.warehouse_id if name == "warehouse_id" else picking[name]
            for name in names
        )

    def _compare_invoices(self, orders):
        report = self.env["logistics.invoice.report"]
        invoices = orders.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        posted = invoices.filtered(lambda move: move.state == "posted")
        domain = [("move_id", "in", invoices.ids)]
        self.assertEqual(set(report.search(domain).ids), set(posted.ids))
        for company, moves in posted.grouped("company_id").items():
            wrong = moves.filtered(second_look.judge_invoice)
            [[count, found, rate]] = report._read_group(
                [*domain, ("company_id", "=", company.id)],
                [],
                ["invoice_count:sum", "wrong_count:sum", "error_rate:sum"],
            )
            self.assertEqual((count, found), (len(moves), len(wrong)))
            self.assertAlmostEqual(rate, len(wrong) / len(moves), 9)

    def _assert_same(self, value, wanted, label):
        if wanted is None:
            # a group in which nothing can be judged has no ratio
            self.assertFalse(value, label)
        else:
            self.assertAlmostEqual(value, wanted, 6, label)
