import random

from odoo import Command
from odoo.addons.logistics_customer_service.tests.common import LogisticsCommon
from odoo.addons.logistics_customer_service.tests.complaint.settlement.common import ResolutionCommon
from odoo.tests import tagged

# what a kit of 180.00 is made of: how many, and the sales price of each
COMPONENTS = ((2, 10.0), (1, 20.0), (1, 30.0), (1, 30.0), (4, 20.0))


class KitCommon(LogisticsCommon):
    """A kit of five components."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._customer("Buyer")
        cls.parts = cls.env["product.product"].create(
            [
                {"name": f"Part {n}", "type": "consu", "is_storable": True, "list_price": price}
                for n, (_quantity, price) in enumerate(COMPONENTS)
            ]
        )
        cls.kit = cls._kit("Set", zip(cls.parts, (quantity for quantity, _price in COMPONENTS), strict=True))

    @classmethod
    def _kit(cls, name, parts):
        product = cls.env["product.product"].create({"name": name, "type": "consu", "list_price": 180})
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts
                ],
            }
        )
        return product

    @classmethod
    def _sell(cls, *lines, cash=True, **vals):
        """Return a confirmed order of lines: product, quantity and price each.

        :param vals: more of each line
        """
        order = cls._order(cls.buyer, confirm=False, cash_on_delivery=cash)
        order.order_line = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "tax_ids": False,
                        **vals,
                    }
                )
                for product, quantity, price in lines
            ),
        ]
        order.action_confirm()
        return order

    @classmethod
    def _ship(cls, order, moved, backorder=True):
        """Validate so much of each product of the open delivery: a mapping; of others nothing."""
        picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))[:1]
        for move in picking.move_ids:
            move.quantity = moved.get(move.product_id, 0)
            move.picked = True
        context = {"skip_sms": True, "skip_backorder": True}
        if not backorder:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()
        return picking

    @classmethod
    def _amounts(cls, order):
        return cls.env["logistics.cod"].search([("order_id", "=", order.id)], order="id").mapped("amount")


@tagged("post_install", "-at_install")
class TestKitsOnDelivery(KitCommon):
    """What a delivery collects, and how it is judged, when it brings kits."""

    def test_installs_itself(self):
        module = self.env["ir.module.module"].search([("name", "=", "logistics_customer_service_mrp")])
        self.assertEqual((module.state, module.auto_install), ("installed", True))

    def test_kit_of_180_collects_180(self):
        order = self._sell((self.kit, 1, 180))
        self.assertEqual(len(order.picking_ids.move_ids), 5)
        self.assertEqual(self._amounts(order), [180])
        self._deliver(order)
        self.assertEqual(self._amounts(order), [180])

    def test_components_in_two_deliveries(self):
        order = self._sell((self.kit, 3, 180), (self.product, 2, 7.5))
        self._ship(order, {self.parts[0]: 6, self.parts[4]: 3})
        # all of what costs 20 of the set's 180, a quarter of what costs 80
        self.assertEqual(self._amounts(order), [120, 435])
        self._deliver(order)
        self.assertEqual(self._amounts(order), [120, 435])

    def test_kit_of_kits_in_dozens(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        outer = self._kit("Big Set", [(self.kit, 2), (self.product, 1)])
        order = self._sell((outer, 1, 600), product_uom_id=dozen.id)
        self.assertEqual(self._amounts(order), [order.amount_total])
        self._ship(order, {self.product: 12})
        # the carton costs 10 of what would cost 370
        first, rest = self._amounts(order)
        self.assertAlmostEqual(first, order.amount_total * 10 / 370, 2)
        self.assertAlmostEqual(first + rest, order.amount_total, 2)

    def test_component_taken_back(self):
        order = self._sell((self.kit, 1, 180))
        picking = self._ship(order, {part: n for part, (n, _p) in zip(self.parts, COMPONENTS, strict=True)})
        order.picking_ids.cod_ids.confirmed_amount = 0
        back = self._return(picking)
        self.assertTrue(all(back.move_ids.mapped("to_refund")))
        self.assertLessEqual(sum(self._amounts(order)), 180)

    def test_bill_of_materials_changed(self):
        """What the order's moves say counts where the bill says otherwise by now."""
        order = self._sell((self.kit, 2, 180))
        lines = self.kit.product_tmpl_id.bom_ids.bom_line_ids
        lines[0].product_id = self.product
        order._refresh_cod()
        self.assertEqual(self._amounts(order), [360])

    def test_never_more_than_is_owed(self):
        """Whatever goes out in whatever order: together it comes to what is owed, never to more."""
        dice = random.Random(14)
        products = [self.kit, self.product, *self.parts]
        for _turn in range(6):
            lines = [
                (dice.choice(products), dice.randint(1, 4), dice.choice((0, 9.99, 180, 33.33)))
                for _line in range(dice.randint(1, 3))
            ]
            order = self._sell((self.kit, dice.randint(1, 3), 180), *lines)
            for _delivery in range(2):
                opened = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
                if not opened:
                    break
                moved = {
                    move.product_id: dice.randint(0, int(move.product_uom_qty)) for move in opened.move_ids
                }
                if any(moved.values()):
                    self._ship(order, moved)
                self.assertAlmostEqual(sum(self._amounts(order)), order.amount_total, 2, str(lines))

    def test_in_full_although_it_came_back(self):
        order = self._sell((self.kit, 1, 180), cash=False)
        picking = self._deliver(order)
        self._return(picking)
        self.assertFalse(order.order_line.qty_delivered)
        self._refresh()
        facts = self._facts(self.buyer)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 1))
        self._judge_outcomes()
        row = self.env["logistics.delivery.report"].search([("order_id", "=", order.id)])
        self.assertEqual((row.in_full_count, row.first_qty, row.is_substituted), (1, 1, False))

    def test_one_component_short(self):
        order = self._sell((self.kit, 2, 180), (self.product, 1, 10), cash=False)
        moved = {part: 2 * n for part, (n, _p) in zip(self.parts, COMPONENTS, strict=True)}
        picking = self._ship(order, moved | {self.parts[1]: 1, self.product: 1}, backorder=False)
        self.env["logistics.exception"]._detect(picking)
        self.assertEqual(picking.exception_ids.mapped("kind"), ["short"])
        self._refresh()
        facts = self._facts(self.buyer)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 0))
        self._judge_outcomes()
        rows = self.env["logistics.delivery.report"].search([("order_id", "=", order.id)])
        kits = rows.filtered(lambda row: row.product_id == self.kit)
        self.assertEqual((kits.first_qty, kits.is_substituted), (1, False), "one whole kit of two")
        self._detect(picking)
        self.assertEqual(picking.exception_ids.mapped("state"), ["open"])
        kits.line_id.product_uom_qty = 1
        self._detect(picking)
        self.assertEqual(picking.exception_ids.mapped("state"), ["gone"])

    def _detect(self, picking):
        self._judge_outcomes()
        self.env["logistics.exception"]._detect(picking)

    def _kits(self, number):
        return {part: number * n for part, (n, _price) in zip(self.parts, COMPONENTS, strict=True)}

    def _outcome_of(self, order):
        self._judge_outcomes()
        return self.env["logistics.outcome.line"].search([("order_id", "=", order.id)])

    def test_line_lowered_to_what_was_shipped(self):
        order = self._sell((self.kit, 5, 180), cash=False)
        self._ship(order, self._kits(3), backorder=False)
        self.assertEqual((self._outcome_of(order).first_qty, self._outcome_of(order).is_complete), (3, False))
        order.order_line.product_uom_qty = 3
        line = self._outcome_of(order)
        self.assertEqual((line.ordered_qty, line.first_qty, line.is_complete), (3, 3, True))

    def test_exchanged_kits(self):
        order = self._sell((self.kit, 5, 180), cash=False)
        self._exchange(self._deliver(order), validate=False)
        line = self._outcome_of(order)
        self.assertEqual((line.first_qty, line.is_short_first, line.is_complete), (5, False, True))


@tagged("post_install", "-at_install")
class TestKitsInCases(ResolutionCommon, KitCommon):
    """What is given for kits and their components."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell((cls.kit, 2, 360), cash=False)
        cls.delivery = cls._deliver(cls.order)

    def _about(self, product, quantity):
        return self._case(
            partner_id=self.buyer.id,
            picking_ids=[Command.set(self.delivery.ids)],
            line_ids=[Command.create({"product_id": product.id, "quantity": quantity})],
        )

    def test_worth_of_a_component(self):
        """What costs 20 of the 180 that the components would cost is a ninth of 360."""
        line = self._about(self.parts[1], 1).line_ids
        self.assertEqual(line.value_affected, 40)
        self.assertEqual(self._about(self.kit, 1).line_ids.value_affected, 360)

    def test_no_more_than_was_delivered(self):
        delivered = self._about(self.kit, 5)._get_delivered(self.order)
        self.assertEqual((delivered[self.kit], delivered[self.parts[4]]), (2, 8))
        self._return(self.delivery)
        self.assertEqual(self._about(self.kit, 5)._get_delivered(self.order)[self.kit], 2)

    def test_kit_comes_back_as_components(self):
        case = self._about(self.kit, 1)
        compensation = self._approved(0, case=case, kind="return")
        compensation.action_execute()
        moves = compensation.sudo().picking_ids.move_ids
        wanted = {part: n for part, (n, _p) in zip(self.parts, COMPONENTS, strict=True)}
        self.assertEqual({move.product_id: move.product_uom_qty for move in moves}, wanted)
        for move in moves:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        compensation.sudo().picking_ids.button_validate()
        self.assertEqual(compensation.document_state, "done")

    def test_replacement_of_a_kit(self):
        compensation = self._approved(0, case=self._about(self.kit, 1), kind="replacement")
        compensation.action_execute()
        picking = compensation.sudo().picking_ids
        self.assertEqual(len(picking.move_ids), 5)
        self.assertTrue(picking._is_customer_delivery())
