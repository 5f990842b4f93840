from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestReason(LogisticsCommon):
    """What goes wrong is recorded with its reason where it happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._customer()
        cls.order = cls._order(cls.customer, qty=10)
        cls.picking = cls._deliver(cls.order)
        cls.move = cls.picking.move_ids
        cls.damage = cls._reason("damage_transport")
        cls.refused = cls._reason("return_refused")
        cls.Remark = cls.env["logistics.delivery.remark"]

    def _remark(self, **vals):
        return self.Remark.create(
            {
                "picking_id": self.picking.id,
                "move_id": self.move.id,
                "reason_id": self.damage.id,
                "quantity": 2,
                **vals,
            }
        )

    # --- returns

    def test_return_carries_its_reason(self):
        back = self._return(self.picking, 3, self.refused, self.damage)
        self.assertEqual(back.logistics_reason_id, self.refused)
        self.assertEqual(back.move_ids.logistics_reason_id, self.damage)
        self.assertFalse(self.picking.logistics_reason_id)

    def test_goods_of_one_line_come_back_for_two_reasons(self):
        wizard = self.env["stock.return.picking"].create({"picking_id": self.picking.id})
        line = wizard.product_return_moves
        line.write({"quantity": 3, "logistics_reason_id": self.damage.id})
        line.copy({"quantity": 2, "logistics_reason_id": self.refused.id})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        found = {(move.logistics_reason_id, move.product_uom_qty) for move in back.move_ids}
        self.assertEqual(found, {(self.damage, 3), (self.refused, 2)})

    def test_rest_of_a_return_keeps_the_reason(self):
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.picking.id, "logistics_reason_id": self.refused.id}
        )
        wizard.product_return_moves.write({"quantity": 5, "logistics_reason_id": self.damage.id})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 2, "picked": True})
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        rest = self.env["stock.picking"].search([("backorder_id", "=", back.id)])
        self.assertEqual(rest.logistics_reason_id, self.refused)
        self.assertEqual(rest.move_ids.logistics_reason_id, self.damage)

    def test_warehouse_chooses_reasons_in_the_dialogue(self):
        keeper = self._new_user(
            "keeper", "stock.group_stock_user", "sales_team.group_sale_salesman_all_leads"
        )
        with Form(
            self.env["stock.return.picking"]
            .with_user(keeper)
            .with_context(active_id=self.picking.id, active_model="stock.picking")
        ) as form:
            form.logistics_reason_id = self.damage
            with form.product_return_moves.edit(0) as line:
                line.quantity = 1
        back = self.env["stock.picking"].browse(form.record.action_create_returns()["res_id"])
        self.assertEqual(back.logistics_reason_id, self.damage)
        with Form(back.with_user(keeper)) as form:
            form.logistics_reason_id = self.refused
        self.assertEqual(back.logistics_reason_id, self.refused)

    # --- remarks

    def test_agent_notes_damaged_pieces(self):
        action = self.picking.with_user(self.agent).action_add_delivery_remark()
        remarks = self.Remark.with_user(self.agent).with_context(**action["context"])
        remark = remarks.create({"move_id": self.move.id, "reason_id": self.damage.id})
        self.assertEqual((remark.user_id, remark.company_id), (self.agent, self.company))
        remark.quantity = 4
        with self.assertRaises(AccessError):
            self._remark().with_user(self.agent).quantity = 1
        with self.assertRaises(AccessError):
            remark.unlink()
        remark.with_user(self.supervisor).unlink()

    def test_remark_is_about_delivered_goods(self):
        other = self._deliver(self._order(self.customer)).move_ids
        open_order = self._order(self.customer).picking_ids
        for vals in (
            {"quantity": 11},
            {"move_id": other.id},
            {"reason_id": self._reason("invoice_price").id},
            {"picking_id": open_order.id, "move_id": open_order.move_ids.id, "quantity": 1},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self._remark(**vals)

    # --- changes of route

    def test_agent_reroutes_a_delivery(self):
        agent = self._new_user("dispatcher", "group_agent", "sales_team.group_sale_salesman")
        wizard = self.env["logistics.shipment.reroute"].with_user(agent)
        wizard = wizard.create(
            {
                "picking_id": self.picking.id,
                "reason_id": self._reason("reroute_road").id,
                "note": "by way of Wuxi",
            }
        )
        wizard.action_reroute()
        self.assertEqual(self.picking.reroute_reason_id, self._reason("reroute_road"))
        self.assertIn("by way of Wuxi", self.picking.message_ids[0].body)

    def test_only_deliveries_to_customers_are_rerouted(self):
        back = self._return(self.picking, 1)
        wizard = self.env["logistics.shipment.reroute"].create(
            {"picking_id": back.id, "reason_id": self._reason("reroute_road").id}
        )
        with self.assertRaises(UserError):
            wizard.action_reroute()
        wizard.picking_id = self.picking
        wizard.reason_id = self.damage
        with self.assertRaises(UserError):
            wizard.action_reroute()
        self.assertFalse(self.picking.reroute_reason_id)

    # --- invoices

    def test_credit_note_carries_the_error(self):
        self._open_books()
        invoice = self._bill(self.order)
        refund = self._credit(invoice, self._reason("invoice_price"))
        self.assertEqual(refund.logistics_reason_id, self._reason("invoice_price"))
        self.assertFalse(invoice.logistics_reason_id)
        accountant = self._new_user("accountant", "account.group_account_invoice")
        with Form(invoice.with_user(accountant)) as form:
            form.logistics_reason_id = self._reason("invoice_tax")
        self.assertEqual(invoice.logistics_reason_id, self._reason("invoice_tax"))

    # --- substitutions

    def test_substitute_is_for_a_line_of_the_same_order(self):
        line = self.order.order_line
        self.order.order_line = [
            Command.create({"product_id": self.product.id, "substitute_for_id": line.id})
        ]
        substitute = self.order.order_line - line
        foreign = self._order(self.customer).order_line
        for replaced in (foreign, substitute):
            with self.assertRaises(ValidationError):
                substitute.substitute_for_id = replaced
        with self.assertRaises(ValidationError):
            line.substitute_for_id = substitute
        copied = self.order.copy()
        self.assertFalse(copied.order_line.substitute_for_id)

    # --- reasons

    def test_reasons_are_the_managers_and_of_their_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.damage.copy({"company_id": other.id})
        reasons = self.env["logistics.reason"].with_user(self.manager)
        self.assertFalse(reasons.search([("id", "=", theirs.id)]))
        own = reasons.create({"name": "Fire", "code": "fire", "kind": "damage"})
        with self.assertRaises(AccessError):
            own.with_user(self.supervisor).name = "Flood"
        with self.assertRaises(UserError):
            self._remark(reason_id=theirs.id)

    def test_every_kind_has_a_reason(self):
        reasons = self.env["logistics.reason"].search([])
        kinds = dict(reasons._fields["kind"].selection)
        shipped = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "logistics.reason")]
        )
        self.assertEqual(set(reasons.browse(shipped.mapped("res_id")).mapped("kind")), set(kinds))
