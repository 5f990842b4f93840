from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """The main paths of an agent and of a manager, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Tour Cold Foods", "is_company": True})
        product = cls.env["product.product"].create({"name": "Carton", "type": "consu"})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 5, "price_unit": 20})
                ],
            }
        )
        cls.order.action_confirm()
        cls.env["logistics.profile"]._refresh_all(cls.env.company)

    def test_agent_completes_a_profile(self):
        """An agent writes a customer's needs and sees them on the contact."""
        new_test_user(self.env, "tour_agent", groups="logistics_customer_service.group_agent")
        self.start_tour("/odoo", "logistics_agent_tour", login="tour_agent")
        profile = self.env["logistics.profile"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(profile.cargo_nature_ids.mapped("code"), ["chilled"])
        self.assertEqual(profile.delivery_notes, "Gate 3")

    def test_agent_works_off_an_exception(self):
        """An agent without rights on sales and stock takes, reads, and settles an exception."""
        new_test_user(self.env, "tour_solo", groups="logistics_customer_service.group_agent")
        order = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self.customer.phone = "+86 21 5550 1201"
        order.order_line._promise(
            dict.fromkeys(order.order_line, fields.Datetime.now() - timedelta(days=2)), "agreed"
        )
        self.env["logistics.exception"]._detect()
        self.start_tour("/odoo", "logistics_exception_tour", login="tour_solo")
        exception = order.picking_ids.exception_ids
        self.assertEqual((exception.kind, exception.state), ("late", "settled"))
        self.assertEqual(exception.user_id.login, "tour_solo")

    def test_manager_puts_a_scheme_in_force(self):
        """A manager tries a draft on live data and puts it in force."""
        new_test_user(self.env, "tour_manager", groups="logistics_customer_service.group_manager")
        scheme = self.env.ref("logistics_customer_service.tier_scheme_vip").copy(
            {"name": "Tour Scheme", "company_id": self.env.company.id}
        )
        self.start_tour("/odoo", "logistics_manager_tour", login="tour_manager")
        self.assertEqual(scheme.state, "in_force")

    def test_salesperson_agrees_a_new_date(self):
        """A salesperson keeps the day that the customer agreed to."""
        seller = new_test_user(self.env, "tour_seller", groups="sales_team.group_sale_salesman")
        self.order.user_id = seller
        self.start_tour(
            f"/odoo/sales/{self.order.id}", "logistics_agree_date_tour", login="tour_seller"
        )
        promise = self.order.promise_ids[0]
        self.assertEqual((promise.origin, promise.user_id), ("agreed", seller))
        self.assertEqual(self.order.order_line.promised_date.year, 2031)

    def test_agent_adds_an_event_with_proof(self):
        """An agent notes a handover with its signature, and takes the customer's link."""
        new_test_user(
            self.env,
            "tour_agent",
            groups="logistics_customer_service.group_agent,stock.group_stock_user,"
            "sales_team.group_sale_salesman_all_leads",
        )
        picking = self.order.picking_ids
        picking.move_ids.write({"quantity": 5, "picked": True})
        picking.with_context(skip_sms=True)._action_done()
        action = "action-stock.action_picking_tree_outgoing"
        self.start_tour(
            f"/odoo/{action}/{picking.id}", "logistics_shipment_tour", login="tour_agent"
        )
        event = picking.shipment_event_ids.filtered(lambda event: event.source == "staff")
        self.assertEqual((event.kind, event.signer_name), ("delivered", "Maria Lopez"))
        self.assertTrue(event.signature)
        self.assertEqual(picking.delivered_source, "staff")

    def test_manager_erases_a_person(self):
        """A manager in a hurry is told what is missing, then the person is erased."""
        groups = "logistics_customer_service.group_manager,base.group_partner_manager"
        new_test_user(self.env, "tour_eraser", groups=groups)
        person = self.env["res.partner"].create({"name": "Tour Erasable", "email": "tour@erasable.example"})
        case = self.env["logistics.complaint"].create({"partner_id": person.id, "description": "Wet"})
        self.start_tour(f"/odoo/res.partner/{person.id}", "logistics_erasure_tour", login="tour_eraser")
        self.assertNotIn("Tour", person.name)
        self.assertFalse(person.active or case.description)

    def _mail_case(self, login):
        """Return a case that came by mail and lies with an agent."""
        agent = new_test_user(self.env, login, groups="logistics_customer_service.group_agent")
        anna = self.env["res.partner"].create(
            {"name": "Anna Weber", "parent_id": self.customer.id, "email": "anna@tour.example"}
        )
        return self.env["logistics.complaint"].create(
            {
                "name": "Wet cartons",
                "partner_id": self.customer.id,
                "contact_id": anna.id,
                "channel": "mail",
                "description": "<p>Two cartons are wet.</p>",
                "user_id": agent.id,
                "stage_id": self.env["logistics.complaint.stage"]._get_by_phase(
                    "working", self.env["logistics.service.team"]
                ).id,
            }
        )

    def test_agent_answers_a_mail(self):
        """Three clicks: open, reply, send; then the customer's turn, and a canned answer."""
        case = self._mail_case("tour_reply")
        self.start_tour("/odoo/logistics-my-cases", "logistics_reply_tour", login="tour_reply")
        first, second = case.message_ids.filtered("partner_ids").sorted("id")
        self.assertEqual((first | second).partner_ids, case.contact_id)
        self.assertTrue(case.first_reply_at)
        self.assertEqual(case.phase, "waiting_customer")

    def test_agent_answers_on_the_phone(self):
        """The customer's words come before any field, the button that answers them below."""
        case = self._mail_case("tour_phone")
        with patch.object(type(self), "browser_size", "390x844"), patch.object(
            type(self), "touch_enabled", True
        ):
            self.start_tour(
                "/odoo/logistics-my-cases", "logistics_reply_phone_tour", login="tour_phone"
            )
        self.assertEqual(case.message_ids.partner_ids, case.contact_id)

    def test_agent_answers_from_what_waits(self):
        """Two clicks from the list of what waits."""
        case = self._mail_case("tour_work")
        action = "action-logistics_customer_service.logistics_work_action"
        self.start_tour(f"/odoo/{action}", "logistics_work_reply_tour", login="tour_work")
        self.assertEqual(case.message_ids.partner_ids, case.contact_id)

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
