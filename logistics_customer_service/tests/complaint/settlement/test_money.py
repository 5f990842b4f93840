import random

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...common import MODULE
from .common import ResolutionCommon


class MoneyCommon(ResolutionCommon):
    """An order of 61 boxes at 24 with its invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", company=cls.company, install_demo=False)
        cls.sale, cls.invoice = cls._sell(24, 61)
        cls.delivery = cls.sale.picking_ids
        cls.box_case = cls._case_of(cls.sale, 61)

    @classmethod
    def _sell(cls, price, quantity, customer=None):
        order = cls._order(customer or cls.customer, price * quantity, qty=quantity)
        order.order_line.tax_ids = False
        cls._deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        return order, invoice

    @classmethod
    def _case_of(cls, order, quantity=0, **vals):
        lines = [Command.create({"product_id": cls.product.id, "quantity": quantity})]
        return cls._case(
            order.partner_id,
            order_ids=[Command.set(order.ids)],
            line_ids=lines if quantity else [],
            **vals,
        )

    def _executed(self, amount=0, **vals):
        compensation = self._approved(amount, **vals)
        compensation.action_execute()
        return compensation

    def _post(self, compensation):
        move = compensation.move_id.sudo()
        move.invoice_date = move.date
        move.action_post()
        return move

    def _assert_refused(self, compensation, *users):
        for user in users:
            with self.assertRaises(UserError):
                compensation.with_user(user).action_approve()
        self.assertEqual(compensation.state, "proposed")


@tagged("post_install", "-at_install")
class TestMoneyBack(MoneyCommon):
    """A compensation in money is money: it takes no goods back and undoes no invoicing."""

    def test_refund_leaves_the_invoiced_quantity(self):
        for amount in (900, 564):
            move = self._post(self._executed(amount, case=self.box_case))
            self.assertEqual((move.amount_total, move.reversed_entry_id), (amount, self.invoice))
            self.assertFalse(move.invoice_line_ids.product_id, "money is no goods")
            self.assertEqual(self.sale.order_line.qty_invoiced, 61)
            self.assertEqual(self.sale.invoice_status, "invoiced")

    def test_refund_for_goods_that_came_back_is_of_just_these(self):
        for amount, price in ((300, 24), (96, 19.2)):
            with self.subTest(amount):
                order, invoice = self._sell(24, 61)
                case = self._case_of(order, 5, picking_ids=[Command.set(order.picking_ids.ids)])
                back = self._executed(kind="return", case=case).picking_ids.sudo()
                back.move_ids.write({"quantity": 5, "picked": True})
                back.button_validate()
                self.assertEqual(order.order_line.qty_delivered, 56)
                refund = self._compensation(amount, case=case)
                self.assertEqual(refund.line_ids.quantity, 5)
                refund.action_propose()
                refund.with_user(self.manager).action_approve()
                refund.action_execute()
                move = self._post(refund)
                self.assertEqual((move.amount_total, move.reversed_entry_id), (amount, invoice))
                goods = move.invoice_line_ids.filtered("product_id")
                self.assertEqual(goods.quantity, 5)
                self.assertAlmostEqual(goods.price_unit, price)
                self.assertEqual(order.order_line.qty_invoiced, 56)
                again = self._compensation(1, case=case)
                self.assertFalse(again.line_ids, "goods come back once")

    def test_goods_that_the_warehouse_took_back(self):
        self.product.invoice_policy = "delivery"
        self._return(self.delivery, qty=5)
        case = self._case_of(self.sale, 8)
        refund = self._approved(120, case=case)
        self.assertEqual(refund.line_ids.quantity, 5)
        self.assertFalse(self._compensation(1, case=case).line_ids, "another is for them")
        refund.action_execute()
        self._post(refund)
        self.assertEqual(self.sale.order_line.qty_invoiced, 56)
        self.assertEqual(self.sale.order_line.qty_to_invoice, 0)
        self.assertFalse(self._compensation(1, case=case).line_ids, "goods come back once")

    def test_freight_waived_is_taken_from_the_freight(self):
        order = self._order(self.customer, 100, confirm=False)
        freight = self.env["product.product"].create({"name": "Freight", "type": "service"})
        account = self.env["account.account"].create(
            {"name": "Freight", "code": "FRGHT", "account_type": "income"}
        )
        freight.property_account_income_id = account
        freight.invoice_policy = "order"
        order.order_line = [Command.create({"product_id": freight.id, "price_unit": 30, "is_delivery": True})]
        order.order_line.tax_ids = False
        order.action_confirm()
        self._deliver(order)
        order._create_invoices().action_post()
        case = self._case_of(order)
        move = self._executed(20, kind="freight", case=case).move_id.sudo()
        self.assertEqual((move.invoice_line_ids.account_id, move.amount_total), (account, 20))
        with self.assertRaises(UserError):
            self._proposed(20, kind="freight", case=case, amount_reason=False)


@tagged("post_install", "-at_install")
class TestGivenBefore(MoneyCommon):
    """What was given for goods counts, whatever the way and whoever's case."""

    def _assert_spent(self, amount=1464.0, **vals):
        """Nobody below a special authority gives more for the same goods."""
        case = self._case_of(self.sale, 61)
        with self.assertRaises(UserError):
            self._proposed(amount, case=case, amount_reason=False, **vals)
        self.env.invalidate_all()
        compensation = self._proposed(amount, case=case, **vals)
        self.assertFalse(compensation.asked_user_id)
        self._assert_refused(compensation, self.agent, self.supervisor, self.manager)
        self.of_managers.may_exceed = True
        compensation.with_user(self.manager).action_approve()

    def test_refunded_twice(self):
        self._executed(900, case=self.box_case)
        again = self._compensation(0, case=self._case_of(self.sale, 61))
        self.assertEqual((again.given_amount, again.computed_amount), (900, 564))
        self.assertIn("900.00", again.explanation)
        self._assert_spent()

    def test_paid_out_before(self):
        self._executed(1464, case=self.box_case, kind="payment")
        self._assert_spent(1)

    def test_goodwill_before(self):
        self._executed(1464, case=self.box_case, kind="goodwill")
        self._assert_spent(1)

    def test_replaced_before(self):
        self._executed(case=self.box_case, kind="replacement")
        self._assert_spent(1)

    def test_replaced_after_a_refund(self):
        self._executed(1464, case=self.box_case)
        self._assert_spent(0, kind="replacement")

    def test_replaced_twice(self):
        self.product.list_price = 0
        self._executed(case=self.box_case, kind="replacement")
        self._assert_spent(0, kind="replacement")

    def test_credited_by_accounting(self):
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": self.invoice.ids, "journal_id": self.invoice.journal_id.id}
        )
        wizard.refund_moves()
        self._assert_spent(1)

    def test_credited_before_a_payment(self):
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": self.invoice.ids, "journal_id": self.invoice.journal_id.id}
        )
        wizard.refund_moves()
        self._assert_spent(1, kind="payment")

    def test_issued_anew_may_be_refunded(self):
        values = {"move_ids": self.invoice.ids, "journal_id": self.invoice.journal_id.id}
        wizard = self.env["account.move.reversal"].create(values)
        anew = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        if anew.state == "draft":
            anew.action_post()
        refund = self._executed(1464, case=self.box_case)
        self.assertEqual(refund.move_id.sudo().reversed_entry_id, anew)

    def test_case_that_lost_its_order(self):
        self._executed(1464, case=self.box_case)
        self.box_case.order_ids = False
        self._assert_spent(1)

    def test_order_that_was_cancelled(self):
        self._executed(1464, case=self.box_case)
        self.sale._action_cancel()
        self._assert_spent(1)

    def test_delivery_leads_to_the_order(self):
        self._executed(1464, case=self.box_case)
        case = self._case(self.customer, line_ids=[], picking_ids=[Command.set(self.delivery.ids)])
        compensation = self._proposed(1, case=case)
        self._assert_refused(compensation, self.manager)

    def test_two_proposals_side_by_side(self):
        first = self._proposed(1464, case=self.box_case)
        second = self._proposed(1464, case=self._case_of(self.sale, 61))
        first.with_user(self.manager).action_approve()
        self._assert_refused(second, self.manager)

    def test_other_goods_of_the_order_are_others(self):
        other = self.env["product.product"].create({"name": "Other", "type": "consu"})
        order = self._order(self.customer, 100, confirm=False)
        order.order_line = [Command.create({"product_id": other.id, "price_unit": 50})]
        order.order_line.tax_ids = False
        order.action_confirm()
        self._approved(100, case=self._case_of(order, 1))
        line = [Command.create({"product_id": other.id})]
        case = self._case(self.customer, order_ids=[Command.set(order.ids)], line_ids=line)
        self._approved(50, case=case)
        self._assert_refused(self._proposed(1, case=case), self.manager)

    def test_refunds_of_an_order_never_exceed_what_was_invoiced(self):
        self.env["logistics.authority"].search([]).write(
            {"amount_case": 10**6, "amount_customer": 10**7, "amount_own": 10**6}
        )
        rng = random.Random(13)
        for _trial in range(6):
            order, invoice = self._sell(rng.randint(1, 50), rng.randint(1, 20))
            cases = [self._case_of(order, rng.choice([0, 1, 3])) for _number in range(2)]
            for _step in range(5):
                kind = rng.choice(["refund", "refund", "payment", "goodwill", "replacement"])
                amount = round(rng.uniform(0.01, 1.2) * invoice.amount_total, 2)
                case = rng.choice(cases)
                if kind == "replacement" and not case.line_ids:
                    continue
                try:
                    with self.env.cr.savepoint():
                        compensation = self._proposed(amount, case=case, kind=kind)
                        compensation.with_user(self.manager).action_approve()
                        compensation.action_execute()
                except UserError:
                    continue
            given = self.Compensation.search([("order_ids", "in", order.ids), ("kind", "=", "refund")])
            given = given.filtered(lambda one: one.state == "executed")
            self.assertLessEqual(round(sum(given.mapped("amount")), 2), invoice.amount_total)
            self.assertEqual(order.invoice_status, "invoiced")


@tagged("post_install", "-at_install")
class TestWorth(MoneyCommon):
    """Goods are worth something even where nobody has written a price."""

    def _replacement(self, product, quantity=40, case=None):
        lines = [Command.create({"product_id": product.id, "quantity": quantity})]
        case = case or self._case(self.customer, line_ids=lines)
        return self._compensation(0, kind="replacement", case=case)

    def _product(self, **vals):
        return self.env["product.product"].create(
            {"name": "Of the customer", "type": "consu", "list_price": 0, **vals}
        )

    def test_worth_is_the_highest_of_price_and_cost(self):
        compensation = self._replacement(self._product(standard_price=500))
        self.assertEqual(compensation.amount, 20000)
        compensation.action_propose()
        self._assert_refused(compensation, self.agent, self.supervisor)

    def test_own_quotation_is_no_price(self):
        product = self._product(standard_price=500)
        order = self._order(self.customer, 0, confirm=False)
        order.order_line.write({"product_id": product.id, "price_unit": 0, "product_uom_qty": 40})
        lines = [Command.create({"product_id": product.id, "quantity": 40})]
        case = self._case(self.customer, order_ids=[Command.set(order.ids)], line_ids=lines)
        self.assertEqual(case.value_affected, 20000)
        self.assertEqual(self._replacement(product, case=case).amount, 20000)

    def test_unknown_worth_is_for_the_highest_authority(self):
        compensation = self._replacement(self._product())
        compensation.action_propose()
        self.assertEqual(compensation.asked_user_id, self.manager)
        self._assert_refused(compensation, self.agent, self.supervisor)
        compensation.with_user(self.manager).action_approve()

    def test_unknown_worth_is_nobodys_own(self):
        self.of_managers.amount_own = 20000
        case = self._case(self.customer, line_ids=[Command.create({"product_id": self._product().id})])
        compensation = self._compensation(0, self.manager, case, kind="replacement")
        compensation.action_propose()
        self._assert_refused(compensation, self.manager)

    def test_money_without_a_rate(self):
        unknown = self.env["res.currency"].create({"name": "XCL", "symbol": "X"})
        with self.assertRaises(UserError):
            self._compensation(150, currency_id=unknown.id)
        rate = self.env["res.currency.rate"].create(
            {"currency_id": unknown.id, "rate": 2, "company_id": self.company.id}
        )
        compensation = self._compensation(150, currency_id=unknown.id)
        unknown.active = False
        with self.assertRaises(UserError):
            compensation.action_propose()
        unknown.active = True
        compensation.action_propose()
        rate.unlink()
        with self.assertRaises(UserError):
            compensation.with_user(self.manager).action_approve()
        self.of_managers.currency_id = unknown
        self._assert_refused(self._proposed(1, case=self.box_case), self.manager)

    def test_worth_is_never_nothing_where_something_is_known(self):
        rng = random.Random(3)
        for _trial in range(15):
            price, cost, sold = (rng.choice([0, 0, rng.randint(1, 99)]) for _part in range(3))
            product = self._product(list_price=price, standard_price=cost)
            order = self._order(self.customer, 1, confirm=False)
            order.order_line.write({"product_id": product.id, "price_unit": sold, "tax_ids": False})
            if rng.random() < 0.7:
                order.action_confirm()
            else:
                sold = 0
            lines = [Command.create({"product_id": product.id})]
            case = self._case(self.customer, order_ids=[Command.set(order.ids)], line_ids=lines)
            compensation = self._compensation(0, kind="replacement", case=case)
            self.assertEqual(compensation.amount, max(price, cost, sold))
            self.assertEqual(compensation._is_worth_unknown(), not (price or cost or sold))


@tagged("post_install", "-at_install")
class TestAsApproved(MoneyCommon):
    """What was approved for one is not done for another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._customer("Other")
        cls.foreign, cls.foreign_invoice = cls._sell(24, 61, cls.other)

    def test_documents_of_a_case_are_its_customers(self):
        with self.assertRaises(ValidationError):
            self.box_case.with_user(self.agent).order_ids = self.foreign
        with self.assertRaises(ValidationError):
            self.box_case.picking_ids = self.foreign.picking_ids
        with self.assertRaises(ValidationError):
            self.box_case.partner_id = self.other

    def test_delivered_to_the_customer(self):
        """Who got a parcel that another ordered may complain, but is paid from no invoice of his."""
        self.foreign.picking_ids.partner_id = self.customer
        case = self._case(self.customer, order_ids=[Command.set(self.foreign.ids)])
        compensation = self._executed(100, case=case)
        move = compensation.move_id.sudo()
        self.assertFalse(move.reversed_entry_id)
        self.assertEqual(move.partner_id, self.customer)

    def test_frozen_with_the_proposal(self):
        compensation = self._proposed(100, case=self.box_case)
        self.assertEqual(compensation.invoice_id.sudo(), self.invoice)
        self.assertEqual(compensation.order_ids, self.sale)
        self.assertEqual(compensation.consignee_id, self.customer)
        newer, _invoice = self._sell(24, 61)
        self.box_case.order_ids = newer
        compensation.with_user(self.manager).action_approve()
        compensation.action_execute()
        self.assertEqual(compensation.move_id.sudo().reversed_entry_id, self.invoice)

    def test_order_written_past_the_rules(self):
        compensation = self._approved(100, case=self.box_case)
        self.env.cr.execute(
            "UPDATE logistics_compensation_order_rel SET sale_order_id = %s", [self.foreign.id]
        )
        self.env.invalidate_all()
        compensation.action_execute()
        self.assertEqual(compensation.move_id.sudo().partner_id, self.customer)
        self.assertNotEqual(compensation.move_id.sudo().reversed_entry_id, self.foreign_invoice)

    def test_invoice_that_is_not_what_it_was(self):
        compensation = self._approved(100, case=self.box_case)
        self.invoice.button_draft()
        with self.assertRaises(UserError):
            compensation.action_execute()
        self.assertEqual(compensation.state, "approved")

    def test_credited_since_it_was_approved(self):
        compensation = self._approved(1464, case=self.box_case, kind="payment")
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": self.invoice.ids, "journal_id": self.invoice.journal_id.id}
        )
        wizard.refund_moves()
        with self.assertRaisesRegex(UserError, "since it was approved"):
            compensation.action_execute()
        self.assertEqual(compensation.given_amount, 1464)

    def test_delivery_that_goes_elsewhere_now(self):
        self.box_case.picking_ids = self.delivery
        compensation = self._approved(0, kind="replacement", case=self.box_case)
        self.assertEqual(compensation.consignee_id, self.customer)
        self.delivery.partner_id = self.other
        with self.assertRaises(UserError):
            compensation.action_execute()

    def test_back_in_a_draft_all_is_open(self):
        compensation = self._proposed(100, case=self.box_case)
        compensation.action_back_to_draft()
        self.assertFalse(compensation.invoice_id or compensation.order_ids or compensation.consignee_id)
        with self.assertRaises(UserError):
            compensation.write({"consignee_id": self.other.id, "order_ids": False})


@tagged("post_install", "-at_install")
class TestCalculator(MoneyCommon):
    """What cannot be known is said and asked for; it never makes more of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delay = cls.env.ref(f"{MODULE}.complaint_category_delay")
        cls.env["logistics.compensation.standard"].search([]).active = False

    def _standard(self, **vals):
        return self.env["logistics.compensation.standard"].create(
            {"name": "Ours", "category_id": self.delay.id, "cap_value": False, **vals}
        )

    def _late(self, order=None, quantity=61):
        return self._case_of(order or self.sale, quantity, category_id=self.delay.id)

    def _draft(self, case, **vals):
        return self.Compensation.create({"complaint_id": case.id, "kind": "goodwill", **vals})

    def test_unknown_cap_is_asked_for(self):
        self._standard(share=0.05, cap_freight=1)
        compensation = self._draft(self._late())
        self.assertEqual(compensation.amount, 0)
        self.assertIn("The freight is not known", compensation.explanation)
        with self.assertRaisesRegex(UserError, "The freight is not known"):
            compensation.action_propose()
        compensation.basis_freight = 40
        self.assertEqual(compensation.amount, 40)
        self.assertNotIn("not known", compensation.explanation)

    def test_freight_is_what_the_company_says(self):
        category = self.env["product.category"].create({"name": "Freight"})
        below = self.env["product.category"].create({"name": "Road", "parent_id": category.id})
        freight = self.env["product.product"].create(
            {"name": "Shanghai to Xi'an", "type": "service", "categ_id": below.id}
        )
        self._standard(method="multiple_freight", multiple=3)
        order = self._order(self.customer, 1, confirm=False)
        order.order_line.write({"product_id": freight.id, "price_unit": 80, "tax_ids": False})
        order.action_confirm()
        case = self._late(order, 0)
        self.assertEqual(self._draft(case).amount, 0)
        self.company.logistics_freight_categ_ids = category
        self.assertEqual(self._draft(case).amount, 240)

    def test_carriers_product_is_freight(self):
        carrier = self.env["delivery.carrier"].search([], limit=1)
        self._standard(method="multiple_freight", multiple=3)
        order = self._order(self.customer, 1, confirm=False)
        order.order_line.write({"product_id": carrier.product_id.id, "price_unit": 80, "tax_ids": False})
        self.assertEqual(self._draft(self._late(order, 0)).amount, 0, "a quotation is no freight")
        order.action_confirm()
        self.assertEqual(self._draft(self._late(order, 0)).amount, 240)

    def test_more_than_was_delivered(self):
        self._standard(share=1)
        compensation = self._draft(self._late(quantity=5000))
        self.assertEqual(compensation.amount, 1464)
        self.assertIn("5000", compensation.explanation)
        self.assertIn("61", compensation.explanation)
        replacement = self._draft(self._late(quantity=5000), kind="replacement")
        with self.assertRaises(UserError):
            replacement.with_user(self.agent).action_propose()
        replacement.amount_reason = "The warehouse burnt down"
        replacement.action_propose()
        self._assert_refused(replacement, self.manager)

    def test_begins_with_the_goods_of_the_order(self):
        self._standard(share=0.5)
        compensation = self._draft(self._late(quantity=0))
        self.assertEqual((compensation.basis_value, compensation.amount), (1464, 732))
        self.assertIn("names no goods", compensation.explanation)
        self.assertFalse(compensation.missing)

    def test_begins_with_the_goods_of_the_delivery(self):
        self._standard(share=1)
        case = self._late(quantity=0)
        part = self.delivery.copy({"sale_id": False})
        part.move_ids.write({"product_uom_qty": 3})
        case.picking_ids = part
        self.assertEqual(self._draft(case).basis_value, 72)
        form = Form(self.Compensation.with_context(default_complaint_id=case.id))
        form.kind = "replacement"
        self.assertEqual(form.line_ids.edit(0).quantity, 3)
        replacement = form.save()
        self.assertEqual((replacement.line_ids.product_id, replacement.amount), (self.product, 72))

    def test_nothing_is_proposed_before_it_is_said(self):
        case = self._case(self.customer, line_ids=[], category_id=self.delay.id)
        form = Form(self.Compensation.with_context(default_complaint_id=case.id))
        self.assertIn("amount", form.missing)
        form.kind = "replacement"
        self.assertIn("goods", form.missing)
        form.kind = "refund"
        form.amount = 5
        self.assertFalse(form.missing)

    def test_case_without_goods(self):
        self._standard(share=1)
        case = self._case(self.customer, line_ids=[], category_id=self.delay.id)
        compensation = self._draft(case)
        self.assertIn("value of the goods is not known", compensation.explanation)
        with self.assertRaisesRegex(UserError, "value of the goods is not known"):
            compensation.action_propose()

    def test_goods_without_weight_or_value(self):
        self._standard(method="per_kg", units_per_kg=2, cap_value=True)
        heavy, light = self.env["product.product"].create(
            [
                {"name": "Heavy", "weight": 10, "list_price": 50},
                {"name": "Light", "weight": 0, "list_price": 0},
            ]
        )
        lines = [Command.create({"product_id": product.id}) for product in (heavy, light)]
        case = self._case(self.customer, line_ids=lines, category_id=self.delay.id)
        compensation = self._draft(case)
        self.assertEqual(compensation.amount, 20)
        self.assertIn("Light: the weight is not known", compensation.explanation)
        self.assertIn("Light: the value is not known", compensation.explanation)

    def test_what_came_since_is_computed_again(self):
        self._standard(share=1)
        case = self._late(quantity=0)
        compensation = self._draft(case)
        case.line_ids = [Command.create({"product_id": self.product.id, "quantity": 2})]
        compensation.action_compute_again()
        self.assertEqual(compensation.amount, 48)
        self.assertNotIn("not known", compensation.explanation)

    def test_standard_in_money_without_a_rate(self):
        unknown = self.env["res.currency"].create({"name": "XCL", "symbol": "X"})
        self._standard(method="fixed", fixed_amount=150, currency_id=unknown.id)
        compensation = self._draft(self._late())
        self.assertEqual(compensation.amount, 0)
        self.assertIn("XCL", compensation.explanation)
        with self.assertRaisesRegex(UserError, "XCL"):
            compensation.action_propose()

    def test_without_a_standard(self):
        self.assertIn("No standard", self._draft(self._late()).explanation)
