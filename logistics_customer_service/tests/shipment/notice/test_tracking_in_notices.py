from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ....tools.foundation.periods import local_date
from .common import NoticeCommon


@tagged("post_install", "-at_install")
class TestTrackingInNotices(NoticeCommon):
    """What the other capabilities know of a delivery reaches the customer."""

    def test_the_text_leads_to_the_tracking_page(self):
        picking = self._delivery()
        self._process()
        [told] = self._notices(picking, "goods_out")
        self.assertTrue(picking.tracking_page_url)
        self.assertIn(picking.tracking_page_url, told.mail_id._prepare_outgoing_list()[0]["body"])

    def test_an_order_is_told_of_by_the_short_link_of_its_delivery(self):
        order = self._order(self.customer)
        self._process()
        [told] = self._notices(order, "order_confirmed")
        page = order.picking_ids.tracking_page_url
        self.assertIn(page, told.mail_id._prepare_outgoing_list()[0]["body"])

    def test_messages_in_chinese_take_two_segments_at_most(self):
        """A segment of a longer message has 67 signs; the company's name and address are not short."""
        self.company.name = "广州顺达物流有限公司"
        self.env["ir.config_parameter"].set_param("web.base.url", "https://odoo.shunda-wuliu.example.cn")
        self.customer.lang = "zh_CN"
        order = self._order(self.customer)
        delivery = self._delivery()
        self._process()
        notices = self._notices(order) | self._notices(delivery)
        templates = self.env["logistics.notice.rule"].search([]).sms_template_id
        self.assertGreater(len(templates), 8)
        for template in templates:
            for notice in notices:
                body = template._render_field("body", notice.ids, compute_lang=True)[notice.id]
                self.assertLessEqual(len(body), 134, body)

    def test_who_only_receives_the_goods_gets_no_link_to_the_order(self):
        order = self._order(self.customer)
        order.picking_ids.move_ids.product_id.is_storable = False
        order.picking_ids.unlink()
        receiver = self._customer("Receiver")
        told, received = (
            self.env["logistics.notice"].new({"order_id": order.id, "partner_id": partner.id})
            for partner in (self.customer, receiver)
        )
        self.assertIn(f"/my/orders/{order.id}?access_token=", told._get_tracking_url())
        self.assertFalse(received._get_tracking_url())

    def test_the_carriers_estimate_is_told_as_a_new_arrival(self):
        picking = self._delivery()
        estimate = fields.Datetime.now() + timedelta(days=9)
        self._say(picking, "in_transit", expected_at=estimate)
        [told] = self._notices(picking, "new_arrival")
        zone = self.company._get_logistics_tz()
        self.assertEqual(told.expected_on, local_date(picking.expected_arrival, zone))
        self.assertEqual(picking.expected_arrival, estimate)
        self.assertIn("delay_foreseen", self._told(picking))

    def test_a_missed_promise_is_told_and_comes_to_the_work_list(self):
        order = self._order(self.customer)
        order._agree_promise(self._days_ago(1), "Customer asked")
        [told] = self._notices(order.picking_ids, "missed")
        self.assertEqual(told.state, "waiting")
        self.env["logistics.exception"]._detect()
        found = self.env["logistics.exception"].search([("picking_id", "=", order.picking_ids.id)])
        self.assertIn("late", found.mapped("kind"))
