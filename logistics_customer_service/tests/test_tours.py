from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """The main paths of an agent and of a manager, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Tour Cold Foods", "is_company": True})
        product = cls.env["product.product"].create({"name": "Carton", "type": "consu"})
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 5, "price_unit": 20})
                ],
            }
        )
        order.action_confirm()
        cls.env["logistics.profile"]._refresh_all(cls.env.company)

    def test_agent_completes_a_profile(self):
        """An agent writes a customer's needs and sees them on the contact."""
        new_test_user(self.env, "tour_agent", groups="logistics_customer_service.group_agent")
        self.start_tour("/odoo", "logistics_agent_tour", login="tour_agent")
        profile = self.env["logistics.profile"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(profile.cargo_nature_ids.mapped("code"), ["chilled"])
        self.assertEqual(profile.delivery_notes, "Gate 3")

    def test_manager_puts_a_scheme_in_force(self):
        """A manager tries a draft on live data and puts it in force."""
        new_test_user(self.env, "tour_manager", groups="logistics_customer_service.group_manager")
        scheme = self.env.ref("logistics_customer_service.tier_scheme_vip").copy(
            {"name": "Tour Scheme", "company_id": self.env.company.id}
        )
        self.start_tour("/odoo", "logistics_manager_tour", login="tour_manager")
        self.assertEqual(scheme.state, "in_force")

    def test_agent_registers_a_call(self):
        """An agent takes a call: the customer is found by telephone, the order beside is ticked."""
        self.customer.phone = "+86 21 5550 7788"
        agent = new_test_user(
            self.env, "tour_call", groups="logistics_customer_service.group_agent"
        )
        self.start_tour("/odoo", "logistics_call_tour", login="tour_call")
        case = self.env["logistics.complaint"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(case.user_id, agent)
        self.assertEqual(case.order_ids.partner_id, self.customer)
        self.assertEqual(case.category_id.code, "damage_broken")
        self.assertEqual(case.phase, "working")
