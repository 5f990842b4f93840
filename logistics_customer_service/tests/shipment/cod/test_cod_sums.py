import random

from odoo import Command
from odoo.tests import tagged

from .test_cod import CodCommon


@tagged("post_install", "-at_install")
class TestCodSums(CodCommon):
    """The collections of an order add up to what is owed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["product.product"].create({"name": "Discount", "type": "service"})

    def _sell(self, *lines, carrier=True):
        """Return a confirmed order of lines: product, quantity and price each."""
        order = self._order(self.customer, confirm=False, cash_on_delivery=True)
        order.order_line = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "tax_ids": False,
                    }
                )
                for product, quantity, price in lines
            ),
        ]
        order.action_confirm()
        if carrier:
            order.picking_ids.carrier_id = self.carrier
        return order

    def _amounts(self, order):
        return self._cod(order).mapped("amount")

    def test_discount_greater_than_what_the_first_brings(self):
        order = self._sell((self.product, 10, 10), (self.service, 1, -50))
        self._deliver(order, qty=2)
        self.assertEqual(self._amounts(order), [0, 50])

    def test_exchange_of_an_order(self):
        order = self._sell((self.product, 1, 120), (self.product, -1, 100))
        self.assertEqual(self._amounts(order), [20])

    def test_discount_after_the_first_was_collected(self):
        order = self._sell((self.product, 10, 10), carrier=False)
        self._deliver(order, qty=6)
        self.assertEqual(self._amounts(order), [60, 40])
        order.order_line = [
            Command.create({"product_id": self.service.id, "price_unit": -30, "tax_ids": False})
        ]
        self.assertEqual(self._amounts(order), [60, 10])
        order.order_line[0].price_unit = 12
        self.assertEqual(self._amounts(order), [60, 30])

    def test_goods_returned(self):
        order = self._sell((self.product, 10, 10), carrier=False)
        first = self._deliver(order, qty=6)
        self._return(first, qty=2)
        self.assertEqual(self._amounts(order), [60, 20])

    def test_exchanged_goods_are_paid_once(self):
        order = self._sell((self.product, 5, 10), carrier=False)
        delivery = self._deliver(order)
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        wizard.product_return_moves.quantity = 2
        wizard.action_create_exchanges()
        self.assertEqual(self._amounts(order), [50, 0])

    def test_refused_delivery_hands_freight_and_discount_on(self):
        order = self._sell((self.product, 10, 10), (self.service, 1, 9))
        first = self._deliver(order, qty=4)
        self.assertEqual(self._amounts(order), [49, 60])
        self._say(first, "refused")
        self.assertEqual(self._amounts(order), [40, 69])
        self._say(first, "delivered", 2)
        self.assertEqual(self._amounts(order), [40, 69])

    def test_cancelled_delivery_asks_nothing(self):
        order = self._sell((self.product, 10, 10))
        self._deliver(order, qty=4)
        order.picking_ids.filtered(lambda picking: picking.state != "done").action_cancel()
        self.assertEqual(self._amounts(order), [40, 0])

    def test_less_collected_than_asked(self):
        order = self._sell((self.product, 10, 10), carrier=False)
        self._deliver(order, qty=6)
        first, rest = self._cod(order)
        first.with_user(self.supervisor).write({"confirmed_at": first.collected_at, "confirmed_amount": 50})
        self.assertEqual(rest.amount, 50)

    def test_advance_paid_after_confirmation(self):
        self._open_books()
        order = self._sell((self.product, 10, 10))
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        )
        wizard.create_invoices()
        invoice = order.invoice_ids
        invoice.action_post()
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        other = self.env["account.account"].create(
            {"name": "Bank", "code": "LCS80", "account_type": "asset_cash"}
        )
        journal = self.env["account.journal"].create({"name": "B", "code": "LCSB", "type": "general"})
        lines = [
            {"account_id": other.id, "debit": 30},
            {"account_id": receivable.account_id.id, "credit": 30, "partner_id": self.customer.id},
        ]
        entry = self.env["account.move"].create(
            {"journal_id": journal.id, "line_ids": [Command.create(line) for line in lines]}
        )
        entry.action_post()
        (receivable + entry.line_ids.filtered("credit")).reconcile()
        self.assertEqual((self._amounts(order), self._cod(order).prepaid_amount), ([70], 30))
        self._deliver(order, qty=2)
        self.assertEqual(self._amounts(order), [0, 70])

    def test_whatever_happens_it_adds_up(self):
        for seed in range(12):
            with self.subTest(seed):
                self._live(random.Random(seed))

    def _live(self, rng):
        price, quantity = rng.choice([0.07, 3.33, 10, 47.5]), rng.randint(2, 9)
        extras = [(self.service, 1, rng.choice([9, -0.5, -20, -60]))] * rng.randint(0, 2)
        if rng.random() < 0.3:
            extras.append((self.product, -1, price / 2))
        order = self._sell((self.product, quantity, price), *extras, carrier=rng.random() < 0.5)
        prepaid = rng.choice([0, 0, 5.55, 40])
        self.patch(
            type(order),
            "_get_cod_prepaid",
            lambda order, settled: max(prepaid - sum(settled.mapped("prepaid_amount")), 0),
        )
        self.Cod._sync(order)
        self._assert_sum(order)
        for _step in range(6):
            step = rng.choice([self._part, self._part, self._arrive, self._bring_back, self._reprice])
            step(order, rng)
            self._assert_sum(order)

    def _part(self, order, rng):
        waiting = order.picking_ids.filtered(
            lambda one: one.state not in ("done", "cancel") and one._is_customer_delivery()
        )[:1]
        for move in waiting.move_ids:
            move.quantity = rng.randint(1, int(move.product_uom_qty))
            move.picked = True
        if waiting:
            waiting.with_context(skip_sms=True, skip_backorder=True).button_validate()

    def _get_done(self, order):
        return order.picking_ids.filtered(lambda one: one.state == "done" and one._is_customer_delivery())

    def _arrive(self, order, rng):
        done = self._get_done(order).filtered("carrier_id")
        if done:
            self._say(rng.choice(done), rng.choice(["delivered", "refused"]), rng.randint(1, 99))

    def _bring_back(self, order, rng):
        done = self._get_done(order).filtered(lambda one: not one.return_ids)
        if done:
            self._return(rng.choice(done), qty=1)

    def _reprice(self, order, rng):
        order.order_line[:1].discount = rng.choice([0, 10, 33.3])

    def _assert_sum(self, order):
        """What is asked and was paid is what the kept goods cost, less discounts.

        Where more was collected before than is owed now, nobody asks for anything.
        """
        line = order.order_line[:1]
        cods = self._cod(order)
        refused = cods.filtered(lambda cod: cod.state == "not_delivered")
        if refused == cods:
            refused -= cods
        away = refused.picking_id.move_ids
        back = order.picking_ids.move_ids.filtered(
            lambda move: (
                move.origin_returned_move_id
                and move.origin_returned_move_id not in away
                and move.state == "done"
            )
        )
        missing = sum((away | back).filtered("sale_line_id").mapped("quantity"))
        each = line.price_total / line.product_uom_qty
        owed = max(order.amount_total - missing * each, 0)
        counted = cods - refused
        asked = sum(counted.mapped("amount")) + sum(counted.mapped("prepaid_amount"))
        settled = counted.filtered(lambda cod: cod.state == "collected")
        before = sum(settled.mapped("amount")) + sum(settled.mapped("prepaid_amount"))
        if counted - settled:
            self.assertAlmostEqual(asked, max(owed, before), delta=0.0051)

    def test_moves_that_are_not_what_was_sold(self):
        """However many moves bring a line, and whatever: together they collect what is owed."""
        order = self._sell((self.product, 1, 180))
        order.picking_ids.action_cancel()
        for _turn in range(3):
            self._transfer(self.customer, line=order.order_line, validate=False)
        order._refresh_cod()
        self.assertEqual(sum(self._amounts(order)), 180)
        parts = [Command.create({**vals, "product_uom_qty": n}) for n, vals in enumerate(
            order.picking_ids[-1:].move_ids.copy_data() * 5, 1
        )]  # fmt: skip
        order.picking_ids[-1:].move_ids = parts
        order._refresh_cod()
        self.assertEqual(sum(self._amounts(order)), 180)
