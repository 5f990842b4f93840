from lxml import html

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestDocuments(LogisticsCommon):
    """What those who sell, pack and drive see of a customer, and what a tier does for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._customer("Cold Chain Ltd")
        cls.profile = cls._profile(
            cls.customer,
            delivery_notes="Use the back gate",
            packing_notes="Blue boxes",
            cargo_nature_ids=[Command.link(cls.env.ref(f"{MODULE}.cargo_nature_chilled").id)],
            special_service_ids=[
                Command.link(cls.env.ref(f"{MODULE}.special_service_appointment").id)
            ],
            time_class_id=cls.env.ref(f"{MODULE}.time_class_same_day").id,
        )

    def _give_vip(self):
        self.profile.sudo()._set_tier(self.vip, "score")

    def test_delivery_of_a_tier_with_priority_gets_it_and_says_why(self):
        self._give_vip()
        picking = self._order(self.customer).picking_ids
        self.assertEqual(picking.priority, "1")
        self.assertEqual(picking.logistics_priority_tier_id, self.vip)
        self.assertEqual(picking.move_ids.mapped("priority"), ["1"])

    def test_other_deliveries_do_not(self):
        picking = self._order(self.customer).picking_ids
        self.assertEqual((picking.priority, picking.logistics_priority_tier_id.id), ("0", False))

    def test_priority_counts_for_every_step_and_for_manual_deliveries(self):
        self._give_vip()
        self.warehouse.delivery_steps = "pick_pack_ship"
        first = self._order(self.customer).picking_ids
        self.assertEqual(set(first.mapped("priority")), {"1"})

    def test_customer_is_the_orders_not_the_one_at_the_address(self):
        self._give_vip()
        elsewhere = self._customer("Building site")
        order = self._order(self.customer, confirm=False)
        order.partner_shipping_id = elsewhere
        order.action_confirm()
        self.assertEqual(order.picking_ids.partner_id, elsewhere)
        self.assertEqual(order.picking_ids.logistics_profile_id, self.profile)
        self.assertEqual(order.picking_ids.priority, "1")

    def test_backorder_keeps_priority_and_reason(self):
        self._give_vip()
        order = self._order(self.customer, qty=10)
        self._deliver(order, qty=4)
        backorder = order.picking_ids.filtered(lambda p: p.state != "done")
        self.assertEqual(backorder.priority, "1")
        self.assertEqual(backorder.logistics_priority_tier_id, self.vip)

    def test_promotion_speeds_up_open_deliveries(self):
        picking = self._order(self.customer).picking_ids
        self._give_vip()
        self.assertEqual((picking.priority, picking.logistics_priority_tier_id), ("1", self.vip))

    def test_what_the_warehouse_takes_away_stays_away(self):
        self._give_vip()
        order = self._order(self.customer)
        order.picking_ids.priority = "0"
        order.order_line.product_uom_qty = 5
        self.assertEqual(order.picking_ids.priority, "0")

    def test_customers_do_not_read_what_is_noted_about_them(self):
        portal = self._new_user("portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        order = self._order(self.customer)
        order.message_subscribe(portal.partner_id.ids)
        for record in (portal.partner_id, order):
            for name in self.env["logistics.profile.mixin"]._fields:
                if name.startswith("logistics_"):
                    with self.assertRaises(AccessError):
                        record.with_user(portal).read([name])

    def test_a_return_gets_no_priority(self):
        picking = self._deliver(self._order(self.customer))
        self._give_vip()
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(back.priority, "0")

    def test_sales_and_stock_people_read_tier_and_needs(self):
        order = self._order(self.customer)
        seller = self._new_user("seller", "sales_team.group_sale_salesman_all_leads")
        packer = self._new_user("packer", "stock.group_stock_user")
        for record in (order.with_user(seller), order.picking_ids.with_user(packer)):
            self.env.invalidate_all()
            values = record.read(
                [
                    "logistics_tier_id",
                    "logistics_cargo_nature_ids",
                    "logistics_special_service_ids",
                    "logistics_delivery_notes",
                    "logistics_packing_notes",
                ]
            )[0]
            self.assertEqual(values["logistics_tier_id"][1], "Standard")
            self.assertEqual(values["logistics_delivery_notes"], "Use the back gate")
            self.assertTrue(values["logistics_cargo_nature_ids"])

    def test_writing_on_customers_and_documents_does_not_read_the_profile(self):
        for model in ("res.partner", "sale.order", "stock.picking"):
            tracked = self.env[model]._track_get_fields()
            self.assertFalse({name for name in tracked if name.startswith("logistics_")}, model)

    def test_documents_are_found_and_grouped_by_tier(self):
        self._give_vip()
        order, other = self._order(self.customer), self._order(self._customer("Other"))
        orders, pickings = order + other, (order + other).picking_ids
        for records, mine in ((orders, order), (pickings, order.picking_ids)):
            found = records.search(
                [("logistics_tier_id", "=", self.vip.id), ("id", "in", records.ids)]
            )
            self.assertEqual(found, mine)
            groups = records._read_group(
                [("id", "in", records.ids)], ["logistics_tier_id"], ["__count"]
            )
            self.assertEqual(dict(groups), {self.vip: 1, self.standard: 1})

    def test_partners_are_found_and_grouped(self):
        self._give_vip()
        self.profile.agent_id = self.agent
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": self.customer.id})
        stranger = self._customer("Stranger")
        partners = self.customer + contact + stranger
        mine = [("id", "in", partners.ids)]
        Partner = self.env["res.partner"]
        for domain in (
            [("logistics_tier_id", "=", self.vip.id)],
            [("logistics_tier_id.code", "=", "VIP")],
            [("logistics_agent_id", "=", self.agent.id)],
            [("logistics_cargo_nature_ids.code", "=", "chilled")],
            [("logistics_time_class_id", "!=", False)],
        ):
            self.assertEqual(Partner.search(domain + mine), self.customer + contact, domain)
        self.assertEqual(Partner.search([("logistics_profile_id", "=", False), *mine]), stranger)
        for field in ("logistics_tier_id", "logistics_agent_id", "logistics_cargo_nature_ids"):
            groups = Partner._read_group(mine, [field], ["__count"])
            self.assertEqual(sorted(count for _value, count in groups), [1, 2], field)

    def test_partner_shows_needs_in_the_readers_language(self):
        self.assertEqual(self.customer.logistics_needs, "Same Day · Chilled · Delivery by Appointment")
        self.profile.agent_id = self.agent
        self.assertEqual(self.customer.logistics_agent_name, self.agent.name)

    def test_delivery_slip_tells_packers_and_drivers(self):
        picking = self._order(self.customer).picking_ids
        page = self._render_slip(picking)
        for text in ("Standard", "Chilled", "cold store", "Use the back gate", "Blue boxes"):
            self.assertIn(text, page)
        plain = self._order(self._customer("Plain")).picking_ids
        self._profile_of(plain.partner_id).unlink()
        self.assertNotIn("Chilled", self._render_slip(plain))

    def _render_slip(self, picking):
        packer = self._new_user(f"packer{picking.id}", "stock.group_stock_user")
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(packer)
            ._render_qweb_html("stock.report_deliveryslip", picking.ids)
        )
        return html.fromstring(content).text_content()
