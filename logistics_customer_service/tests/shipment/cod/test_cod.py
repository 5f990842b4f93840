# pylint: disable=translation-required
from datetime import date, datetime, timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ..test_shipment import ShipmentCommon

# a Friday, noon in Shanghai
FRIDAY = datetime(2026, 1, 30, 4)


class CodCommon(ShipmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Cod = cls.env["logistics.cod"]
        cls.Rule = cls.env["logistics.cod.rule"]
        cls.rule = cls.Rule.create(
            {
                "name": "Express",
                "company_id": cls.company.id,
                "carrier_id": cls.carrier.id,
                "fee_fixed": 1,
                "fee_percent": 2,
            }
        )

    @classmethod
    def _cod_order(cls, amount=100.0, qty=1.0, carrier=True, **vals):
        order = cls._order(
            cls.customer, amount, qty=qty, confirm=False, cash_on_delivery=True, **vals
        )
        order.action_confirm()
        if carrier:
            order.picking_ids.carrier_id = cls.carrier
        return order

    @classmethod
    def _cod(cls, order):
        return cls.Cod.search([("order_id", "=", order.id)], order="id")

    def _handed_over(self, amount=100.0, at=FRIDAY, kind="delivered", **vals):
        """Return the collection of an order that the carrier delivered at an instant."""
        order = self._cod_order(amount, **vals)
        picking = self._deliver(order, at=at - timedelta(days=1))
        self._say(picking, kind, happened_at=at)
        return self._cod(order)


@tagged("post_install", "-at_install")
class TestCod(CodCommon):
    def test_profile_says_it_and_the_order_may_say_otherwise(self):
        order = self._order(self.customer, confirm=False)
        self.assertFalse(order.cash_on_delivery)
        profile = self._profile_of(self.customer) or self._profile(self.customer)
        profile.special_service_ids = self.env.ref(f"{MODULE}.special_service_cash_on_delivery")
        order = self._order(self.customer, confirm=False)
        self.assertTrue(order.cash_on_delivery)
        order.cash_on_delivery = False
        order.action_confirm()
        self.assertFalse(self._cod(order))

    def test_switch_after_confirmation(self):
        order = self._order(self.customer)
        order.cash_on_delivery = True
        self.assertEqual(self._cod(order).amount, 100)
        order.cash_on_delivery = False
        self.assertFalse(self._cod(order))

    def test_other_orders_have_none(self):
        order = self._order(self.customer)
        self._deliver(order)
        self.assertFalse(self._cod(order))
        self.assertFalse(order.picking_ids.cod_amount)

    def test_one_per_delivery(self):
        order = self._cod_order()
        cod = self._cod(order)
        self.assertEqual((cod.amount, cod.state, cod.rule_id), (100, "to_collect", self.rule))
        self.Cod._sync(order)
        self.assertEqual(self._cod(order), cod)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            cod.copy()

    def test_each_delivery_collects_what_it_brings(self):
        order = self._cod_order(100, qty=10)
        self._deliver(order, qty=6)
        first, rest = self._cod(order)
        self.assertEqual((first.amount, rest.amount), (60, 40))
        self.assertEqual(rest.rule_id, self.rule, "the rest goes with the same carrier")
        self._deliver(order)
        self.assertEqual((first.amount, rest.amount), (60, 40))

    def test_own_driver_short_delivery_collects_what_it_brought(self):
        """The transfer counts as paid at the very moment its goods become known."""
        order = self._cod_order(100, qty=10, carrier=False)
        self._deliver(order, qty=7, backorder=False)
        cod = self._cod(order)
        self.assertEqual((cod.amount, cod.state, cod.collected_amount), (70, "collected", 70))
        self.assertEqual(cod.collected_by, "driver")

    def test_tax_and_freight_are_collected_with_the_first(self):
        country = self.env.ref("base.cn").id
        group = self.env["account.tax.group"].create(
            {"name": "VAT", "company_id": self.company.id, "country_id": country}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "13 %",
                "amount": 13,
                "company_id": self.company.id,
                "country_id": country,
                "tax_group_id": group.id,
            }
        )
        freight = self.env["product.product"].create({"name": "Freight", "type": "service"})
        order = self._order(self.customer, 100, qty=4, confirm=False, cash_on_delivery=True)
        order.order_line.tax_ids = tax
        order.order_line = [
            Command.create({"product_id": freight.id, "price_unit": 9, "tax_ids": False})
        ]
        order.action_confirm()
        self._deliver(order, qty=1)
        first, rest = self._cod(order)
        self.assertAlmostEqual(first.amount, 28.25 + 9)
        self.assertAlmostEqual(rest.amount, 84.75)
        self.assertAlmostEqual(first.amount + rest.amount, order.amount_total)

    def test_other_unit_of_measure(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._order(self.customer, 240, qty=2, confirm=False, cash_on_delivery=True)
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 120
        order.action_confirm()
        self._deliver(order, qty=18)
        self.assertEqual(self._cod(order).mapped("amount"), [180, 60])

    def test_paid_before_is_not_collected(self):
        order = self._cod_order(100, qty=10)
        self.patch(type(order), "_get_cod_prepaid", lambda order, settled: 30.0)
        self.Cod._sync(order)
        cod = self._cod(order)
        self.assertEqual((cod.amount, cod.prepaid_amount), (70, 30))

    def test_payment_of_what_was_collected_is_no_prepayment(self):
        order = self._cod_order(100, qty=10)
        self._deliver(order, qty=6)
        first, rest = self._cod(order)
        first.action_confirm_collected()
        self.patch(type(order), "amount_paid", 60.0)
        self.Cod._sync(order)
        self.assertEqual((first.amount, rest.amount), (60, 40))
        self.patch(type(order), "amount_paid", 75.0)
        self.Cod._sync(order)
        self.assertEqual((first.amount, rest.amount), (60, 25))

    def test_amount_by_hand_stays_until_updated(self):
        order = self._cod_order()
        cod = self._cod(order).with_user(self.supervisor)
        cod.amount = 80
        self._deliver(order)
        self.assertEqual((cod.amount, cod.is_manual), (80, True))
        cod.action_update_amount()
        self.assertEqual((cod.amount, cod.is_manual), (100, False))

    def test_goods_on_their_way_are_not_paid(self):
        order = self._cod_order()
        picking = self._deliver(order)
        cod = self._cod(order)
        self.assertEqual(cod.state, "to_collect", "the carrier has the goods, nobody has money")
        self._say(picking, "in_transit")
        self.assertEqual(cod.state, "to_collect")
        self._say(picking, "left_at_locker", 2)
        self.assertEqual(cod.state, "to_collect", "nobody pays at a locker")
        self._say(picking, "delivered", 4)
        self.assertEqual((cod.state, cod.collected_amount), ("collected", 100))

    def test_refused_costs_nothing_until_it_is_taken_after_all(self):
        cod = self._handed_over(kind="refused")
        self.assertEqual((cod.state, cod.fee_amount, cod.due_date), ("not_delivered", 0, False))
        self._say(cod.picking_id, "delivered", happened_at=FRIDAY + timedelta(days=1))
        self.assertEqual((cod.state, cod.fee_amount), ("collected", 3))

    def test_cancelled_delivery(self):
        order = self._cod_order()
        order.picking_ids.action_cancel()
        self.assertEqual(self._cod(order).state, "not_delivered")

    def test_confirmed_amount_outweighs_the_assumed(self):
        cod = self._handed_over()
        self.assertEqual(cod.collected_at, FRIDAY)
        cod.with_user(self.supervisor).action_confirm_collected()
        self.assertEqual((cod.confirmed_by, cod.collected_at), (self.supervisor, FRIDAY))
        cod.confirmed_amount = 90
        self.assertEqual((cod.collected_amount, cod.fee_amount), (90, 2.8))
        self._say(cod.picking_id, "refused", happened_at=FRIDAY + timedelta(days=1))
        self.assertEqual(cod.state, "collected")

    def test_write_off_needs_a_reason(self):
        cod = self._handed_over().with_user(self.supervisor)
        with self.assertRaises(UserError):
            cod.action_write_off()
        cod.write_off_reason = "Carrier is bankrupt"
        cod.action_write_off()
        self.assertEqual((cod.state, cod.fee_amount, cod.overdue), ("written_off", 0, False))

    def test_money_is_booked_by_actions_not_by_writing(self):
        cod = self._handed_over().with_user(self.supervisor)
        for name, value in {
            "state": "remitted",
            "remitted_on": "2026-03-01",
            "remitted_amount": 100,
            "confirmed_by": self.manager.id,
            "written_off_at": FRIDAY,
            "fee_amount": 0,
            "due_date": "2030-01-01",
            "picking_id": cod.picking_id.id,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                cod.write({name: value})
        with self.assertRaises(UserError):
            cod.amount = 1
        cod.write({"confirmed_at": FRIDAY, "confirmed_amount": 90})
        self.assertEqual((cod.confirmed_by, cod.collected_amount), (self.supervisor, 90))
        cod._remit({cod.id: 90}, "R1", fields.Date.today(), {})
        self.assertEqual(cod.state, "remitted")
        with self.assertRaises(UserError):
            cod.confirmed_amount = 10
        cod.message_post(body="Booked.")
        cod.action_undo_remittance()
        self.assertEqual(cod.state, "collected")

    def test_order_with_collected_money_is_not_deleted(self):
        order = self._cod_order()
        order.picking_ids.carrier_id = False
        self._deliver(order)
        self.assertEqual(self._cod(order).state, "collected")
        order._action_cancel()
        with self.assertRaises(UserError):
            order.unlink()
        self.assertTrue(self._cod(order))
        open_one = self._cod_order()
        open_one._action_cancel()
        open_one.unlink()
        self.assertFalse(open_one.exists())

    def test_fee_on_delivered_only(self):
        order = self._cod_order(1000)
        cod = self._cod(order)
        self.assertEqual(cod.fee_amount, 0)
        picking = self._deliver(order)
        self.assertEqual(cod.fee_amount, 0)
        self._say(picking, "delivered")
        self.assertEqual((cod.fee_amount, cod.expected_amount), (21, 1000))

    def test_fee_kept_back_and_its_limits(self):
        self.rule.write({"fee_withheld": True, "fee_max": 15})
        cod = self._handed_over(1000)
        self.assertEqual((cod.fee_amount, cod.expected_amount), (15, 985))

    def test_most_specific_rule(self):
        shared = self.env.ref(f"{MODULE}.cod_rule_default")
        own = self.Rule.create({"name": "Ours", "company_id": self.company.id})
        other = self._new_carrier("Other")
        order = self._cod_order(carrier=False)
        cod = self._cod(order)
        self.assertEqual(cod.rule_id, own)
        order.picking_ids.carrier_id = other
        self.assertEqual(cod.rule_id, own)
        order.picking_ids.carrier_id = self.carrier
        self.assertEqual(cod.rule_id, self.rule)
        own.active = False
        order.picking_ids.carrier_id = other
        self.assertEqual(cod.rule_id, shared)

    def test_other_currency(self):
        """Fees are in the company's currency, amounts in the order's; figures in the company's."""
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": yen.id,
                "rate": 150,
                "name": "2000-01-01",
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id, "company_id": self.company.id}
        )
        order = self._order(
            self.customer, 10001, confirm=False, pricelist_id=pricelist.id, cash_on_delivery=True
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.carrier_id = self.carrier
        self._deliver(order)
        self._say(picking, "delivered")
        cod = self._cod(order)
        self.assertEqual(cod.currency_id, yen)
        self.assertAlmostEqual(cod.fee_amount, 350, msg="150 + 2 % of 10001, in whole yen")
        self.env.flush_all()
        row = self.env["logistics.cod.report"].browse(cod.id)
        self.assertAlmostEqual(row.collected_amount, 10001 / 150, 2)

    def test_changed_rule_leaves_what_has_been_remitted(self):
        past, now = self._handed_over(100), self._handed_over(100)
        past._remit({past.id: 100}, "TT-1", date(2026, 1, 30), {})
        self.rule.write({"fee_percent": 5, "deadline": "monthly", "month_day": 10})
        # a late scan has everything worked out anew
        self._say(past.picking_id, "delivered", happened_at=FRIDAY + timedelta(hours=1))
        self.assertEqual((past.fee_amount, past.due_date), (3, date(2026, 1, 30)))
        self.assertEqual((now.fee_amount, now.due_date), (6, date(2026, 2, 10)))

    def test_due_days_by_the_companys_calendar(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 2, 2),
                "date_to": datetime(2026, 2, 2, 23, 59),
            }
        )
        cases = [
            ({"deadline": "same_day"}, FRIDAY, date(2026, 1, 30)),
            ({"deadline": "same_day"}, FRIDAY + timedelta(days=1), date(2026, 2, 3)),
            ({"deadline": "working_days", "days": 1}, FRIDAY, date(2026, 2, 3)),
            ({"deadline": "weekly", "weekday": "0"}, FRIDAY, date(2026, 2, 3)),
            ({"deadline": "monthly", "month_day": 31}, FRIDAY, date(2026, 2, 3)),
            ({"deadline": "monthly", "month_day": 5}, FRIDAY, date(2026, 2, 5)),
            # 20:00 UTC on Thursday is Friday in Shanghai
            ({"deadline": "same_day"}, FRIDAY - timedelta(hours=8), date(2026, 1, 30)),
        ]
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        for vals, at, expected in cases:
            with self.subTest(vals=vals, at=at):
                self.rule.write({"weekday": "0", "days": 1, "month_day": 31, **vals})
                self.assertEqual(self._handed_over(at=at).due_date, expected)

    def test_without_a_calendar_the_usual_week_counts(self):
        self.rule.write({"deadline": "working_days", "days": 1})
        self.company.resource_calendar_id.attendance_ids.unlink()
        self.assertEqual(self._handed_over().due_date, date(2026, 2, 2))
        self.company.resource_calendar_id = False
        self.assertEqual(self._handed_over().due_date, date(2026, 2, 2))

    def test_without_any_rule(self):
        self.Rule.search([]).active = False
        cod = self._handed_over()
        self.assertEqual((cod.due_date, cod.fee_amount), (date(2026, 1, 30), 0))

    def test_overdue(self):
        late = self._handed_over(at=fields.Datetime.now() - timedelta(days=10))
        fresh = self._handed_over(at=fields.Datetime.now())
        self.assertTrue(late.overdue)
        self.assertGreaterEqual(late.days_late, 7)
        self.assertFalse(fresh.overdue)
        both = late + fresh
        mine = [("id", "in", both.ids)]
        self.assertEqual(self.Cod.search([("overdue", "=", True), *mine]), late)
        self.assertEqual(self.Cod.search([("overdue", "=", False), *mine]), fresh)

    def _wizard(self, cods, **vals):
        action = cods.with_user(self.supervisor).action_remittance()
        wizards = self.env[action["res_model"]].with_user(self.supervisor)
        return Form(wizards.with_context(**action["context"]))

    def test_remittance_of_many_with_a_difference(self):
        cods = self._handed_over(100) + self._handed_over(50)
        form = self._wizard(cods)
        form.reference = "TT-1"
        form.remitted_on = date(2026, 2, 4)
        with form.line_ids.edit(1) as line:
            line.amount = 45
            line.note = "Dented box"
        self.assertEqual((form.expected_total, form.total, form.difference), (150, 145, -5))
        form.save().action_remit()
        self.assertEqual(set(cods.mapped("state")), {"remitted"})
        self.assertEqual(set(cods.mapped("remittance_ref")), {"TT-1"})
        self.assertEqual(sorted(cods.mapped("difference")), [-5, 0])
        self.assertEqual(cods.mapped("days_late"), [5, 5])
        short = cods.filtered("difference")
        self.assertEqual(short.note, "Dented box")
        short.with_user(self.manager).action_undo_remittance()
        self.assertEqual((short.state, short.remitted_amount), ("collected", 0))

    def test_remittance_is_booked_once(self):
        cod = self._handed_over()
        forms = [self._wizard(cod) for _person in range(2)]
        for form in forms:
            form.reference = "TT-1"
        first, second = (form.save() for form in forms)
        first.action_remit()
        with self.assertRaises(UserError):
            second.action_remit()
        self.assertEqual(cod.remitted_amount, 100)

    def test_remittance_is_of_one_carrier_and_of_collected_money(self):
        cod = self._handed_over()
        open_cod = self._cod(self._cod_order())
        driver = self._cod_order(carrier=False)
        self._deliver(driver)
        for cods in (open_cod, cod + self._cod(driver)):
            with self.assertRaises(UserError):
                cods.action_remittance()
        form = self._wizard(cod)
        form.reference = "TT-1"
        form.remitted_on = fields.Date.add(fields.Date.today(), days=3)
        with self.assertRaises(UserError):
            form.save().action_remit()

    def test_report_and_indicators(self):
        today = self.company._get_logistics_today()
        now = fields.Datetime.now()
        self.rule.roll_forward = False
        late = self._handed_over(100, at=now - timedelta(days=3))
        self._handed_over(50, at=now)
        punctual = self._handed_over(80, at=now)
        punctual._remit({punctual.id: 80}, "TT-1", today, {})
        self.env.flush_all()
        [(due, late_count, outstanding)] = self.env["logistics.cod.report"]._read_group(
            [("company_id", "=", self.company.id)],
            [],
            ["due_count:sum", "late_count:sum", "outstanding_amount:sum"],
        )
        self.assertEqual((due, late_count, outstanding), (2, 1, 150))
        self.assertTrue(late.overdue)
        months = self.env["logistics.indicator.month"]._get_running(self.company)
        months._refresh()
        indicator = self.env.ref(f"{MODULE}.indicator_cod_outstanding")
        figures = self.env["logistics.indicator.figure"].search(
            [
                ("company_id", "=", self.company.id),
                ("indicator_id", "=", indicator.id),
                ("scope", "=", "carrier"),
                ("carrier_id", "=", self.carrier.id),
            ]
        )
        self.assertEqual(sum(figures.mapped("value")), 150)

    def test_many_orders_cost_the_same(self):
        orders = self.env["sale.order"].concat(*(self._cod_order() for _order in range(12)))
        counts = []
        for batch in (orders[:2], orders[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Cod._sync(batch)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_due_days_of_many_read_the_calendar_once(self):
        orders = self.env["sale.order"].concat(*(self._cod_order() for _order in range(12)))
        for order in orders:
            self._deliver(order)
        counts = []
        for batch in (orders[:2], orders[2:]):
            cods = self.Cod.search([("order_id", "in", batch.ids)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Event.create(
                [
                    {"picking_id": cod.picking_id.id, "kind": "delivered", "happened_at": FRIDAY}
                    for cod in cods
                ]
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(cods.mapped("state")), {"collected"})
        self.assertLessEqual(counts[1], counts[0] + 6)

    def test_rights(self):
        cod = self._handed_over()
        with self.assertRaises(AccessError):
            cod.with_user(self.agent).amount = 1
        with self.assertRaises(AccessError):
            cod.with_user(self.agent).action_confirm_collected()
        with self.assertRaises(UserError):
            cod.sudo().unlink()
        Form(cod.with_user(self.agent))
        Form(self.rule.with_user(self.manager))

    def test_warehouse_knows_the_amount(self):
        worker = self._new_user("worker", "stock.group_stock_user", "base.group_partner_manager")
        order = self._cod_order()
        picking = order.picking_ids.with_user(worker)
        self.assertEqual((picking.cod_amount, picking.cod_state), (100, "to_collect"))
        Form(picking)
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "stock.action_report_delivery", picking.ids
        )
        self.assertIn("Amount to Collect", html.decode())

    def test_other_company_sees_nothing(self):
        cod = self._handed_over()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        abroad = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for model in ("logistics.cod", "logistics.cod.report"):
            self.assertFalse(abroad[model].search([]))
        with self.assertRaises(AccessError):
            cod.with_env(abroad).action_confirm_collected()
        self.assertNotIn(self.rule, abroad["logistics.cod.rule"].search([]))
