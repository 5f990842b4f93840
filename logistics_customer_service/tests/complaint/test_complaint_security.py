# pylint: disable=translation-required
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintSecurity(ComplaintCommon):
    """Cases stay in their company, and among those who handle them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Logistics"})
        cls.stranger = cls._new_user("stranger", "group_manager", company=cls.other)
        cls.clerk = cls._new_user("clerk", "base.group_user")
        cls.case = cls._case(category_id=cls.broken.id)

    def test_another_company_sees_nothing(self):
        abroad = self.env(user=self.stranger, context={"allowed_company_ids": self.other.ids})
        for model in ("logistics.complaint", "logistics.service.team", "logistics.complaint.line"):
            found = abroad[model].search([])
            self.assertLessEqual(set(found.company_id.ids), set(self.other.ids), model)
        self.assertFalse(abroad["logistics.complaint"].search([("number", "=", self.case.number)]))

    def test_agent_reads_orders_but_changes_none(self):
        order = self._order(self.customer)
        order.with_user(self.agent).read(["name", "amount_total"])
        self.assertTrue(self.env["sale.order"].with_user(self.agent).has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(self.env["sale.order"].with_user(self.agent).has_access(operation))
            self.assertFalse(self.env["stock.picking"].with_user(self.agent).has_access(operation))

    def test_salesperson_who_is_agent_reads_every_order(self):
        seller = self._new_user("seller", "group_agent", "sales_team.group_sale_salesman")
        order = self._order(self.customer, user_id=self.manager.id)
        self.assertTrue(order.with_user(seller).has_access("read"))
        self.assertFalse(order.with_user(seller).has_access("write"))

    def test_agent_opens_a_whole_case(self):
        """Nothing on the form needs more rights than an agent has."""
        order = self._order(self.customer)
        case = self._case(
            self.person,
            order_ids=[Command.set(order.ids)],
            picking_ids=[Command.set(order.picking_ids.ids)],
            line_ids=[Command.create({"product_id": self.product.id})],
        )
        self._profile_of(self.customer).agent_id = self.supervisor
        self.env.invalidate_all()
        opened = case.with_user(self.agent)
        view = opened.get_view(
            self.env.ref("logistics_customer_service.logistics_complaint_view_form").id, "form"
        )
        names = opened.fields_get(view["models"]["logistics.complaint"], ["type"])
        opened.read(list(names))
        opened.order_ids.mapped("display_name")
        opened.picking_ids.read(["name", "shipment_state", "delivered_at"])

    def test_clerk_sees_no_cases(self):
        self.assertFalse(self.env["logistics.complaint"].with_user(self.clerk).has_access("read"))

    def test_shared_categories_are_read_by_all_companies(self):
        abroad = self.env(user=self.stranger, context={"allowed_company_ids": self.other.ids})
        self.assertTrue(abroad["logistics.complaint.category"].search([]))
        own = self.env["logistics.complaint.category"].create(
            {"name": "Ours", "company_id": self.company.id}
        )
        self.assertNotIn(own.id, abroad["logistics.complaint.category"].search([]).ids)

    def test_nobody_writes_what_follows_from_the_work(self):
        """A phase written past its stage would talk around the gates of closing."""
        now = fields.Datetime.now()
        values = {
            "phase": "closed",
            "number": "C/1",
            "priority": "3",
            "resolved_at": now,
            "closed_at": now,
            "reopen_count": 7,
            "is_repeated": True,
            "merged_into_id": self.case.id,
            "first_reply_at": now,
            "due_at": now,
            "acknowledgement": "sent",
            "result_told_at": now,
            "resolution_level": "external",
            "compensation_amount": 1.0,
            "tier_id": False,
            "active": False,
        }
        for user in (self.agent, self.manager):
            case = self.case.with_user(user)
            for name, value in values.items():
                with self.subTest(name, login=user.login), self.assertRaises(AccessError):
                    case.write({name: value})
        cases = self.env["logistics.complaint"].with_user(self.agent)
        with self.assertRaises(AccessError):
            cases.create({"partner_id": self.customer.id, "phase": "closed"})
        with self.assertRaises(AccessError):
            cases.create({"partner_id": self.customer.id, "active": False})
        self.assertTrue(cases.create({"partner_id": self.customer.id, "active": True}).active)

    def test_managers_alone_archive_and_what_is_settled_alone(self):
        """Who could put a case out of sight would put its deadline out of sight."""
        case = self.case.with_user(self.agent)
        for attempt in (case.action_archive, case.action_unarchive):
            with self.assertRaises(AccessError):
                attempt()
        mine = self.case.with_user(self.manager)
        with self.assertRaises(UserError):
            mine.action_archive()
        mine.action_close()
        mine.action_archive()
        self.assertFalse(self.case.active)
        mine.action_unarchive()
        self.assertTrue(self.case.active)

    def test_defaults_in_the_context_settle_nothing(self):
        context = {
            "default_phase": "closed",
            "default_result_told_at": fields.Datetime.now(),
            "default_active": False,
        }
        cases = self.env["logistics.complaint"].with_user(self.agent).with_context(**context)
        case = cases.create({"partner_id": self.customer.id, "category_id": self.late.id})
        self.assertEqual((case.phase, case.active), ("new", True))
        self.assertFalse(case.result_told_at)
        self.assertEqual(case.env.context.get("default_phase"), "closed")

    def test_agent_works_through_a_case(self):
        """What the program notes on the way needs no more rights than the agent has."""
        case = self.env["logistics.complaint"].with_user(self.agent).create(
            {"partner_id": self.customer.id, "kind": "inquiry", "category_id": self.late.id}
        )
        case.action_take()
        case.action_start()
        self.customer.email = "customer@x.example"
        case.message_post(
            body="We are looking into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        self.assertTrue(case.first_reply_at)
        case.action_resolve()
        case.action_reopen()
        self.assertEqual((case.phase, case.reopen_count), ("working", 1))
        case.action_close()
        self.assertTrue(case.closed_at)
