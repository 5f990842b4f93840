from datetime import date, datetime, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..common import LogisticsCommon


@tagged("post_install", "-at_install")
class TestProfileFacts(LogisticsCommon):
    """What the orders, deliveries and invoices of a customer come to, odd cases included."""

    def test_orders_amounts_and_gaps(self):
        customer = self._customer()
        for days, amount in ((500, 11.11), (100, 22.22), (90, 33.33), (60, 44.44)):
            self._order(customer, amount, at=self._days_ago(days))
        self._refresh()
        ever, window = self._facts(customer), self._facts(customer, 12)
        self.assertEqual((ever.order_count, window.order_count), (4, 3))
        self.assertAlmostEqual(ever.order_amount, 111.10, 2)
        self.assertAlmostEqual(window.net_amount, 99.99, 2)
        self.assertEqual(ever.first_order_at, self._days_ago(500))
        self.assertEqual(ever.last_order_at, self._days_ago(60))
        self.assertEqual(ever.median_gap_days, 30.0)
        profile = self._profile_of(customer)
        self.assertEqual((profile.order_count, profile.total_order_count), (3, 4))
        self.assertEqual(profile.relation_months, 16)

    def test_only_confirmed_orders_count(self):
        customer = self._customer()
        self._order(customer, 10, confirm=False)
        self._order(customer, 20)._action_cancel()
        self._order(customer, 30)
        self._refresh()
        self.assertEqual(self._facts(customer).order_count, 1)
        self.assertEqual(self._facts(customer).order_amount, 30)

    def test_customer_with_only_cancelled_orders(self):
        customer = self._customer()
        self._order(customer)._action_cancel()
        self._profile_of(customer).unlink()
        self._refresh()
        profile = self._profile_of(customer)
        self.assertEqual((profile.total_order_count, profile.on_time_rate), (0, 0))
        self.assertFalse(profile.score_id)
        self.assertEqual(profile.tier_id, self.standard)

    def test_customer_with_only_quotations(self):
        """Has the scheme's default tier from the first night on, and again once nothing is left."""
        customers = self._customer("Draft"), self._customer("Sent"), self._customer("Taken back")
        orders = [self._order(customer, 9000, confirm=False) for customer in customers]
        orders[1].action_quotation_sent()
        orders[2].action_confirm()
        self._refresh()
        self._profile_of(customers[2])._set_tier(self.vip, "score")
        orders[2]._action_cancel()
        orders[2].action_draft()
        self._refresh()
        for customer in customers:
            profile = self._profile_of(customer)
            self.assertEqual((profile.tier_id, profile.order_count), (self.standard, 0))
            self.assertFalse(profile.score_id)
            self.assertTrue(profile.tier_change_ids)

    def test_order_without_lines_counts_with_nothing(self):
        customer = self._customer()
        order = self.env["sale.order"].create(
            {"partner_id": customer.id, "company_id": self.company.id}
        )
        order.action_confirm()
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.order_count, facts.order_amount), (1, 0))
        self.assertEqual((facts.delivery_count, facts.in_full_judged_count), (0, 0))

    def test_night_makes_profiles_that_are_missing(self):
        customer = self._customer(country_id=self.env.ref("base.cn").id)
        order = self._order(customer)
        self._profile_of(customer).unlink()
        run = self._refresh()
        profile = self._profile_of(order.partner_id)
        self.assertEqual(run.profile_count, 1)
        self.assertEqual(profile.country_id, self.env.ref("base.cn"))
        self.assertEqual(profile.contact_tz, "Asia/Shanghai")
        self.assertTrue(profile.mon and not profile.sun)
        by_hand = self._profile(self._customer("By hand"))
        for name in ("contact_hour_from", "contact_hour_to", "mon", "sat", "tier_opt_out"):
            self.assertEqual(profile[name], by_hand[name], name)

    def test_amounts_at_the_rate_of_the_order_or_of_today(self):
        customer = self._customer()
        foreign = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        for day, rate in ((date(2020, 1, 1), 2.0), (date(2020, 6, 1), 4.0)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": foreign.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id, "company_id": self.company.id}
        )
        order = self._order(customer, 100, confirm=False, pricelist_id=pricelist.id)
        order.date_order = datetime(2020, 3, 1)
        order.order_line.price_unit = 100
        order.action_confirm()
        order.date_order = datetime(2020, 3, 1)
        self.assertEqual(order.currency_id, foreign)
        self.assertAlmostEqual(order.currency_rate, 2.0)
        self._order(customer, 7)
        self._refresh()
        self.assertAlmostEqual(self._facts(customer).order_amount, 57.0, 2)
        self.company.logistics_currency_rate = "today"
        self._refresh()
        self.assertAlmostEqual(self._facts(customer).order_amount, 32.0, 2)

    def _credit_note(self, partner, amount, day=None):
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": partner.id,
                "company_id": self.company.id,
                "invoice_date": day or fields.Date.today(),
                "journal_id": self._journal("sale").id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Return",
                            "price_unit": amount,
                            "account_id": self._account("income").id,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        note.action_post()
        return note

    def _journal(self, kind):
        journals = self.env["account.journal"]
        return journals.search(
            [("type", "=", kind), ("company_id", "=", self.company.id)], limit=1
        ) or journals.create(
            {
                "name": kind,
                "type": kind,
                "code": kind[:5].upper(),
                "company_id": self.company.id,
            }
        )

    def _account(self, kind):
        accounts = self.env["account.account"]
        return accounts.search(
            [("account_type", "=", kind), ("company_ids", "=", self.company.id)], limit=1
        ) or accounts.create(
            {
                "name": kind,
                "code": f"LCS{len(kind)}",
                "account_type": kind,
                "reconcile": kind == "asset_receivable",
                "company_ids": [Command.set(self.company.ids)],
            }
        )

    def _receivable_partner(self, name="Debtor"):
        partner = self._customer(name)
        partner.property_account_receivable_id = self._account("asset_receivable")
        return partner

    def test_returns_larger_than_sales(self):
        customer = self._receivable_partner()
        self._order(customer, 100)
        self._credit_note(customer, 150)
        self._credit_note(customer, 30, fields.Date.today() - timedelta(days=800))
        self._refresh()
        self.assertEqual(self._facts(customer).refund_amount, 180)
        self.assertEqual(self._facts(customer, 12).net_amount, -50)
        self.assertTrue(0 <= self._profile_of(customer).score <= 100)

    def test_overdue_and_payment_delay(self):
        customer = self._receivable_partner()
        self._order(customer, 100)
        today = self.company._get_logistics_today()
        invoices = [
            self._invoice(customer, amount, today - timedelta(days=days))
            for amount, days in ((100, 30), (40, 10), (60, -5))
        ]
        self._pay(invoices[0], today - timedelta(days=18))
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual(facts.overdue_amount, 40)
        self.assertEqual((facts.payment_count, facts.mean_payment_delay), (1, 12.0))

    def test_credit_note_of_the_first_day_of_the_window_counts_west_of_utc(self):
        self.company.partner_id.tz = "America/New_York"
        customer = self._receivable_partner()
        self._order(customer, 100)
        today = self.company._get_logistics_today()
        first_day = fields.Date.subtract(today, months=12)
        self._credit_note(customer, 5, first_day)
        self._credit_note(customer, 7, first_day - timedelta(days=1))
        self._refresh()
        self.assertEqual(self._facts(customer, 12).refund_amount, 5)

    def test_what_a_credit_note_settled_was_not_paid(self):
        customer = self._receivable_partner()
        self._order(customer, 100)
        today = self.company._get_logistics_today()
        invoice = self._invoice(customer, 100, today - timedelta(days=30))
        note = self._credit_note(customer, 100, today)
        (invoice + note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.payment_count, facts.overdue_amount), (0, 0))

    def test_credit_goes_to_who_ordered_not_to_who_pays(self):
        customer, payer = self._receivable_partner("Buyer"), self._receivable_partner("Payer")
        order = self._order(customer, 100, confirm=False)
        order.partner_invoice_id = payer
        order.action_confirm()
        self._order(payer, 10)
        note = self._credit_note(payer, 30)
        note.invoice_line_ids.sale_line_ids = order.order_line
        self._credit_note(payer, 4)
        self._refresh()
        self.assertEqual(self._facts(customer).refund_amount, 30)
        self.assertEqual(self._facts(payer).refund_amount, 4)

    # --- credit notes that undo an invoice

    def _billed(self, amount=1000, customer=None):
        """Return an order of a service with its invoice."""
        service = self.env["product.product"].create(
            {"name": "Freight", "type": "service", "invoice_policy": "order"}
        )
        service.property_account_income_id = self._account("income")
        order = self._order(customer or self._receivable_partner(), amount, confirm=False)
        order.order_line.product_id = service
        order.order_line.write({"price_unit": amount, "product_uom_qty": 1, "tax_ids": False})
        order.action_confirm()
        self._journal("sale")
        return order, order._create_invoices()

    def _reversal(self, invoice):
        return self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )

    def _assert_net(self, partner, amount):
        self._refresh()
        self.assertAlmostEqual(self._facts(partner).net_amount, amount, 3)

    def test_issued_anew(self):
        order, invoice = self._billed()
        invoice.action_post()
        anew = self.env["account.move"].browse(self._reversal(invoice).modify_moves()["res_id"])
        anew.action_post()
        self._assert_net(order.partner_id, 1000)

    def test_issued_anew_for_less(self):
        order, invoice = self._billed()
        invoice.action_post()
        anew = self.env["account.move"].browse(self._reversal(invoice).modify_moves()["res_id"])
        anew.invoice_line_ids.price_unit = 900
        anew.action_post()
        self._assert_net(order.partner_id, 900)

    def test_credited_for_good(self):
        order, invoice = self._billed()
        invoice.action_post()
        self._reversal(invoice).refund_moves()
        note = invoice.reversal_move_ids
        note.invoice_line_ids.price_unit = 400
        note.action_post()
        self._assert_net(order.partner_id, 600)

    def test_advance_paid_back(self):
        order, invoice = self._billed()
        invoice.unlink()
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 50,
            }
        ).create_invoices()
        advance = order.invoice_ids
        advance.action_post()
        self._reversal(advance).refund_moves()
        advance.reversal_move_ids.action_post()
        self._assert_net(order.partner_id, 1000)

    def test_invoice_of_a_cancelled_order(self):
        order, invoice = self._billed()
        invoice.action_post()
        self._order(order.partner_id, 70)
        order._action_cancel()
        self._reversal(invoice).refund_moves()
        invoice.reversal_move_ids.action_post()
        self._assert_net(order.partner_id, 70)

    def test_invoice_of_no_order(self):
        customer = self._receivable_partner()
        self._order(customer, 70)
        invoice = self._invoice(customer, 40, fields.Date.today())
        self._reversal(invoice).refund_moves()
        invoice.reversal_move_ids.action_post()
        self._assert_net(customer, 70)

    def test_money_back_on_an_invoice_is_the_buyers(self):
        """Lines that name no order line count for the order of the invoice they take back."""
        customer, payer = self._receivable_partner("Buyer"), self._receivable_partner("Payer")
        order, draft = self._billed(customer=customer)
        draft.partner_id = order.partner_invoice_id = payer
        draft.action_post()
        self._order(payer, 10)
        self._reversal(draft).refund_moves()
        note = draft.reversal_move_ids
        note.invoice_line_ids.write({"price_unit": 100, "sale_line_ids": False})
        note.action_post()
        self._assert_net(customer, 900)
        self._assert_net(payer, 10)

    def test_third_place_of_a_currency(self):
        dinar = self.env.ref("base.KWD")
        dinar.active = True
        self.company.currency_id = dinar
        customer = self._receivable_partner()
        self.env["product.pricelist"].search([]).currency_id = dinar
        self._order(customer, 1.235, currency_id=dinar.id)
        self._refresh()
        self.assertAlmostEqual(self._facts(customer).order_amount, 1.235, 4)

    def _invoice(self, partner, amount, due):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": self.company.id,
                "journal_id": self._journal("sale").id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": amount,
                            "account_id": self._account("income").id,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _pay(self, invoice, day):
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        entry = self.env["account.move"].create(
            {
                "company_id": self.company.id,
                "journal_id": self._journal("general").id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": invoice.partner_id.id,
                            "credit": invoice.amount_total,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self._account("asset_current").id,
                            "debit": invoice.amount_total,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (receivable + entry.line_ids.filtered("credit")).reconcile()

    # --- deliveries

    def test_on_time_is_a_matter_of_the_calendar_day_in_the_company(self):
        """23:30 in Shanghai is on the promised day, half an hour past midnight is late."""
        customer = self._customer()
        promised = datetime(2026, 3, 9, 16, 0)  # midnight that begins 10 March in Shanghai
        for delivered in (datetime(2026, 3, 10, 15, 30), datetime(2026, 3, 10, 16, 30)):
            order = self._order(customer, commitment_date=promised, at=datetime(2026, 3, 1))
            self._deliver(order, at=delivered)
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.delivery_count, facts.on_time_count), (2, 1))
        self.company.partner_id.tz = "America/New_York"  # there both were handed over on the 10th
        self._refresh()
        self.assertEqual(self._facts(customer).on_time_count, 0)

    def test_changed_commitment_does_not_change_the_promise(self):
        customer = self._customer()
        order = self._order(customer, commitment_date=self._days_ago(10))
        order.commitment_date = self._days_ago(2)
        self._deliver(order, at=self._days_ago(5))
        self._refresh()
        self.assertEqual(order.promised_date, self._days_ago(10))
        self.assertEqual(self._facts(customer).on_time_count, 0)

    def test_delivery_without_order_is_judged_by_its_deadline(self):
        """Where the operation type says that all are deliveries; otherwise it is none."""
        customer = self._customer()
        picking = self._transfer(customer, validate=False)
        picking.move_ids.date_deadline = self._days_ago(1)
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_sms=True).button_validate()
        self._profile(customer)
        self._refresh()
        self.assertFalse(self._facts(customer).delivery_count)
        self.warehouse.out_type_id.logistics_deliveries = "all"
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.delivery_count, facts.on_time_count), (1, 0))

    def test_delivery_in_two_parts_is_in_full_once_complete(self):
        customer = self._customer()
        order = self._order(customer, qty=10)
        self._deliver(order, qty=6)
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.delivery_count, facts.in_full_judged_count), (1, 0))
        self._deliver(order)
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual(facts.delivery_count, 2)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 1))

    def test_short_delivery_without_backorder_is_not_in_full(self):
        customer = self._customer()
        self._deliver(self._order(customer, qty=10), qty=6, backorder=False)
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 0))

    def test_units_of_measure_are_converted(self):
        customer = self._customer()
        order = self._order(customer, qty=2, confirm=False)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        self._deliver(order)
        self._refresh()
        self.assertEqual(self._facts(customer).in_full_count, 1)

    def test_return_is_no_delivery_and_does_not_undo_one(self):
        customer = self._customer()
        order = self._order(customer, qty=4)
        picking = self._deliver(order)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking"
        )
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 4
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 4, "picked": True})
        back.with_context(skip_sms=True).button_validate()
        self.assertEqual(back.state, "done")
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual(facts.delivery_count, 1)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 1))

    def test_services_do_not_decide_about_in_full(self):
        customer = self._customer()
        order = self._order(customer, confirm=False)
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        order.order_line = [Command.create({"product_id": service.id, "product_uom_qty": 3})]
        order.action_confirm()
        self._deliver(order)
        self._refresh()
        self.assertEqual(self._facts(customer).in_full_count, 1)

    def test_order_with_a_cancelled_backorder_is_closed_and_short(self):
        customer = self._customer()
        order = self._order(customer, qty=10)
        self._deliver(order, qty=6)
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.in_full_judged_count, facts.in_full_count), (1, 0))

    def test_units_are_converted_where_the_moves_decide(self):
        customer = self._customer()
        order = self._order(customer, qty=2, confirm=False)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        picking = self._deliver(order)
        order.order_line.qty_delivered = 0  # as after a return of everything
        self.assertEqual(picking.move_ids.quantity, 24)
        self._refresh()
        self.assertEqual(self._facts(customer).in_full_count, 1)

    def test_order_without_any_promise_is_judged_by_the_deadline(self):
        customer = self._customer()
        order = self._order(customer, commitment_date=self._days_ago(9))
        picking = self._deliver(order, at=self._days_ago(5))
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE sale_order SET promised_date = NULL, commitment_date = NULL WHERE id = %(id)s;
               UPDATE sale_order_line SET promised_date = NULL WHERE order_id = %(id)s;
               UPDATE stock_picking SET shipment_promised_at = NULL WHERE sale_id = %(id)s""",
            {"id": order.id},
        )
        for deadline, on_time in ((self._days_ago(6), 0), (self._days_ago(5, hour=9), 1)):
            self.env.cr.execute(
                "UPDATE stock_picking SET date_deadline = %s WHERE id = %s",
                [deadline, picking.id],
            )
            self.env.invalidate_all()
            self._judge_anew()
            self._refresh()
            facts = self._facts(customer)
            self.assertEqual((facts.delivery_judged_count, facts.on_time_count), (1, on_time))

    def test_transfer_that_does_not_go_to_a_customer_is_no_delivery(self):
        customer = self._customer()
        order = self._order(customer)
        picking = self._deliver(order)
        transit = self.env["stock.location"].create(
            {"name": "Dock", "usage": "transit", "company_id": self.company.id}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_picking SET location_dest_id = %s WHERE id = %s",
            [transit.id, picking.id],
        )
        self.env.invalidate_all()
        self._refresh()
        self.assertEqual(self._facts(customer).delivery_count, 0)

    def test_only_posted_customer_documents_of_the_company_count(self):
        customer = self._receivable_partner()
        self._order(customer, 100)
        due = self.company._get_logistics_today() - timedelta(days=10)
        self._invoice(customer, 40, due)
        self._invoice(customer, 1, due).button_draft()
        self._credit_note(customer, 3)
        self._credit_note(customer, 5).button_draft()
        bill = self._invoice(customer, 7, due)
        refund = self._credit_note(customer, 11)
        elsewhere = self._invoice(customer, 13, due) + self._credit_note(customer, 17)
        other = self.env["res.company"].create({"name": "Other"})
        self.env.flush_all()
        # by SQL: charts of accounts of a second company are not what this is about
        for statement, values in (
            ("UPDATE account_move SET move_type = 'in_invoice' WHERE id = %s", [bill.id]),
            ("UPDATE account_move SET move_type = 'in_refund' WHERE id = %s", [refund.id]),
            (
                "UPDATE account_move SET company_id = %s WHERE id = ANY(%s)",
                [other.id, elsewhere.ids],
            ),
            (
                "UPDATE account_move_line SET company_id = %s WHERE move_id = ANY(%s)",
                [other.id, elsewhere.ids],
            ),
        ):
            self.env.cr.execute(statement, values)
        self.env.invalidate_all()
        self._refresh()
        facts = self._facts(customer)
        self.assertEqual((facts.overdue_amount, facts.refund_amount), (40, 3))

    # --- upkeep

    def test_only_rows_that_changed_are_written(self):
        customers = [self._customer(f"C{index}") for index in range(3)]
        for customer in customers:
            self._order(customer, at=self._days_ago(20))
        self.assertEqual(self._refresh().fact_count, 6)
        self.assertEqual(self._refresh().fact_count, 0)
        self._order(customers[0], at=self._days_ago(1))
        self.assertEqual(self._refresh().fact_count, 2)

    def test_another_window_replaces_the_rows(self):
        customer = self._customer()
        self._order(customer, 10, at=self._days_ago(100))
        self._refresh()
        self.company.logistics_window_months = 2
        self._refresh()
        months = self._profile_of(customer).fact_ids.mapped("window_months")
        self.assertEqual(sorted(months), [0, 2])
        self.assertEqual(self._profile_of(customer).order_count, 0)
        self.assertEqual(self._profile_of(customer).total_order_count, 1)

    def test_figures_sort_search_group_and_sum(self):
        big, small, none = (self._customer(name) for name in ("Big", "Small", "None"))
        self._order(big, 900)
        self._order(small, 10)
        self._profile(none)
        self._refresh()
        profiles = [self._profile_of(partner) for partner in (big, small, none)]
        mine = [("company_id", "=", self.company.id)]
        found = self.Profile.search([("net_amount", ">", 0), *mine], order="net_amount desc")
        self.assertEqual(found, profiles[0] + profiles[1])
        self.assertEqual(
            self.Profile.search([("score", ">=", 0.01), *mine], order="score desc"),
            profiles[0] + profiles[1],
        )
        self.assertEqual(self.Profile.search([("score_id", "=", False), *mine]), profiles[2])
        self.assertEqual(
            self.Profile.search([("total_order_count", "=", 0), *mine]), profiles[2]
        )
        [(count, total)] = self.Profile._read_group(mine, [], ["__count", "net_amount:sum"])
        self.assertEqual((count, total), (3, 910))

    def test_refresh_button_brings_one_customer_up_to_date(self):
        customer = self._customer()
        self._order(customer, 10)
        profile = self._profile_of(customer)
        profile.with_user(self.agent).action_refresh()
        self.assertEqual(profile.net_amount, 10)
        self.assertTrue(profile.score_id)
