from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import NoticeCommon


@tagged("post_install", "-at_install")
class TestOccasions(NoticeCommon):
    """What makes a notice, what does not, and what makes none twice."""

    def test_confirmed_order(self):
        order = self._order(self.customer)
        notice = self._notices(order)
        self.assertEqual(
            (notice.occasion, notice.state, notice.partner_id, notice.company_id),
            ("order_confirmed", "waiting", self.customer, self.company),
        )
        self.assertEqual(order.notice_count, 1)

    def test_confirmed_again_is_told_once(self):
        order = self._order(self.customer)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(self._notices(order)), 1)

    def test_order_without_goods(self):
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        order = self._order(self.customer, confirm=False)
        order.order_line.product_id = service
        order.action_confirm()
        self.assertFalse(self._notices(order))

    def test_order_that_core_confirms_by_mail(self):
        order = self._order(self.customer, confirm=False)
        order.with_context(send_email=True).action_confirm()
        notice = self._notices(order)
        self.assertEqual((notice.state, notice.reason), ("suppressed", "told"))

    def test_goods_out(self):
        picking = self._delivery()
        self.assertEqual(self._told(picking), ["goods_out"])
        self.assertEqual(self._notices(picking).order_id, picking.sale_id)
        self.assertEqual(picking.notice_count, 1)

    def test_own_delivery_is_delivered_with_its_validation(self):
        picking = self._delivery(carrier=False)
        self.assertEqual(self._told(picking), ["goods_out", "delivered"])
        self._process()
        goods_out, delivered = self._notices(picking)
        self.assertEqual((goods_out.state, goods_out.reason), ("suppressed", "overtaken"))
        self.assertEqual(delivered.state, "queued")

    def test_own_delivery_without_a_rule_for_delivered(self):
        self._rule("delivered").active = False
        picking = self._delivery(carrier=False)
        self._process()
        self.assertEqual(self._notices(picking).mapped("state"), ["queued"])

    def test_return_of_the_customer(self):
        picking = self._delivery()
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        returned = wizard._create_return()
        returned.button_validate()
        self.assertEqual(returned.state, "done")
        self.assertFalse(self._notices(returned))

    def test_return_to_a_vendor_and_internal_transfer(self):
        stock = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(self.product, stock, 10)
        suppliers = self.env.ref("stock.stock_location_suppliers")
        for kind, target in (
            (self.warehouse.out_type_id, suppliers),
            (self.warehouse.int_type_id, stock.copy({"name": "Shelf 2"})),
        ):
            picking = self.env["stock.picking"].create(
                {
                    "picking_type_id": kind.id,
                    "partner_id": self.customer.id,
                    "location_id": stock.id,
                    "location_dest_id": target.id,
                    "move_ids": [
                        fields.Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom_qty": 1,
                                "location_id": stock.id,
                                "location_dest_id": target.id,
                            }
                        )
                    ],
                }
            )
            picking.action_confirm()
            picking.action_assign()
            picking.move_ids.write({"quantity": 1, "picked": True})
            picking.button_validate()
            picking._note_occasion("silent")
            self._say(picking, "in_transit")
            self.assertEqual(picking.state, "done")
            self.assertFalse(self._notices(picking), kind.name)

    def test_events(self):
        picking = self._delivery()
        for kind in ("in_transit", "at_hub", "out_for_delivery", "attempted", "refused"):
            self._say(picking, kind)
        self._say(picking, "problem")
        self.assertEqual(
            self._told(picking),
            ["goods_out", "in_transit", "out_for_delivery", "problem", "refused"],
        )
        self.assertEqual(self._notices(picking, "problem").event_id.kind, "attempted")

    def test_handover_is_told_once(self):
        picking = self._delivery()
        for kind in ("left_at_locker", "delivered", "delivered"):
            self._say(picking, kind)
        self.assertEqual(len(self._notices(picking, "delivered")), 1)

    def test_events_without_an_occasion(self):
        picking = self._delivery()
        for kind in ("picked_up", "returned", False):
            self._say(picking, kind, raw_code="?")
        self.assertEqual(self._told(picking), ["goods_out"])

    def test_delivery_comes_later_than_its_event(self):
        event = self.Event.create(
            {
                "company_id": self.company.id,
                "carrier_id": self.carrier.id,
                "tracking_ref": "SF1",
                "kind": "out_for_delivery",
                "source": "carrier",
                "raw_code": "5",
            }
        )
        self.assertFalse(self.Notice.search([("event_id", "=", event.id)]))
        picking = self._delivery(validate=False)
        picking.carrier_tracking_ref = "SF1"
        self.assertEqual(self._told(picking), ["out_for_delivery"])

    def test_meaning_comes_later_than_the_event(self):
        picking = self._delivery()
        event = self._say(picking, False, raw_code="X1")
        event.kind = "refused"
        self.assertEqual(self._told(picking), ["goods_out", "refused"])

    def test_carrier_and_warehouse_need_no_rights(self):
        picking = self._delivery(validate=False)
        worker = self._new_user("worker", "stock.group_stock_user")
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_user(worker).with_context(skip_sms=True).button_validate()
        self.assertEqual(self._told(picking), ["goods_out"])

    def test_expected_arrival_is_told_once_a_day(self):
        picking = self._delivery()
        for days in (3, 3, 5):
            picking.expected_arrival = fields.Datetime.now() + timedelta(days=days)
            picking._note_occasion("new_arrival")
        self.assertEqual(len(self._notices(picking, "new_arrival")), 2)
        self._process()
        old, new = self._notices(picking, "new_arrival")
        self.assertEqual((old.reason, new.state), ("overtaken", "queued"))

    def test_others_are_told_once(self):
        picking = self._delivery()
        for occasion in ("delay_foreseen", "missed", "silent") * 2:
            picking._note_occasion(occasion)
        self.assertEqual(
            self._told(picking), ["goods_out", "delay_foreseen", "missed", "silent"]
        )

    def test_silence_long_after_the_goods_went_out(self):
        picking = self._delivery()
        picking.date_done = fields.Datetime.now() - timedelta(days=9)
        picking._note_occasion("silent")
        self._process()
        self.assertEqual(self._notices(picking, "silent").state, "queued")
        self.assertEqual(self._notices(picking, "goods_out").reason, "too_old")

    def test_company_that_tells_nobody(self):
        self.company.logistics_notify = False
        picking = self._delivery()
        self._say(picking, "delivered")
        self.assertFalse(self._notices(picking.sale_id))
        self.company.logistics_notify = True
        self.assertFalse(self._notices(picking.sale_id), "nothing is told of the past")

    def test_occasion_without_a_rule_leaves_nothing(self):
        self._rule("in_transit").active = False
        picking = self._delivery()
        self._say(picking, "in_transit")
        self.assertEqual(self._told(picking), ["goods_out"])

    def test_events_of_long_ago(self):
        picking = self._delivery()
        self._say(picking, "delivered", at=fields.Datetime.now() - timedelta(hours=49))
        self._say(picking, "problem", at=fields.Datetime.now() - timedelta(hours=47))
        self._process()
        delivered = self._notices(picking, "delivered")
        self.assertEqual((delivered.state, delivered.reason), ("suppressed", "too_old"))

    def test_company_decides_what_is_too_old(self):
        self.company.logistics_notice_hours = 72
        picking = self._delivery()
        self._say(picking, "delivered", at=fields.Datetime.now() - timedelta(hours=49))
        self._process()
        self.assertEqual(self._notices(picking, "delivered").state, "queued")

    def test_loader_dates_orders_back(self):
        """A loader confirms and delivers today, then writes the dates of long ago."""
        order = self._order(self.customer, at=self._days_ago(400))
        self._deliver(order, at=self._days_ago(390))
        self._process()
        self.assertEqual(set(self._notices(order).mapped("state")), {"suppressed"})
        self.assertFalse(self._send_mails())

    def test_loader_that_says_so(self):
        quiet = self.customer.with_context(skip_logistics_notices=True)
        order = self.env["sale.order"].with_context(skip_logistics_notices=True)
        picking = self._delivery(quiet)
        self.assertEqual(self._told(picking), ["goods_out"], "the context is the order's own")
        self._order(self.customer, confirm=False).with_env(order.env).action_confirm()
        latest = self.env["sale.order"].search([], limit=1, order="id desc")
        self.assertFalse(self._notices(latest))

    def test_nobody_else_keeps_a_notice_from_the_customer(self):
        seller = self._new_user("seller", "sales_team.group_sale_salesman_all_leads")
        order = self._order(self.customer, confirm=False)
        order.with_user(seller).with_context(skip_logistics_notices=True).action_confirm()
        self.assertTrue(self._notices(order))
