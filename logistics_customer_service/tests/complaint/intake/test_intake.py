from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..test_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestIntake(ComplaintCommon):
    """A call becomes a case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._order(cls.customer, client_order_ref="PO-4711")
        cls.picking = cls._deliver(cls.order)
        cls.picking.carrier_tracking_ref = "SF1234567890"
        cls.Intake = cls.env["logistics.complaint.intake"]

    def _form(self, query=None, **context):
        intake = self.Intake.with_user(self.agent).with_company(self.company)
        form = Form(intake.with_context(**context))
        if query:
            form.query = query
        return form

    def _register(self, form):
        return self.env["logistics.complaint"].browse(form.save().action_register()["res_id"])

    def test_one_box_finds_the_customer(self):
        for query in (
            "cold foo",
            "OFFICE@cold.example.com",
            self.order.name.lower(),
            "PO-4711",
            "sf1234567890",
            "SF 1234 567890",
            "ＳＦ１２３４５６７８９０",
            self.picking.name,
        ):
            with self.subTest(query=query):
                self.assertEqual(self._form(query).partner_id, self.customer)

    def test_telephone_numbers_however_written(self):
        for query in ("+86 21 5559 8731", "021-55598731", "5559 8731", "(021) 5559.8731"):
            with self.subTest(query=query):
                form = self._form(query)
                self.assertEqual(form.partner_id, self.customer)
                self.assertEqual(form.contact_id, self.person)

    def test_telephone_numbers_in_many_hands(self):
        self.company.country_id = self.env.ref("base.cn")
        for written in (
            "021-55598731转808",
            "０２１－５５５９８７３１",
            "（０２１）５５５９　８７３１　分机　８０８",
            "tel:+86-21-5559-8731;ext=808",
            "13900139000 / 021-55598731",
            "１３９００１３９０００；０２１－５５５９８７３１",
            "021-55598731-808",
        ):
            self.person.phone = written
            for query in (
                "+86 21 5559 8731",
                "021 55598731 转 12",
                "tel:02155598731",
                "０２１－５５５９８７３１",
                "021-55598731、13900139001",
            ):
                with self.subTest(written=written, query=query):
                    self.assertEqual(self._form(query).contact_id, self.person)
        self.assertFalse(self._form("021-55598732").partner_id)

    def test_of_two_numbers_the_mobile_one_gets_sms(self):
        self.company.country_id = self.env.ref("base.cn")
        self.person.write({"phone": "021-55598731 / １３９ ００１３ ９０００", "country_id": False})
        self.assertEqual(self.person.phone_sanitized, "+8613900139000")
        self.person.phone = "021-55598731转808"
        self.assertEqual(self.person.phone_sanitized, "+862155598731")
        self.person.phone = "not a number"
        self.assertFalse(self.person.phone_sanitized)

    def test_one_of_several_mail_addresses(self):
        self.person.email = "first@cold.example.com；second@cold.example.com"
        for query in ("SECOND@cold.example.com", "ｓｅｃｏｎｄ＠cold.example.com"):
            self.assertEqual(self._form(query).contact_id, self.person)

    def test_several_are_offered(self):
        self._customer("Cold Foods East")
        form = self._form("cold foods")
        self.assertGreaterEqual(form.found_count, 2)
        self.assertFalse(form.partner_id)
        form.choice_id = self.customer
        self.assertEqual(form.partner_id, self.customer)

    def test_nobody_found(self):
        form = self._form("No Such Firm")
        self.assertTrue(form.nothing_found)
        form.contact_name = "Mr Li"
        form.phone = "13800000000"
        case = self._register(form)
        self.assertFalse(case.partner_id)
        self.assertEqual((case.contact_name, case.phone), ("Mr Li", "13800000000"))

    def _new(self, **vals):
        form = self._form("No Such Firm")
        form.contact_name = "Mr Li"
        form.is_new = True
        form.phone = "+86 138 0000 4711"
        form.street = "12 Lane"
        form.zip = "200040"
        form.city = "Shanghai"
        form.country_id = self.env.ref("base.cn")
        for name, value in vals.items():
            form[name] = value
        return form

    def test_an_agent_registers_a_new_customer(self):
        self.assertFalse(self.env["res.partner"].with_user(self.agent).has_access("create"))
        case = self._register(self._new(is_legal_entity=True))
        customer = case.partner_id
        self.assertEqual((customer.name, customer.is_company), ("Mr Li", True))
        self.assertEqual((case.phone, customer.phone), ("+86 138 0000 4711",) * 2)
        self.assertEqual(
            (customer.street, customer.zip, customer.city, customer.country_id),
            ("12 Lane", "200040", "Shanghai", self.env.ref("base.cn")),
        )
        self.assertEqual((customer.create_uid, customer.user_ids), (self.agent, self.env["res.users"]))
        self.assertEqual(self._form("13800004711").partner_id, customer, "found by the next caller")

    def test_a_new_customer_has_a_name_and_a_way(self):
        for vals in ({"contact_name": " "}, {"phone": False}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "new customer"):
                self._register(self._new(**vals))

    def test_who_is_known_already_is_shown(self):
        form = self._new(phone="(021) 5559 8731")
        self.assertEqual(form.known_ids[:], self.person)
        form.partner_id = self.customer
        form.contact_name = self.person.name.upper()
        self.assertEqual(form.contact_id, self.person)
        partners = self.env["res.partner"].search_count([])
        self.assertEqual(self._register(form).partner_id, self.customer)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_whoever_opens_no_cases_registers_no_customers(self):
        clerk = self._new_user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.Intake.with_user(clerk).create({"is_new": True, "contact_name": "X", "phone": "1"})

    def test_a_new_customer_can_be_compensated(self):
        self._open_books()
        self.env["logistics.authority"].search([]).unlink()
        self.env["logistics.authority"].create(
            {
                "group_id": self.env.ref("logistics_customer_service.group_agent").id,
                "amount_case": 200,
                "amount_customer": 500,
                "amount_own": 200,
            }
        )
        case = self._register(self._new())
        case.line_ids = [Command.create({"product_id": self.product.id, "quantity": 1})]
        compensation = self.env["logistics.compensation"].with_user(self.agent).create(
            {
                "complaint_id": case.id,
                "kind": "goodwill",
                "amount": 50,
                "amount_reason": "Agreed on the phone",
            }
        )
        compensation.action_propose()
        compensation.action_approve()
        compensation.action_execute()
        self.assertEqual(compensation.state, "executed")
        self.assertEqual(compensation.sudo().move_id.partner_id, case.partner_id)

    def test_a_wildcard_finds_nothing_by_number(self):
        orders, pickings, _partners = self.Intake.new(
            {"query": "nothing-%", "company_id": self.company.id}
        )._find()
        self.assertFalse(orders or pickings)

    def test_orders_of_another_company_are_not_found(self):
        other = self.env["res.company"].create({"name": "Other"})
        intake = self.Intake.new({"query": self.order.name, "company_id": other.id})
        self.assertFalse(intake._find()[0])

    def test_a_number_links_its_order_and_delivery(self):
        form = self._form("SF1234567890")
        form.category_id = self.broken
        form.description = "Two <b>boxes</b> broken"
        case = self._register(form)
        self.assertEqual(case.order_ids, self.order)
        self.assertEqual(case.picking_ids, self.picking)
        self.assertEqual(case.user_id, self.agent)
        self.assertEqual(case.channel, "phone")
        self.assertIn("Two &lt;b&gt;boxes", case.description)

    def test_last_orders_stand_beside_to_be_ticked(self):
        form = self._form("cold foods")
        with form.row_ids.edit(0) as row:
            self.assertEqual(row.order_id, self.order)
            row.chosen = True
        case = self._register(form)
        self.assertEqual(case.order_ids, self.order)
        self.assertEqual(case.picking_ids, self.picking)

    def test_an_unticked_order_is_not_linked(self):
        form = self._form("PO-4711")
        with form.row_ids.edit(0) as row:
            self.assertTrue(row.chosen)
            row.chosen = False
        self.assertFalse(self._register(form).order_ids)

    def test_another_customer_chosen_after_all(self):
        """The order found belongs to the first customer and is not linked to the second."""
        other = self._customer("Other")
        form = self._form("PO-4711")
        form.partner_id = other
        self.assertFalse(self._register(form).order_ids)

    def test_nobody_at_all_is_refused(self):
        with self.assertRaisesRegex(UserError, "who it is"):
            self._form().save().action_register()

    def test_next_call(self):
        action = self._form("cold foods").save().action_register_next()
        self.assertEqual(action["res_model"], "logistics.complaint.intake")
        self.assertTrue(self.Complaint.search([("partner_id", "=", self.customer.id)]))

    def test_duplicates_are_offered_and_added_to(self):
        held = self._case(category_id=self.broken.id)
        form = self._form("PO-4711")
        self.assertFalse(form.duplicate_ids)
        form.category_id = self.broken
        self.assertEqual(form.duplicate_ids[:], held)
        form.add_to_id = held
        form.description = "One more box"
        case = self._register(form)
        self.assertEqual(case, held)
        self.assertEqual(case.order_ids, self.order)
        self.assertTrue(case.customer_answered)
        self.assertIn("One more box", case.message_ids[:1].body)

    def test_adding_to_a_settled_case_takes_it_up_in_time_only(self):
        held = self._case(self.customer, category_id=self.broken.id)
        days = self.company.logistics_reopen_days
        for age, reopened in ((days - 1, True), (days + 1, False)):
            held._move_to_phase("cancelled")
            held.closed_at = fields.Datetime.now() - timedelta(days=age)
            form = self._form("PO-4711")
            form.category_id = self.broken
            form.add_to_id = held
            form.description = "One more box"
            case = self._register(form)
            self.assertEqual(case == held, reopened)
            self.assertEqual(held.phase, "working" if reopened else "cancelled")
        self.assertEqual((case.previous_id, case.channel), (held, "phone"))
        self.assertIn("One more box", case.description)

    def test_buttons_bring_the_documents(self):
        for record in (self.picking, self.order):
            with self.subTest(model=record._name):
                context = record.with_user(self.agent).action_register_complaint()["context"]
                case = self._register(self._form(**context))
                self.assertEqual(case.partner_id, self.customer)
                self.assertEqual(case.order_ids, self.order)
                self.assertEqual(case.picking_ids, self.picking)
        for record in (self.person, self._profile_of(self.customer)):
            with self.subTest(model=record._name):
                context = record.with_user(self.agent).action_register_complaint()["context"]
                case = self._register(self._form(**context))
                self.assertEqual(case.partner_id, self.customer)
                self.assertFalse(case.order_ids)

    def test_delivery_without_order(self):
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.person.id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "move_ids": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 1})
                ],
            }
        )
        context = picking.action_register_complaint()["context"]
        case = self._register(self._form(**context))
        self.assertEqual(case.picking_ids, picking)
