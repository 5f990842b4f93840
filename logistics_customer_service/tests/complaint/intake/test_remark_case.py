from odoo.tests import tagged

from ...shipment.tracking.test_tracking_page import TrackingHttp


@tagged("post_install", "-at_install")
class TestRemarkCase(TrackingHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["logistics.service.team"].create(
            {"name": "Service", "company_id": cls.company.id}
        )

    def _cases(self):
        self.env.invalidate_all()
        return self.env["logistics.complaint"].search([("picking_ids", "in", self.picking.ids)])

    def test_remark_opens_one_case(self):
        for _turn in range(2):
            self.assertEqual(self._tell(text="Two <b>cartons</b> are wet").status_code, 303)
        case = self._cases()
        self.assertEqual(len(case), 1, "the same text counts once")
        self.assertEqual((case.channel, case.team_id), ("form", self.team))
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.order_ids, self.picking.sale_id)
        self.assertEqual(
            case.category_id, self.env.ref("logistics_customer_service.complaint_category_damage")
        )
        self.assertIn("&lt;b&gt;cartons", case.description)
        self.assertFalse(self.picking.activity_ids)
        self.assertIn(case.number, self._told().body, "the delivery says where it is dealt with")

    def test_what_is_told_then_joins_the_open_case(self):
        self._tell()
        self._tell(kind="short", text="And one is missing")
        case = self._cases()
        self.assertEqual(len(case), 1)
        self.assertTrue(case.customer_answered)
        self.assertIn("And one is missing", "".join(case.message_ids.mapped("body")))
        case._move_to_phase("closed")
        self._tell(kind="other", text="Wet again")
        self.assertEqual(len(self._cases()), 2)

    def test_without_the_setting_somebody_gets_an_activity(self):
        self.company.logistics_remark_case = False
        self._tell()
        self.assertFalse(self._cases())
        self.assertTrue(self.picking.activity_ids)

    def test_logged_in_customer(self):
        buyer = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        take = self.picking._take_tracking_remark
        take("damaged", "Broken", buyer)
        take("short", "One is missing", buyer)
        case = self._cases()
        self.assertEqual((case.channel, case.contact_id), ("portal", buyer))
        written = case._get_customer_messages()
        self.assertEqual(written.author_id, buyer)
        self.assertEqual(len(written), 2, "both stand on the customer's page")
        self.assertTrue(case.customer_answered)
