import threading

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged

from ...common_at_once import AtOnceCommon
from .common import ResolutionCommon


@tagged("post_install", "-at_install")
class TestExecution(ResolutionCommon):
    """What was approved becomes a real document once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )

    def _invoice(self):
        self._deliver(self.order)
        invoice = self.order._create_invoices()
        invoice.action_post()
        return invoice

    def test_credit_note_of_the_whole_invoice(self):
        invoice = self._invoice()
        compensation = self._approved(1000)
        compensation.action_execute()
        move = compensation.move_id.sudo()
        self.assertEqual(
            (move.move_type, move.state, move.amount_total, move.reversed_entry_id),
            ("out_refund", "draft", 1000, invoice),
        )
        self.assertIn(self.case.number, move.ref)
        self.assertEqual(compensation.state, "executed")

    def test_credit_note_of_a_part_keeps_taxes_and_comes_to_the_amount(self):
        tax = self.env["account.tax"].create(
            {"name": "13 %", "amount": 13, "company_id": self.company.id}
        )
        line = self.order.order_line
        line.tax_ids = tax
        line.copy({"order_id": self.order.id, "price_unit": 33.33, "product_uom_qty": 3})
        invoice = self._invoice()
        compensation = self._approved(123.45)
        compensation.action_execute()
        move = compensation.move_id.sudo()
        self.assertEqual(move.reversed_entry_id, invoice)
        self.assertEqual(move.amount_total, 123.45)
        self.assertAlmostEqual(move.amount_tax, 123.45 / 1.13 * 0.13, delta=0.05)

    def test_credit_note_without_an_invoice(self):
        compensation = self._approved(80, kind="goodwill")
        compensation.action_execute()
        move = compensation.move_id.sudo()
        self.assertFalse(move.reversed_entry_id)
        self.assertEqual(
            (move.partner_id, move.amount_total, move.state), (self.customer, 80, "draft")
        )

    def test_state_of_the_credit_note(self):
        compensation = self._approved(80, kind="goodwill")
        compensation.action_execute()
        self.assertEqual(compensation.document_state, "open")
        move = compensation.move_id.sudo()
        move.invoice_date = move.date
        move.action_post()
        self.assertEqual(compensation.document_state, "done")
        with self.assertRaises(UserError):
            compensation.with_user(self.supervisor).action_cancel()
        move.button_draft()
        move.button_cancel()
        self.assertEqual(compensation.document_state, "cancelled")
        compensation.with_user(self.supervisor).action_cancel()
        self.assertEqual(compensation.state, "cancelled")
        with self.assertRaises(UserError):
            compensation.action_back_to_draft()

    def test_payment(self):
        compensation = self._approved(60, kind="payment")
        compensation.action_execute()
        payment = compensation.payment_id.sudo()
        self.assertEqual(
            (payment.amount, payment.payment_type, payment.state, payment.partner_id),
            (60, "outbound", "draft", self.customer),
        )

    def test_replacement(self):
        delivery = self._deliver(self.order)
        self.case.picking_ids = delivery
        compensation = self._approved(0, kind="replacement")
        compensation.action_execute()
        picking = compensation.picking_ids
        self.assertEqual(picking.picking_type_code, "outgoing")
        self.assertEqual(picking.partner_id, delivery.partner_id)
        self.assertEqual(picking.move_ids.product_uom_qty, 2)
        self.assertEqual(picking.location_dest_id.usage, "customer")
        self.assertEqual(compensation.document_state, "open")

    def test_return(self):
        delivery = self._deliver(self.order)
        self.case.picking_ids = delivery
        compensation = self._approved(0, kind="return")
        self.assertEqual(compensation.amount_company, 0)
        compensation.action_execute()
        picking = compensation.picking_ids
        self.assertEqual(picking.return_id, delivery)
        self.assertEqual(picking.move_ids.product_uom_qty, 2)
        picking.sudo().move_ids.write({"quantity": 2, "picked": True})
        picking.sudo().button_validate()
        self.assertEqual(compensation.document_state, "done")

    def test_exchange(self):
        delivery = self._deliver(self.order)
        self.case.picking_ids = delivery
        compensation = self._approved(0, kind="exchange")
        compensation.action_execute()
        back = compensation.picking_ids.filtered("return_id")
        again = compensation.picking_ids - back
        self.assertEqual(back.move_ids.product_uom_qty, 2)
        self.assertEqual(again.picking_type_code, "outgoing")
        self.assertEqual(sum(again.move_ids.mapped("product_uom_qty")), 2)

    def test_no_more_comes_back_than_was_brought(self):
        self.case.picking_ids = self._deliver(self.order, qty=1, backorder=False)
        compensation = self._approved(0, kind="return")
        with self.assertRaises(UserError):
            compensation.action_execute()
        self.assertEqual(compensation.state, "approved")

    def test_delivery_of_another_customer(self):
        other = self._customer("Other")
        delivery = self._deliver(self._order(other))
        with self.assertRaises(UserError):
            self._compensation(0, kind="return", delivery_id=delivery.id)

    def test_only_what_is_approved_and_only_once(self):
        compensation = self._proposed(100, kind="goodwill")
        with self.assertRaises(UserError):
            compensation.action_execute()
        compensation.action_approve()
        compensation.action_execute()
        move = compensation.move_id
        with self.assertRaises(UserError):
            compensation.action_execute()
        self.assertEqual(compensation.move_id, move)
        notes = self.env["account.move"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(notes), 1)

    def test_currency_of_the_invoice(self):
        invoice = self._invoice()
        currency = self.env["res.currency"].create({"name": "XTC", "symbol": "X"})
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": 2,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        compensation = self._approved(100, currency_id=currency.id)
        self.assertEqual(compensation.amount_company, 50)
        compensation.action_execute()
        self.assertEqual(compensation.move_id.sudo().reversed_entry_id, invoice)
        self.assertEqual(compensation.move_id.sudo().amount_total, 50)


@tagged("post_install", "-at_install")
class TestTwoAtOnce(AtOnceCommon):
    """Two people press at the same time, on connections of their own."""

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            self.admin = env.ref("base.user_admin").id
        with self._environment(self.admin, tracking_disable=True) as env:
            self.rule = (
                env["logistics.authority"]
                .create(
                    {
                        "user_id": env.uid,
                        "amount_case": 200,
                        "amount_customer": 200,
                        "amount_own": 200,
                    }
                )
                .id
            )
            partner = env["res.partner"].create({"name": "Race", "is_company": True})
            self.partner = partner.id
            cases = env["logistics.complaint"].create([{"partner_id": partner.id}] * 2)
            compensations = env["logistics.compensation"].create(
                [
                    {
                        "complaint_id": case.id,
                        "kind": "goodwill",
                        "amount": 150,
                        "amount_reason": "x",
                    }
                    for case in cases
                ]
            )
            compensations.action_propose()
            self.cases, self.compensations = cases.ids, compensations.ids

    def _clean(self):
        with self._environment(active_test=False) as env:
            compensations = env["logistics.compensation"].browse(self.compensations)
            moves = compensations.move_id
            env.cr.execute(
                "DELETE FROM logistics_compensation WHERE id = ANY(%s)", [compensations.ids]
            )
            moves.unlink()
            env["logistics.complaint"].browse(self.cases).unlink()
            env["logistics.authority"].browse(self.rule).unlink()
            env["mail.activity"].search(
                [
                    ("res_model", "=", "logistics.compensation"),
                    ("res_id", "in", self.compensations),
                ]
            ).unlink()
            env["res.partner"].browse(self.partner).unlink()

    def _at_once(self, *calls):
        """Run calls in transactions that have all begun before the first goes on."""
        begun = threading.Barrier(len(calls))
        results = [None] * len(calls)

        def run(index, record_id, method):
            with self._environment(self.admin, tracking_disable=True) as env:
                first = True

                def call():
                    nonlocal first
                    record = env["logistics.compensation"].browse(record_id)
                    record.read(["state"])  # the view of this transaction is fixed now
                    if first:
                        first = False
                        begun.wait(20)
                    getattr(record, method)()

                try:
                    retrying(call, env)
                    results[index] = "done"
                except UserError as error:
                    results[index] = str(error)

        self._side_by_side(run, [(index, *call) for index, call in enumerate(calls)])
        return results

    def _read(self, field):
        with self._environment() as env:
            return env["logistics.compensation"].browse(self.compensations).mapped(field)

    def test_two_cases_of_a_customer_approved_at_once(self):
        first, second = self.compensations
        results = self._at_once((first, "action_approve"), (second, "action_approve"))
        self.assertEqual(results.count("done"), 1, results)
        self.assertEqual(sorted(self._read("state")), ["approved", "proposed"])

    def test_executed_twice_at_once(self):
        first, _second = self.compensations
        self.assertEqual(self._at_once((first, "action_approve")), ["done"])
        results = self._at_once((first, "action_execute"), (first, "action_execute"))
        self.assertEqual(results.count("done"), 1, results)
        with self._environment() as env:
            notes = env["account.move"].search_count([("partner_id", "=", self.partner)])
        self.assertEqual(notes, 1)
