import random
import statistics
from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import Command, fields
from odoo.tests import tagged

from ...common import LogisticsCommon


@tagged("post_install", "-at_install")
class TestDeliveryReport(LogisticsCommon):
    """The report against a second computation that walks through the records one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["logistics.delivery.report"]
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.products = cls.product + cls.env["product.product"].create(
            [
                {"name": f"Goods {index}", "type": "consu", "is_storable": bool(index % 2)}
                for index in range(3)
            ]
        )
        cls.service = cls.env["product.product"].create({"name": "Advice", "type": "service"})
        cls.customer = cls._customer()

    def _rows(self, orders=None):
        self._judge_outcomes()
        domain = [("company_id", "=", self.company.id)]
        if orders is not None:
            domain.append(("order_id", "in", orders.ids))
        return self.Report.search(domain)

    def _totals(self, *names, **conditions):
        self._judge_outcomes()
        domain = [("company_id", "=", self.company.id)]
        domain += [(name, "=", value) for name, value in conditions.items()]
        [totals] = self.Report._read_group(domain, [], [f"{name}:sum" for name in names])
        return totals

    # --- one by one

    def test_verdicts(self):
        promised = self._days_ago(5)
        cases = {
            "kept": {"at": self._days_ago(5, hour=10)},
            "late": {"at": self._days_ago(4)},
            "short": {"at": self._days_ago(6), "qty": 3, "backorder": False},
            "late_short": {"at": self._days_ago(1), "qty": 3, "backorder": False},
        }
        orders = {}
        for verdict, delivery in cases.items():
            orders[verdict] = self._order(self.customer, qty=10, commitment_date=promised)
            self._deliver(orders[verdict], **delivery)
        orders["overdue"] = self._order(self.customer, commitment_date=promised)
        orders["not_due"] = self._order(self.customer, commitment_date=self._days_ago(-3))
        for verdict, order in orders.items():
            self.assertEqual(self._rows(order).verdict, verdict)
        self.assertEqual(self._rows(orders["late"]).days_late, 1)
        due, on_time, in_full, otif = self._totals(
            "due_count", "on_time_rate", "in_full_rate", "otif_rate"
        )
        self.assertEqual((due, on_time, in_full, otif), (5, 0.4, 0.4, 0.2))

    def test_part_delivered_is_not_delivered(self):
        order = self._order(self.customer, qty=10, commitment_date=self._days_ago(-3))
        self._deliver(order, qty=6)
        row = self._rows(order)
        self.assertEqual((row.verdict, row.delivered_at), ("not_due", False))
        self.assertEqual((row.first_qty, row.short_line_count), (6, 1))
        self._deliver(order, at=self._days_ago(-1))
        self.env.invalidate_all()
        row = self._rows(order)
        self.assertEqual((row.verdict, row.first_qty, row.delivered_qty), ("kept", 6, 10))

    def test_fallbacks_of_the_promise_are_named(self):
        order = self._order(self.customer, commitment_date=self._days_ago(5))
        self._deliver(order)
        self.assertEqual(self._rows(order).promise_origin, "promise")
        order.order_line.promised_date = order.promised_date = False
        self.env.invalidate_all()
        self.assertEqual(self._rows(order).promise_origin, "commitment")
        order.commitment_date = False
        order.picking_ids.move_ids.date_deadline = self._days_ago(2)
        self.env.invalidate_all()
        self.assertEqual(self._rows(order).promise_origin, "deadline")
        self._judge_outcomes()
        self.env.cr.execute(
            "UPDATE stock_picking SET date_deadline = NULL WHERE sale_id = %s", [order.id]
        )
        self.env.invalidate_all()
        self._judge_anew()
        self.assertEqual(self._rows(order).promise_origin, "scheduled")

    def test_carriers_word_outweighs_the_validation(self):
        order = self._order(self.customer, commitment_date=self._days_ago(5))
        picking = self._deliver(order, at=self._days_ago(6))
        event = {"picking_id": picking.id, "company_id": self.company.id, "source": "carrier"}
        Event = self.env["logistics.shipment.event"]
        Event.create({**event, "kind": "in_transit", "happened_at": self._days_ago(6)})
        self.assertEqual(self._rows(order).verdict, "overdue")
        self._refresh()
        self.assertEqual(self._facts(self.customer).delivery_count, 0)
        Event.create({**event, "kind": "delivered", "happened_at": self._days_ago(3)})
        self.env.invalidate_all()
        self._refresh()
        facts = self._facts(self.customer)
        self.assertEqual((facts.delivery_count, facts.on_time_count), (1, 0))
        self.assertEqual(self._rows(order).verdict, "late")
        self.assertEqual(self._rows(order).delivered_at, self._days_ago(3))

    def test_service_and_freight_lines_are_no_goods(self):
        order = self._order(self.customer, confirm=False)
        order.order_line = [Command.create({"product_id": self.service.id})]
        order.action_confirm()
        self.assertEqual(len(self._rows(order)), 1)

    def test_agent_of_another_company_sees_nothing(self):
        self._order(self.customer)
        self._judge_outcomes()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        reports = self.Report.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(reports.search([]))
        self.assertTrue(self.Report.with_user(self.agent).search([]))

    # --- all together

    def test_generated_orders_equal_a_second_computation(self):
        dice = random.Random(20)
        orders = self.env["sale.order"].concat(*(self._random_order(dice) for _n in range(30)))
        self.env.invalidate_all()
        expected = {order: self._judge(order) for order in orders}
        rows = self._rows(orders)
        self.assertEqual(
            {line.id for line in rows.line_id},
            {line.id for order in expected.values() for line in order["lines"]},
        )
        for row in rows:
            order = expected[row.order_id]
            line = order["lines"][row.line_id]
            found = (row.verdict, row.first_qty, row.short_line_count, row.delivered_qty)
            wanted = (order["verdict"], line["first"], line["short"], line["delivered"])
            self.assertEqual(found[0], wanted[0], row.order_id.name)
            self.assertEqual(found[2], wanted[2], row.order_id.name)
            self.assertAlmostEqual(found[1], wanted[1], 4)
            self.assertAlmostEqual(found[3], wanted[3], 4)
        self._compare_totals(expected)

    def _compare_totals(self, expected):
        due = [order for order in expected.values() if order["due"]]
        shipped = [
            line
            for order in expected.values()
            if order["first_done"]
            for line in order["lines"].values()
        ]
        cycles = [order["cycle"] for order in expected.values() if order["cycle"] is not None]
        wanted = {
            "due_count": len(due),
            "on_time_rate": sum(order["on_time"] for order in due) / len(due),
            "in_full_rate": sum(order["in_full"] for order in due) / len(due),
            "otif_rate": sum(order["on_time"] and order["in_full"] for order in due) / len(due),
            "fill_rate": sum(line["first"] for line in shipped)
            / sum(line["ordered"] for line in shipped),
            "stockout_rate": sum(line["short"] for line in shipped) / len(shipped),
            "cycle_sd": statistics.stdev(cycles),
        }
        totals = self._totals(*wanted)
        for name, value in zip(wanted, totals, strict=True):
            self.assertAlmostEqual(value, wanted[name], 6, name)
        [[mean]] = self.Report._read_group(
            [("company_id", "=", self.company.id)], [], ["cycle_days:avg"]
        )
        self.assertAlmostEqual(mean, statistics.mean(cycles), 6)
        verdicts = {order["verdict"] for order in expected.values()}
        self.assertGreaterEqual(len(verdicts), 5, "the dice must reach most cases")

    def _random_order(self, dice):
        placed = self._days_ago(dice.randint(10, 60), hour=dice.randint(0, 23))
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "commitment_date": self._days_ago(dice.randint(-6, 12), hour=dice.randint(0, 23)),
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": dice.choice([1, 2, 5, 12]),
                            "product_uom_id": dice.choice([self.unit, self.unit, self.dozen]).id,
                            "price_unit": 1,
                        }
                    )
                    for product in dice.sample(list(self.products + self.service), 3)
                ],
            }
        )
        order.action_confirm()
        order.date_order = placed
        if dice.random() < 0.1:
            order.order_line[0].product_uom_qty = 0
        for _part in range(dice.choice([0, 1, 1, 1, 2])):
            self._random_delivery(dice, order)
        return order

    def _random_delivery(self, dice, order):
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        if not picking or picking.picking_type_code != "outgoing":
            return
        share = dice.choice([1, 1, 1, 0.5, 1.5])
        for move in picking.move_ids.filtered(lambda m: m.state != "cancel"):
            move.quantity = move.product_uom_qty * share
            move.picked = True
        context = {"skip_sms": True, "skip_backorder": True}
        if dice.random() < 0.4:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()
        picking.date_done = self._days_ago(dice.randint(0, 12), hour=dice.randint(0, 23))
        if dice.random() < 0.3:
            self._return(picking)

    def _return(self, picking):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        for move in back.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        back.with_context(skip_sms=True).button_validate()

    def _judge(self, order):
        """Judge an order by walking through its transfers, slowly and obviously."""
        zone = pytz.timezone(self.company.partner_id.tz)

        def day(instant):
            return pytz.utc.localize(instant).astimezone(zone).date()

        transfers = order.picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing" and not p.return_id and p.state != "cancel"
        )
        done = transfers.filtered(lambda p: p.state == "done")
        first_done = min(done.mapped("date_done"), default=None)
        moved, first = defaultdict(float), defaultdict(float)
        for move in done.move_ids.filtered(lambda m: m.state == "done"):
            quantity = move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            moved[move.sale_line_id] += quantity
            if move.picking_id.date_done == first_done:
                first[move.sale_line_id] += quantity
        lines = {}
        for line in order.order_line.filtered(lambda sol: sol.product_id.type == "consu"):
            ordered = line.product_uom_id._compute_quantity(
                line.product_uom_qty, line.product_id.uom_id, round=False
            )
            if ordered > 0:
                lines[line] = {
                    "ordered": ordered,
                    "delivered": moved[line],
                    "first": min(first[line], ordered),
                    "short": int(bool(first_done) and first[line] < ordered - 1e-5),
                }
        delivered = bool(transfers) and transfers == done
        last = max(done.mapped("date_done"), default=None)
        promised = day(order.promised_date)
        today = day(fields.Datetime.now())
        due = delivered or promised < today
        on_time = delivered and day(last) <= promised
        in_full = delivered and all(
            line["delivered"] >= line["ordered"] - 1e-5 for line in lines.values()
        )
        return {
            "lines": lines,
            "first_done": first_done,
            "due": due,
            "on_time": on_time,
            "in_full": in_full,
            "cycle": (last - order.date_order) / timedelta(days=1) if delivered else None,
            "verdict": self._name_verdict(due, delivered, on_time, in_full),
        }

    def _name_verdict(self, due, delivered, on_time, in_full):
        if not due:
            return "not_due"
        if not delivered:
            return "overdue"
        return {
            (True, True): "kept",
            (True, False): "short",
            (False, True): "late",
            (False, False): "late_short",
        }[on_time, in_full]
