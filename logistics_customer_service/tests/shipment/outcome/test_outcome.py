from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import LogisticsCommon


@tagged("post_install", "-at_install")
class TestOutcome(LogisticsCommon):
    """What the one definition says where several had said different things."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._customer()
        cls.other_product = cls.env["product.product"].create({"name": "Crate", "type": "consu"})

    def _outcome_of(self, order):
        self._judge_outcomes()
        return self.env["logistics.outcome.order"].search([("order_id", "=", order.id)])

    def _verdict(self, order):
        self._judge_outcomes()
        rows = self.env["logistics.delivery.report"].search([("order_id", "=", order.id)])
        return set(rows.mapped("verdict"))

    def _order_of_two(self, **vals):
        return self._order(
            self.customer,
            confirm=False,
            order_line=[
                Command.create({"product_id": product.id, "product_uom_qty": 5, "price_unit": 1})
                for product in (self.product, self.other_product)
            ],
            **vals,
        )

    # --- exchanges

    def test_exchange_does_not_spoil_a_kept_order(self):
        for validate in (False, True):
            order = self._order(self.customer, qty=5, commitment_date=self._days_ago(5))
            delivery = self._deliver(order, at=self._days_ago(6))
            exchange = self._exchange(delivery, 2, validate)
            self.assertEqual(self._verdict(order), {"kept"})
            outcome = self.env["logistics.outcome.delivery"].search(
                [("picking_id", "=", exchange.id)]
            )
            self.assertEqual(outcome.promised_day, self.company._get_logistics_today())
            self.assertEqual(outcome.is_on_time, validate)
            line = self.env["logistics.outcome.line"].search([("order_id", "=", order.id)])
            self.assertEqual((line.delivered_qty, line.returned_qty), (5 + 2 * validate, 2))

    def test_exchange_while_the_rest_is_open(self):
        order = self._order(self.customer, qty=10, commitment_date=self._days_ago(-3))
        delivery = self._deliver(order, at=self._days_ago(1), qty=6)
        self._exchange(delivery, 2, validate=False)
        self.assertEqual(self._verdict(order), {"not_due"})
        self._deliver(order, at=self._days_ago(0))
        self.assertEqual(self._verdict(order), {"kept"})

    def test_return_does_not_undo(self):
        order = self._order(self.customer, qty=5, commitment_date=self._days_ago(5))
        self._return(self._deliver(order, at=self._days_ago(6)))
        self.assertEqual(self._verdict(order), {"kept"})

    # --- each line by its own promise

    def test_agreed_day_of_one_line_is_no_excuse_for_another(self):
        order = self._order_of_two(commitment_date=self._days_ago(10))
        order.action_confirm()
        order._agree_promise(self._days_ago(3), "Agreed", order.order_line[1])
        self._deliver(order, at=self._days_ago(5))
        self.assertEqual(self._verdict(order), {"late"})
        self.assertEqual(self._outcome_of(order).days_late, 5)

    def test_profile_and_reports_go_by_one_promise(self):
        for product, days in ((self.product, 1), (self.other_product, 10)):
            product.sale_delay = days
        order = self._order_of_two(date_order=self._days_ago(8))
        order.action_confirm()
        order.date_order = self._days_ago(8)
        for line, days in zip(order.order_line, (1, 10), strict=True):
            line.promised_date = self._days_ago(8 - days)
        delivery = self._deliver(order, at=self._days_ago(3))
        self._refresh()
        self.assertEqual(self._verdict(order), {"late"})
        self.assertEqual(
            self.env["logistics.outcome.delivery"]
            .search([("picking_id", "=", delivery.id)])
            .is_on_time,
            False,
        )
        facts = self._facts(self.customer)
        self.assertEqual((facts.delivery_judged_count, facts.on_time_count), (1, 0))

    def test_what_goes_out_at_once_is_promised_at_once(self):
        for product, days in ((self.product, 1), (self.other_product, 10)):
            product.sale_delay = days
        order = self._order_of_two(picking_policy="one")
        order.action_confirm()
        self.assertEqual(len(set(order.order_line.mapped("promised_date"))), 1)

    def test_one_broken_promise_makes_an_order_overdue(self):
        order = self._order_of_two(commitment_date=self._days_ago(2))
        order.action_confirm()
        order._agree_promise(self._days_ago(-3), "Agreed", order.order_line[1])
        self.assertEqual(self._verdict(order), {"overdue"})

    # --- on the way

    def test_goods_on_the_way_are_not_in_full(self):
        order = self._order(self.customer, qty=5, commitment_date=self._days_ago(-3))
        delivery = self._deliver(order, at=self._days_ago(1))
        event = {"picking_id": delivery.id, "company_id": self.company.id, "source": "carrier"}
        self.env["logistics.shipment.event"].create(
            {**event, "kind": "in_transit", "happened_at": self._days_ago(1)}
        )
        self._refresh()
        self.assertEqual(self._facts(self.customer).in_full_judged_count, 0)
        self.assertFalse(self._outcome_of(order).is_in_full)
        self.env["logistics.shipment.event"].create(
            {**event, "kind": "delivered", "happened_at": fields.Datetime.now()}
        )
        self.env.invalidate_all()
        self._refresh()
        facts = self._facts(self.customer)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 1))

    # --- judged once

    def test_what_is_kept_of_the_customer_stays(self):
        self.Profile._ensure_for(self.customer, self.company)
        self._profile_of(self.customer)._set_tier(self.vip, "manual")
        self._profile_of(self.customer).tier_change_ids.sudo().date = self._days_ago(5)
        order = self._order(
            self.customer, at=self._days_ago(2), commitment_date=self._days_ago(-3)
        )
        self.assertEqual(self._outcome_of(order).tier_id, self.vip)
        self._profile_of(self.customer)._set_tier(self.standard, "manual")
        self._deliver(order)
        self.assertEqual(self._outcome_of(order).tier_id, self.vip)

    def test_first_tier_of_a_night_is_that_of_the_orders_before(self):
        order = self._order(self.customer, at=self._days_ago(2), commitment_date=self._days_ago(-3))
        profile = self._profile_of(self.customer)
        profile.tier_change_ids.sudo().unlink()
        profile.sudo().tier_id = False
        self.assertFalse(self._outcome_of(order).tier_id)
        profile._move_or_propose(self.vip, "first", self.vip.scheme_id, fields.Date.today())
        self.assertEqual(self._outcome_of(order).tier_id, self.vip)
        judge = self.env["logistics.outcome.judge"]
        self.assertFalse(judge._judge(*judge._trace({"sale.order": order.ids})))

    def test_the_night_looks_at_outcomes_that_count_otherwise(self):
        """Neither what is not delivered yet nor another warehouse changes facts."""
        order = self._order(self.customer, commitment_date=self._days_ago(5))
        self.assertFalse(self._judge_marking_facts())  # the first night goes through all
        self.env["logistics.run"]._run_at_once(self.company)
        other = self._order(self.customer, commitment_date=self._days_ago(5))
        self.assertFalse(self._judge_marking_facts())
        self._deliver(other, at=self._days_ago(6))
        both = {"logistics.outcome.order", "logistics.outcome.delivery"}
        self.assertEqual(self._judge_marking_facts(), both)
        warehouse = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        other.warehouse_id = warehouse
        self.assertFalse(self._judge_marking_facts())
        self.assertEqual(self._outcome_of(other).warehouse_id, warehouse)
        other.picking_ids.date_done = self._days_ago(4)
        self.assertEqual(self._judge_marking_facts(), both)
        order.action_cancel()
        self.assertFalse(self._judge_marking_facts() & both)

    def _judge_marking_facts(self):
        """Judge; return the models of outcomes of which the night is to look at some."""
        self.env.cr.execute("DELETE FROM logistics_mark WHERE purpose = 'facts'")
        self._judge_outcomes()
        self.env.cr.flush()
        marks = self.env["logistics.mark"].search([("purpose", "=", "facts")])
        return set(marks.mapped("model")) & {"logistics.outcome.order", "logistics.outcome.delivery"}

    def test_rebuild_finds_what_came_past_odoo(self):
        order = self._order(self.customer, commitment_date=self._days_ago(5))
        self._deliver(order, at=self._days_ago(6))
        self._judge_outcomes()
        self.env.cr.execute(
            "UPDATE stock_picking SET date_done = %s WHERE sale_id = %s",
            [self._days_ago(2), order.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._verdict(order), {"kept"})
        self.assertGreaterEqual(self._judge_anew(), 3)
        self.assertEqual(self._verdict(order), {"late"})
        self.assertEqual(self._judge_anew(), 0)

    def test_sums_of_days_are_not_read_while_a_rebuild_is_ahead_of_them(self):
        order = self._order(self.customer, commitment_date=self._days_ago(5))
        self._deliver(order, at=self._days_ago(6))
        self._judge_outcomes()
        self.assertEqual(self._late_this_month(), 0)
        self.env.cr.execute(
            "UPDATE stock_picking SET date_done = %s WHERE sale_id = %s",
            [self._days_ago(2), order.id],
        )
        rebuild = self.env["logistics.outcome.rebuild"]._start("asked")
        rebuild._advance()
        self.assertEqual(self._late_this_month(), 1)
        rebuild = self.env["logistics.outcome.rebuild"]._start("policy")
        self.assertEqual(self._late_this_month(), 1, "what replaced it has found nothing yet")
        while rebuild.state == "running":
            rebuild._advance()
        self.env.cr.execute("UPDATE logistics_outcome_order SET is_on_time = TRUE, days_late = 0")
        self.assertEqual(self._late_this_month(), 1, "the days are read again")

    def _late_this_month(self):
        report = self.env["logistics.delivery.report"]
        ours = [("company_id", "=", self.company.id)]
        return report._read_group(ours, aggregates=["late_count:sum"])[0][0]

    def test_night_judges_a_sample_anew(self):
        for _number in range(3):
            self._order(self.customer)
        run = self._refresh()
        self.assertTrue(run.outcome_sample_count)
        self.assertEqual(run.outcome_differing_count, 0)
        self.env["logistics.outcome.rebuild"]._start("asked")
        run = self.env["logistics.run"]._run_at_once(self.company)
        self.assertFalse(run.outcome_sample_count, "what is being filled would differ rightly")

    def test_bad_record_is_set_apart(self):
        orders = self._order(self.customer) + self._order(self.customer)
        judge = self.env["logistics.outcome.judge"]
        broken = orders[0]

        def judge_lines(lines, ids):
            if broken.id in ids:
                raise ValueError("Not this one")
            return real(lines, ids)

        real = type(self.env["logistics.outcome.line"])._judge
        self.patch(type(self.env["logistics.outcome.line"]), "_judge", judge_lines)
        with self.assertLogs("odoo.addons.logistics_customer_service", "WARNING"):
            self._judge_outcomes()
        judged = self.env["logistics.outcome.order"].search([("order_id", "in", orders.ids)])
        self.assertEqual(judged.order_id, orders[1])
        self.env.cr.flush()
        self.assertEqual(judge._get_state()["failed"], 1)
        self.startPatcher(patch.object(type(self.env["logistics.outcome.line"]), "_judge", real))
        self._judge_anew()
        self.assertEqual(judge._get_state()["failed"], 0, "all was tried anew")
        self.assertTrue(self._outcome_of(broken))

    def test_errors_of_invoices_are_marked(self):
        """On the invoice itself, taken back, and on its credit note once that is posted."""
        self._open_books()
        self.product.invoice_policy = "order"
        order = self._order(self.customer, commitment_date=self._days_ago(-3))
        self._deliver(order)
        invoice, reason = self._bill(order), self._reason("invoice_price")
        for error in (False, reason, False):
            invoice.logistics_reason_id = error
            self.assertEqual(self._outcome_of(order).is_misbilled, bool(error))
        credit = self._credit(invoice, reason, post=False)
        self.assertFalse(self._outcome_of(order).is_misbilled)
        credit.action_post()
        self.assertTrue(self._outcome_of(order).is_misbilled)
        self.assertFalse(self._outcome_of(order).is_perfect)

    def test_another_company_sees_nothing(self):
        order = self._order(self.customer, commitment_date=self._days_ago(5))
        self._deliver(order)
        self._judge_outcomes()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        for name in (
            "logistics.outcome.line", "logistics.outcome.order", "logistics.outcome.delivery",
            "logistics.order.day", "logistics.delivery.day",
        ):  # fmt: skip
            mine = self.env[name].with_user(self.agent).search([])
            self.assertEqual(mine.company_id, self.company, name)
            theirs = self.env[name].with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(theirs.search([]), name)

    def test_marks_cost_one_query(self):
        few, many = (self._count_confirming(number) for number in (2, 12))
        self.assertLessEqual(many, few)

    def _count_confirming(self, number):
        """Return the queries by which marks of so many changed orders are written down."""
        orders = self.env["sale.order"].concat(
            *(self._order(self.customer, confirm=False) for _number in range(number))
        )
        self.env.cr.flush()
        for order in orders:
            order.date_order += timedelta(days=1)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_screens_say_as_of_when(self):
        self._order(self.customer)
        self._judge_outcomes()
        judge = self.env["logistics.outcome.judge"].with_user(self.agent)
        text, is_behind = judge.get_state_text()
        self.assertIn("As of", text)
        self.assertFalse(is_behind)
        self.env["logistics.outcome.rebuild"]._start("asked")
        self.assertTrue(judge.get_state_text()[1])
        nobody = self._new_user("nobody", "base.group_user")
        with self.assertRaises(AccessError):
            judge.with_user(nobody).get_state_text()
