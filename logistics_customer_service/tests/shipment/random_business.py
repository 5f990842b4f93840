import random

from odoo import Command

from ..common import LogisticsCommon

DAMAGES = ("damage_transport", "damage_packing")
RETURNS = ("return_refused", "return_wrong", *DAMAGES)
ERRORS = ("invoice_price", "invoice_tax")


class RandomBusiness(LogisticsCommon):
    """Two companies in different time zones, and random things that happen to their orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Pacific Logistics"})
        cls.other.partner_id.tz = "America/Los_Angeles"
        cls.env.user.company_ids |= cls.other
        cls.companies = cls.company + cls.other
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.companies.ids,
                "mail_create_nolog": True,
                "mail_create_nosubscribe": True,
                "skip_sms": True,
            }
        )
        for company in cls.companies:
            cls._open_books(company)
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": f"Goods {index}",
                    "type": "consu",
                    "is_storable": index == 1,
                    "invoice_policy": "order",
                    "taxes_id": False,
                }
                for index in range(4)
            ]
        )
        cls.service = cls.env["product.product"].create(
            {"name": "Advice", "type": "service", "taxes_id": False}
        )
        cls.carriers = cls.env["delivery.carrier"].create(
            [
                {"name": name, "product_id": cls.service.id}
                for name in ("Air Test", "Truck Test")
            ]
        )
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {index}", "is_company": True} for index in range(5)]
        )
        cls.env["logistics.profile"]._ensure_for(cls.customers, cls.company)
        natures = cls.env["logistics.cargo.nature"].search([], limit=2)
        for number, customer in enumerate(cls.customers):
            profile = cls._profile_of(customer)
            profile.tier_id = (cls.vip, cls.key, cls.standard)[number % 3]
            profile.cargo_nature_ids = natures[: number % 3]

    def _generate(self, seed, count=24):
        dice = random.Random(seed)
        orders = self.env["sale.order"].create(
            [self._random_order(dice, self.companies[number % 2]) for number in range(count)]
        )
        orders.action_confirm()
        for order in orders:
            order.date_order = self._days_ago(dice.randint(13, 60), hour=dice.randint(0, 23))
            self._random_changes(dice, order)
            for _part in range(dice.choice([0, 1, 1, 1, 2])):
                self._random_delivery(dice, order)
            if dice.random() < 0.4:
                self._random_invoice(dice, order)
            if dice.random() < 0.05:
                order._action_cancel()
        self.env.flush_all()
        self._say_silent(orders)
        self._judge_outcomes()
        # as autovacuum does; what a planner without statistics makes of joins takes minutes
        self.env.cr.execute("ANALYZE stock_picking, stock_move, sale_order, sale_order_line")
        self.env.invalidate_all()
        return orders

    def _random_order(self, dice, company):
        products = dice.sample(list(self.products + self.service), dice.choice([1, 2, 2, 3]))
        if products == [self.service]:
            products = [self.products[0]]
        return {
            "partner_id": dice.choice(self.customers).id,
            "company_id": company.id,
            "warehouse_id": self.env["stock.warehouse"]
            .search([("company_id", "=", company.id)], limit=1)
            .id,
            "carrier_id": dice.choice(self.carriers).id,
            "commitment_date": self._days_ago(dice.randint(-5, 12), hour=dice.randint(0, 23)),
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": dice.choice([1, 2, 5, 12]),
                        "product_uom_id": dice.choice([self.unit, self.unit, self.dozen]).id,
                        "price_unit": 3,
                        "tax_ids": [Command.clear()],
                    }
                )
                for product in products
            ],
        }

    def _random_changes(self, dice, order):
        """Lines taken back, agreed dates, substitutes and routes, before anything has left."""
        lines = order.order_line.filtered(lambda line: line.product_id.type == "consu")
        chance = dice.random()
        if chance < 0.08 and len(lines) > 1:
            lines[0].product_uom_qty = 0
        elif chance < 0.2:
            order._agree_promise(self._days_ago(dice.randint(-4, 8)), "agreed", lines[-1])
        elif chance < 0.26:
            lines[0].substitution_reason_id = self._reason("substitution_stock")
        elif chance < 0.34:
            self._substitute(order, lines[0], taken_back=chance < 0.3)
        elif chance < 0.42:
            moves = lines[0].move_ids.filtered(lambda move: move.state != "cancel")
            moves._do_unreserve()
            moves.product_id = (self.products - lines.product_id)[0]
        if dice.random() < 0.12:
            order.picking_ids._reroute(self._reason("reroute_road"))

    def _substitute(self, order, line, taken_back):
        substitute = (self.products - order.order_line.product_id)[0]
        order.order_line = [
            Command.create(
                {
                    "product_id": substitute.id,
                    "product_uom_qty": line.product_uom_qty,
                    "substitute_for_id": line.id,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
        if taken_back:
            line.product_uom_qty = 0

    def _random_delivery(self, dice, order):
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
        )[:1]
        if not picking:
            return
        share = dice.choice([1, 1, 1, 0.5, 1.5])
        for move in picking.move_ids.filtered(lambda m: m.state != "cancel"):
            move.quantity = move.product_uom_qty * share
            move.picked = True
        context = {"skip_backorder": True}
        if dice.random() < 0.4:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()
        picking.date_done = self._days_ago(dice.randint(0, 12), hour=dice.randint(0, 23))
        self._random_event(dice, picking)
        self._random_remark(dice, picking)
        if dice.random() < 0.25:
            codes = [self._reason(code) for code in RETURNS] + [None]
            qty = dice.choice([None, 1])
            self._return(picking, qty, dice.choice(codes), dice.choice([None, None, *codes]))

    def _random_event(self, dice, picking):
        kind = dice.choice(
            [None] * 5 + ["in_transit", "delivered", "left_at_locker", "returned", "lost"]
        )
        if kind:
            self.env["logistics.shipment.event"].create(
                {
                    "picking_id": picking.id,
                    "company_id": picking.company_id.id,
                    "kind": kind,
                    "source": "carrier",
                    "raw_code": "silent" if dice.random() < 0.4 else False,
                    "happened_at": self._days_ago(dice.randint(0, 9), dice.randint(0, 23)),
                }
            )

    def _say_silent(self, orders):
        """Events of the kind that is told apart by those who watch for silence."""
        self.env.cr.execute(
            """INSERT INTO logistics_shipment_event
                   (picking_id, company_id, kind, source, happened_at)
               SELECT picking_id, company_id, 'silent', 'odoo', happened_at
                 FROM logistics_shipment_event
                WHERE raw_code = 'silent' AND picking_id = ANY(%s)""",
            [orders.picking_ids.ids],
        )
        self.env["logistics.mark"]._append("outcome", "stock.picking", orders.picking_ids.ids)

    def _random_remark(self, dice, picking):
        moves = picking.move_ids.filtered(lambda move: move.state == "done" and move.quantity >= 1)
        for move in moves.filtered(lambda _move: dice.random() < 0.15):
            code = dice.choice([*DAMAGES, "short_loading", "short_unloading", "return_transport"])
            self.env["logistics.delivery.remark"].create(
                [
                    {
                        "picking_id": picking.id,
                        "move_id": move.id,
                        "reason_id": self._reason(code).id,
                        "quantity": dice.choice([1, move.quantity]),
                    }
                    for _remark in range(dice.choice([1, 1, 2]))
                ]
            )

    def _random_invoice(self, dice, order):
        if order.invoice_status != "to invoice" or not order.order_line.filtered("product_uom_qty"):
            return
        invoice = self._bill(order)
        chance = dice.random()
        if chance < 0.15:
            invoice.logistics_reason_id = self._reason(dice.choice(ERRORS))
        elif chance < 0.55:
            reason = dice.choice([None, *ERRORS])
            self._credit(invoice, reason and self._reason(reason), post=chance < 0.45)
