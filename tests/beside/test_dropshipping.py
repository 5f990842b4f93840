"""Goods that a vendor sends straight to a customer, by Odoo's own dropshipping."""

from odoo import Command
from odoo.addons.logistics_customer_service.tests.shipment.notice.common import NoticeCommon
from odoo.tests import tagged


@tagged("standard", "post_install", "-at_install")
class TestDropshipping(NoticeCommon):
    """Tracked, told, measured and paid for like what comes from the warehouse."""

    test_module = "logistics_customer_service"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls._customer("Vendor", phone="+86 21 5555 0199", city="Vendorville")
        cls.product.write(
            {
                "route_ids": [Command.set(cls.env.ref("stock_dropshipping.route_drop_shipping").ids)],
                "seller_ids": [Command.create({"partner_id": cls.vendor.id})],
            }
        )

    def _buy(self, order):
        """Confirm what is bought for an order; return what the vendor sends."""
        bought = self.env["purchase.order.line"].search([("sale_order_id", "=", order.id)]).order_id
        bought.button_confirm()
        return bought.picking_ids

    def test_order(self):
        order = self._order(self.customer, cash_on_delivery=True)
        picking = self._buy(order)
        self.assertEqual(
            (picking.picking_type_code, picking.partner_id, picking.sale_id),
            ("dropship", self.vendor, order),
        )
        self.assertTrue(picking.to_customer and picking.shipment_open)
        self.assertIn(picking, picking.search([("to_customer", "=", True)]))
        self.assertEqual(picking.cod_ids.amount, 100)
        link = picking._ensure_tracking_links()
        self.assertEqual(link.partner_id, self.customer)
        self.assertNotIn("Vendorville", str(picking._prepare_tracking_page()))
        self._deliver(order)
        self.assertEqual(self._told(picking), ["goods_out", "delivered"])
        self.assertEqual(self._notices(picking).partner_id, self.customer)
        self.assertEqual(picking.cod_ids.state, "collected")
        self._refresh()
        facts = self._facts(self.customer)
        self.assertEqual((facts.delivery_count, facts.in_full_count), (1, 1))
        row = self.env["logistics.delivery.report"].search([("order_id", "=", order.id)])
        self.assertEqual((row.in_full_count, row.is_substituted), (1, False))

    def test_replacement_and_return(self):
        """What comes back to a vendor is no delivery; what is sent in its place is one."""
        order = self._order(self.customer)
        picking = self._buy(order)
        self._deliver(order)
        back = self._return(picking)
        self.assertFalse(back._is_customer_delivery() or self._notices(back))

    def test_components_of_a_kit(self):
        """A component from a vendor, the other from stock: together they collect what is owed."""
        kit, other = self.env["product.product"].create(
            [
                {"name": "Kit", "type": "consu", "list_price": 180},
                {"name": "Other", "type": "consu", "is_storable": True, "list_price": 80},
            ]
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in ((self.product, 2), (other, 1))
                ],
            }
        )
        order = self._order(self.customer, confirm=False, cash_on_delivery=True)
        order.order_line.write({"product_id": kit.id, "price_unit": 180})
        order.action_confirm()
        picking = self._buy(order)
        self.assertEqual(picking.cod_ids.amount, 36)
        self.assertEqual(sum(order.picking_ids.cod_ids.mapped("amount")), 180)
