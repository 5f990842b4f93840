from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL

from .notice.common import NoticeCommon


@tagged("post_install", "-at_install")
class TestWhichDeliveries(NoticeCommon):
    """A delivery of ours brings what was ordered, from our stock or straight from a vendor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls._customer("Vendor", phone="+86 21 5555 0199", city="Vendorville")
        cls.vendors = cls.env.ref("stock.stock_location_suppliers")
        cls.transit = cls.env.ref("stock.stock_location_inter_company")
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.out = cls.warehouse.out_type_id

    def _dropship(self, **vals):
        """Return an order, and its goods on their way from a vendor, who is their contact."""
        order = self._order(self.customer, **vals)
        order.picking_ids.action_cancel()
        picking = self._transfer(
            self.vendor, source=self.vendors, line=order.order_line, validate=False
        )
        return order, picking

    def _validate(self, picking):
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_sms=True).button_validate()

    def _ways(self, picking):
        """Return what each way of asking says about a transfer: is it a delivery?"""
        picking.env.flush_all()
        found = self.env.execute_query(
            SQL(
                "SELECT FROM stock_picking sp WHERE sp.id = %s AND %s",
                picking.id,
                picking._get_delivery_sql(),
            )
        )
        one = [("id", "=", picking.id)]
        return {
            picking._is_customer_delivery(),
            picking.to_customer,
            bool(found),
            bool(picking.search([*one, ("to_customer", "=", True)])),
            not picking.search([*one, ("to_customer", "=", False)]),
            bool(picking.search(picking._get_delivery_domain() & Domain(one))),
        }

    def test_all_ways_of_asking_agree(self):
        line = self._order(self.customer).order_line
        shelf = self.warehouse.lot_stock_id.copy({"name": "Shelf"})
        inside = {"location_dest_id": shelf.id}
        cases = [
            (True, "of an order", {"line": line}),
            (True, "by another operation", {"line": line, "kind": self.warehouse.in_type_id}),
            (True, "from a vendor", {"line": line, "source": self.vendors}),
            (True, "from a company of the house", {"line": line, "source": self.transit}),
            (False, "by hand", {}),
            (False, "by hand, from a vendor", {"source": self.vendors}),
            (False, "to a customer from another", {"line": line, "source": self.customers}),
            (False, "inside", {"line": line, **inside}),
            (False, "to a company of the house", {"location_dest_id": self.transit.id}),
        ]
        for which in ("order", "all", "none"):
            self.env["stock.picking.type"].search([]).logistics_deliveries = which
            for ordered, name, vals in cases:
                picking = self._transfer(self.customer, validate=False, **vals)
                outside = picking._reaches_customer()
                expected = {"order": ordered, "all": outside, "none": False}[which]
                with self.subTest(name, which=which):
                    self.assertEqual(self._ways(picking), {expected})

    def test_operation_type_no_longer_used(self):
        kind = self.out.copy({"name": "Old"})
        picking = self._transfer(self.customer, kind=kind, line=self._order(self.customer).order_line)
        kind.active = False
        self.assertEqual(self._ways(picking), {True})

    def test_nobody_ordered_it(self):
        """Sales at a till, samples, transfers by hand: nothing is told, foreseen or measured."""
        picking = self._transfer(self.customer, validate=False, carrier_tracking_ref="TILL9001")
        picking.carrier_id = self.carrier
        self.assertFalse(picking.shipment_open)
        self._validate(picking)
        self._say(picking, "delivered")
        self._say(picking, "problem")
        self.env["logistics.exception"]._detect(picking)
        self.env.flush_all()
        self.assertFalse(picking.delivered_at and not picking.carrier_delivered_at)
        self.assertFalse(self._notices(picking))
        self.assertFalse(picking._ensure_tracking_links())
        self.assertFalse(picking.exception_ids)
        self._judge_outcomes()
        self.assertFalse(self.env["logistics.shipment.report"].search([("id", "=", picking.id)]))
        self._profile(self.customer)
        self._refresh()
        self.assertFalse(self._facts(self.customer).delivery_count)

    def test_straight_from_a_vendor(self):
        """Told, tracked, measured and paid for like what comes from the warehouse."""
        order, picking = self._dropship(cash_on_delivery=True)
        order._refresh_cod()
        self.assertEqual(order.picking_ids.cod_ids.filtered("amount").picking_id, picking)
        self.assertEqual(picking.cod_ids.amount, order.amount_total)
        self.assertTrue(picking.shipment_open)
        self._validate(picking)
        self.assertEqual(self._notices(picking).partner_id, self.customer)
        self.assertIn("goods_out", self._told(picking))
        page = picking._ensure_tracking_links().picking_id.sudo()._prepare_tracking_page()
        self.assertNotIn("Vendorville", str(page))
        self.assertEqual(picking.recipient_id, order.partner_shipping_id)
        self.assertEqual(picking.partner_phone, self.customer.phone)
        found = picking.search([("recipient_id", "child_of", self.customer.ids)])
        self.assertIn(picking, found)
        self.assertNotIn(picking, picking.search([("recipient_id", "=", self.vendor.id)]))
        self._refresh()
        self.assertEqual(self._facts(self.customer).delivery_count, 1)
        action = self._profile_of(self.customer).action_view_deliveries()
        self.assertIn(picking, picking.search(action["domain"]))
        self.env.flush_all()
        self._judge_outcomes()
        self.assertTrue(self.env["logistics.shipment.report"].search([("id", "=", picking.id)]))

    def test_portal_of_what_a_vendor_sends(self):
        """The customer's people see it, those of the vendor whose contact it bears do not."""
        _order, picking = self._dropship()
        self._validate(picking)
        for partner, sees in ((self.customer, True), (self.vendor, False)):
            person = self._customer("Person", parent_id=partner.id, is_company=False)
            user = self._portal_user(f"portal_{sees}".lower(), person)
            mine = picking.with_user(user)
            found = mine.search(mine._get_tracking_domain() & Domain("id", "=", picking.id))
            self.assertEqual(bool(found), sees)

    def test_replacement(self):
        picking = self._transfer(self.customer, owed_to_customer=True)
        self.assertEqual(self._ways(picking), {True})
        self.assertIn("goods_out", self._told(picking))

    def test_urgent_by_tier(self):
        """A tier makes deliveries urgent, and what comes before them; nothing else."""
        profile = self._profile(self.customer)
        profile.tier_id = self.vip
        self.vip.delivery_priority = True
        order = self._order(self.customer)
        self.assertEqual(order.picking_ids.priority, "1")
        self.assertEqual(self._transfer(self.customer, validate=False).priority, "0")

    def test_policy_changed_while_under_way(self):
        """What is no delivery any more is not waited for; what has become one is, unannounced."""
        picking = self._delivery(validate=False)
        self.assertTrue(picking.shipment_open)
        for which, is_open in (("none", False), ("order", True)):
            self.out.logistics_deliveries = which
            self._review()
            self.assertEqual(picking.shipment_open, is_open)

    def _review(self):
        self.company.logistics_review_cursor_id = 1
        while self.company.logistics_review_cursor_id:
            self.company._review_batch()
