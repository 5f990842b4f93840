from odoo.tests import tagged

from .common import NoticeCommon


@tagged("post_install", "-at_install")
class TestNoticePerformance(NoticeCommon):
    """Notices cost queries by the batch, not by the record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._people(110)
        cls.orders = cls.env["sale.order"].union(
            *(cls._order(customer, confirm=False) for customer in cls.customers)
        )

    def test_confirming(self):
        """Ten cost as much as a hundred."""
        few = self._count(self.orders[:10]._note_confirmed)
        many = self._count(self.orders[10:]._note_confirmed)
        self.assertEqual(len(self._notices(self.orders)), 110)
        self.assertLessEqual(many, few)

    def test_validating(self):
        self.orders.action_confirm()
        pickings = self.orders.picking_ids.sorted("id")
        pickings.write({"state": "done"})
        pickings[:1]._note_goods_out()
        few = self._count(pickings[:10]._note_goods_out)
        many = self._count(pickings[10:]._note_goods_out)
        self.assertEqual(len(self._notices(pickings, "goods_out")), 110)
        self.assertLessEqual(many, few)

    def test_events(self):
        self.orders.action_confirm()
        pickings = self.orders.picking_ids.sorted("id")

        def say(batch):
            vals_list = [
                {"picking_id": picking.id, "kind": "in_transit", "source": "carrier"}
                for picking in batch
            ]
            events = self.Event.create(vals_list)
            return self._count(events._note_occasions)

        self.assertLessEqual(say(pickings[10:]), say(pickings[:10]) + 2)

    def test_batch(self):
        """A mail costs two queries more, those of Odoo's own mail."""
        self.orders._note_confirmed()
        notices = self._notices(self.orders)
        few, many = self._few_and_many(notices)
        self.assertEqual(set(notices.mapped("state")), {"queued"})
        self.assertLessEqual(many - few, 89 * 3)

    def test_batch_of_sms(self):
        self.customers.email = False
        self.orders._note_confirmed()
        notices = self._notices(self.orders)
        few, many = self._few_and_many(notices)
        self.assertEqual(set(notices.mapped("channel")), {"sms"})
        self.assertLessEqual(many - few, 20)

    def test_suppressing(self):
        self.company.logistics_notice_hours = 1
        self.orders._note_confirmed()
        self.orders.date_order = self._days_ago(3)
        notices = self._notices(self.orders)
        few = self._count(notices[:10]._process)
        self.assertLessEqual(self._count(notices[10:]._process), few + 2)
        self.assertEqual(set(notices.mapped("reason")), {"too_old"})
