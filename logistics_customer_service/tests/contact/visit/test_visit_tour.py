from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestVisitTour(HttpCase):
    """A visitor's stop, in a browser as wide as a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_stop_on_the_phone(self):
        visitor = new_test_user(
            self.env, "tour_visitor", groups="logistics_customer_service.group_agent", tz="UTC"
        )
        customer = self.env["res.partner"].create({"name": "Tour Cold Foods", "is_company": True})
        visit = self.env["logistics.visit"].create(
            {
                "partner_id": customer.id,
                "user_id": visitor.id,
                "planned_at": fields.Datetime.now(),
            }
        )
        self.start_tour("/odoo/my-visits", "logistics_visit_tour", login="tour_visitor")
        self.assertEqual(visit.state, "done")
        self.assertEqual(visit.finding_ids.mapped("topic"), ["wish"])
        self.assertEqual(visit.action_ids.mapped("user_id"), visitor)
        self.assertEqual(visit.activity_ids.summary, "Ask transport about Saturdays")
        self.assertTrue(visit.signature)
        self.assertEqual(visit.signed_by, "Wang Min")
