from lxml import etree

from odoo import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...common import LogisticsCommon

REPORTS = {
    "logistics.delivery.report": ["otif_rate:sum", "perfect_rate:sum", "substitution_rate:sum"],
    "logistics.shipment.report": ["delay_rate:sum", "damage_rate:sum", "silent_rate:sum"],
    "logistics.invoice.report": ["error_rate:sum", "amount:sum"],
}


@tagged("post_install", "-at_install")
class TestReports(LogisticsCommon):
    """What spoils an order or a delivery, who sees it, and what reading it costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_books()
        cls.product.write({"invoice_policy": "order", "taxes_id": False})
        cls.customer = cls._customer()
        cls.order = cls._order(cls.customer, qty=10, commitment_date=cls._days_ago(5))
        cls.picking = cls._deliver(cls.order, at=cls._days_ago(6))
        cls.invoice = cls._bill(cls.order)

    def _row(self, model, **key):
        self._judge_outcomes()
        self.env.invalidate_all()
        return self.env[model].search([(name, "=", value.id) for name, value in key.items()])

    def _order_row(self):
        return self._row("logistics.delivery.report", order_id=self.order)

    def _shipment_row(self):
        return self._row("logistics.shipment.report", picking_id=self.picking)

    def _remark(self, quantity, code):
        return self.env["logistics.delivery.remark"].create(
            {
                "picking_id": self.picking.id,
                "move_id": self.picking.move_ids.id,
                "reason_id": self._reason(code).id,
                "quantity": quantity,
            }
        )

    # --- what spoils

    def test_an_order_without_blemish_is_perfect(self):
        row = self._order_row()
        self.assertEqual((row.verdict, row.perfect_count), ("kept", 1))

    def test_noted_and_returned_pieces_count_once(self):
        self._remark(3, "damage_packing")
        self._return(self.picking, 2, self._reason("damage_transport"))
        row = self._shipment_row()
        self.assertEqual((row.damaged_qty, row.short_qty, row.piece_qty), (3, 0, 10))
        self.assertEqual(row.return_reason_id, self._reason("damage_transport"))
        self.assertEqual(self._order_row().perfect_count, 0)

    def test_a_return_for_other_reasons_damages_nothing(self):
        self._return(self.picking, 2, self._reason("return_refused"))
        row = self._shipment_row()
        self.assertEqual((row.damaged_qty, row.returned_count), (0, 1))
        self.assertEqual(self._order_row().perfect_count, 1)

    def test_short_pieces_spoil_the_order(self):
        self._remark(1, "short_unloading")
        self.assertEqual(self._shipment_row().short_qty, 1)
        self.assertEqual(self._order_row().perfect_count, 0)

    def test_only_a_posted_credit_note_with_an_error_makes_an_invoice_wrong(self):
        credit = self._credit(self.invoice, self._reason("invoice_price"), post=False)
        row = self._row("logistics.invoice.report", move_id=self.invoice)
        self.assertFalse(row.is_wrong)
        self.assertEqual(self._order_row().perfect_count, 1)
        credit.action_post()
        row = self._row("logistics.invoice.report", move_id=self.invoice)
        self.assertEqual((row.reason_id, row.credit_id), (credit.logistics_reason_id, credit))
        self.assertEqual(self._order_row().perfect_count, 0)

    def test_a_substituted_line_is_not_in_full(self):
        line = self.order.order_line
        line.substitution_reason_id = self._reason("substitution_stock")
        row = self._order_row()
        self.assertEqual((row.verdict, row.substituted_line_count), ("short", 1))
        self._refresh()
        self.assertEqual(self._facts(self.customer).in_full_count, 0)

    def test_a_substitute_is_no_line_the_customer_ordered(self):
        line = self.order.order_line
        self.order.order_line = [
            Command.create({"product_id": self.product.id, "substitute_for_id": line.id})
        ]
        self.assertEqual(self._order_row().line_id, line)
        self.assertTrue(self._order_row().is_substituted)

    # --- who sees it, and how

    def test_rows_open_their_documents(self):
        self._judge_outcomes()
        for model, document in (
            ("logistics.delivery.report", self.order),
            ("logistics.shipment.report", self.picking),
            ("logistics.invoice.report", self.invoice),
        ):
            [row] = self.env[model].search([("company_id", "=", self.company.id)])
            action = row.action_open()
            self.assertEqual((action["res_model"], action["res_id"]), (document._name, document.id))

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        self._judge_outcomes()
        for model in REPORTS:
            reports = self.env[model].with_user(stranger)
            self.assertFalse(reports.with_context(allowed_company_ids=other.ids).search([]))
            self.assertTrue(self.env[model].with_user(self.agent).search([]))

    def test_every_filter_and_grouping_works(self):
        for model, aggregates in REPORTS.items():
            report = self.env[model].with_user(self.agent)
            view = etree.fromstring(report.get_view(view_type="search")["arch"])
            for node in view.iter("filter"):
                with self.subTest(model=model, filter=node.get("name")):
                    domain = safe_eval(node.get("domain") or "[]")
                    group = safe_eval(node.get("context") or "{}").get("group_by")
                    report.search(domain, limit=1)
                    report._read_group(domain, [group] if group else [], aggregates)

    def test_a_pivot_costs_the_same_for_one_order_and_for_four(self):
        few = self._count_pivot_queries()
        for number in range(3):
            self._bill(self._order(self._customer(f"Customer {number}"), qty=2))
        self.assertLessEqual(self._count_pivot_queries(), few)

    def _count_pivot_queries(self):
        self._judge_outcomes()
        counts = []
        for _warm in range(2):
            before = self.env.cr.sql_log_count
            for model, aggregates in REPORTS.items():
                reports = self.env[model].with_user(self.agent)
                reports._read_group([], ["partner_id"], aggregates)
            counts.append(self.env.cr.sql_log_count - before)
        return counts[-1]
