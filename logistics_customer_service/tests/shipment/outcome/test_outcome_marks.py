import random
from datetime import timedelta

from odoo.tests import tagged

from ....models.shipment.indicator.logistics_promise_report_mixin import ROLLED
from ..random_business import RandomBusiness

SEEDS = (2, 7, 18, 28)
STEPS = 30


@tagged("post_install", "-at_install")
class TestOutcomeMarks(RandomBusiness):
    """Whatever happens to an order is marked: judged then, it is what judging all anew finds."""

    def test_random_business_is_marked(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self._go_through(random.Random(seed))

    def _go_through(self, dice):
        orders = self.env["sale.order"].create(
            [self._random_order(dice, self.companies[number % 2]) for number in range(4)]
        )
        for step in range(STEPS):
            order, action = dice.choice(orders), dice.choice(self._get_actions())
            action(dice, order)
            self._judge_outcomes()
            self.assertFalse(self._judge_once_more(orders), f"{step}: {action.__name__}")
        for name in ("logistics.delivery.report", "logistics.shipment.report"):
            self._compare_days(self.env[name])

    def _compare_days(self, report):
        """The sums of the days are those of the rows, by whatever the days tell apart."""
        sums = [f"{name}:sum" for name in report._get_rolled_numbers()] + ["__count"]
        domain = [("company_id", "in", self.companies.ids)]
        for groupby in (["tier_id"], ["company_id", "promised_date:month"], ["carrier_id", "state_id"]):
            self.assertTrue(report._choose_source(domain, groupby, sums).env.context[ROLLED])
            rolled = report._read_group(domain, groupby, sums)
            rows = report._read_group([*domain, ("id", "!=", 0)], groupby, sums)
            self.assertTrue(rows)
            for found, wanted in zip(rolled, rows, strict=True):
                self.assertEqual(found[: len(groupby)], wanted[: len(groupby)])
                for name, one, other in zip(
                    sums, found[len(groupby) :], wanted[len(groupby) :], strict=True
                ):
                    self.assertAlmostEqual(one or 0, other or 0, 4, f"{groupby} {name}")

    def _judge_once_more(self, orders):
        judge = self.env["logistics.outcome.judge"]
        return judge._judge(*judge._trace({"sale.order": orders.ids}))

    def _get_actions(self):
        names = (
            "confirm", "confirm", "deliver", "deliver", "deliver", "change", "invoice", "backdate",
            "deadline", "report", "remark", "return", "exchange", "cancel", "quantity", "carrier",
            "customer", "drop", "reroute", "credit",
        )  # fmt: skip
        return [getattr(self, f"_act_{name}") for name in names]

    def _act_confirm(self, _dice, order):
        if order.state in ("draft", "sent"):
            order.action_confirm()

    def _act_deliver(self, dice, order):
        self._random_delivery(dice, order)

    def _act_change(self, dice, order):
        if order.state == "sale":
            self._random_changes(dice, order)

    def _act_invoice(self, dice, order):
        self._random_invoice(dice, order)

    def _act_credit(self, dice, order):
        invoices = order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        if invoices and dice.random() < 0.5:
            self._credit(invoices[0], self._reason("invoice_price"))
        elif invoices:
            invoices[0].logistics_reason_id = dice.choice([self._reason("invoice_tax"), False])

    def _act_backdate(self, dice, order):
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        if done:
            dice.choice(done).date_done = self._days_ago(dice.randint(0, 15))

    def _act_deadline(self, dice, order):
        transfers = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        if transfers:
            transfers[0].scheduled_date += timedelta(days=dice.randint(-3, 3))
            transfers.move_ids.date_deadline = self._days_ago(dice.randint(-5, 5))

    def _act_report(self, dice, order):
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        if done:
            self._random_event(dice, dice.choice(done))
            dice.choice(done).shipment_event_ids[:1].unlink()

    def _act_remark(self, dice, order):
        deliveries = order.picking_ids.filtered(
            lambda picking: picking.state == "done" and picking._reaches_customer()
        )
        if deliveries:
            self._random_remark(dice, deliveries[0])
            deliveries.delivery_remark_ids[:1].unlink()

    def _get_returnable(self, order):
        return order.picking_ids.filtered(
            lambda picking: picking.state == "done"
            and picking._is_customer_delivery()
            and sum(picking.move_ids.mapped("quantity"))
        )[:1]

    def _act_return(self, dice, order):
        delivery = self._get_returnable(order)
        if delivery:
            back = self._return(delivery, None, dice.choice([None, self._reason("damage_transport")]))
            back.logistics_reason_id = dice.choice([self._reason("return_wrong"), False])

    def _act_exchange(self, _dice, order):
        delivery = self._get_returnable(order)
        if delivery:
            self._exchange(delivery)

    def _act_cancel(self, dice, order):
        if dice.random() < 0.2 and not order.picking_ids.filtered(lambda p: p.state == "done"):
            order._action_cancel()
        else:
            order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))[:1].action_cancel()

    def _act_quantity(self, dice, order):
        if order.state == "sale":
            order.order_line[:1].product_uom_qty += dice.choice([1, 3])

    def _act_carrier(self, dice, order):
        order.carrier_id = dice.choice(self.carriers)
        order.picking_ids[:1].carrier_id = dice.choice(self.carriers)

    def _act_customer(self, dice, order):
        if order.state in ("draft", "sent"):
            order.partner_id = dice.choice(self.customers)

    def _act_drop(self, _dice, order):
        order.picking_ids.filtered(lambda picking: picking.state == "cancel")[:1].unlink()

    def _act_reroute(self, dice, order):
        order.picking_ids[:1].reroute_reason_id = dice.choice([self._reason("reroute_road"), False])
