import re

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import LogisticsCommon

# what core asks for, too, is not told apart; all else that the addon asks for names something of its own
OURS = re.compile(r"(FROM|INTO|UPDATE)\s+\"?(logistics_|ir_cron)|AS held|FROM stock_picking sp\b")
FEW, MANY = 1, 12


@tagged("post_install", "-at_install")
class TestCoreFlows(LogisticsCommon):
    """Confirming, delivering and invoicing cost the same number of queries more, for one and for many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._people(2 * MANY + FEW + 1)
        service = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create({"name": "Truck", "product_id": service.id})

    def _make_orders(self, customers):
        lines = [Command.create({"product_id": self.product.id, "price_unit": 10.0})]
        promised = self._days_ago(-3)
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "carrier_id": self.carrier.id,
                    "commitment_date": promised,
                    "order_line": lines,
                }
                for customer in customers
            ]
        )

    def _get_ours(self, records, work):
        """Return the addon's statements when such work is done, with no record in the cache."""
        found, execute = [], type(self.env.cr).execute

        def watched(cr, query, *args, **kwargs):
            found.append(query.code if isinstance(query, SQL) else str(query))
            return execute(cr, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.precommit.data.clear()
        self.patch(type(self.env.cr), "execute", watched)
        work(records)
        self.env.cr.flush()  # with what is done before a commit
        self.patch(type(self.env.cr), "execute", execute)
        return [query for query in found if OURS.search(query)]

    def _few_and_many_of(self, prepare, work):
        """Return the addon's statements for few and for many; others go ahead to fill the caches."""
        parts = (
            self.customers[:1],
            self.customers[1 : FEW + 1],
            self.customers[FEW + 1 : FEW + 1 + MANY],
        )
        first, few, many = map(prepare, parts)
        work(first)
        return self._get_ours(few, work), self._get_ours(many, work)

    def _assert_constant(self, prepare, work, most):
        few, many = self._few_and_many_of(prepare, work)
        self.assertEqual(len(few), len(many), "the addon's own statements do not grow")
        self.assertLessEqual(len(few), most, "\n".join(query[:200] for query in few))

    def _confirm(self, orders):
        orders.action_confirm()

    def _ready(self, customers):
        orders = self._make_orders(customers)
        orders.action_confirm()
        for move in orders.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        return orders.picking_ids

    def test_confirming_first_orders(self):
        """Customers are new: each gets a profile and a tier, by the same statements."""
        self._assert_constant(self._make_orders, self._confirm, 15)

    def test_confirming_orders_of_known_customers(self):
        self.Profile._ensure_for(self.customers, self.company)
        self._assert_constant(self._make_orders, self._confirm, 8)

    def test_validating_deliveries(self):
        self._assert_constant(
            self._ready, lambda pickings: pickings.with_context(skip_sms=True).button_validate(), 9
        )

    def test_posting_invoices(self):
        self._open_books()
        self.product.invoice_policy = "order"

        def prepare(customers):
            orders = self._make_orders(customers)
            orders.action_confirm()
            return orders._create_invoices()

        self._assert_constant(prepare, lambda invoices: invoices.action_post(), 1)

    def test_transfers_that_concern_no_customer(self):
        """Moving goods within the house asks whether anything is worked out from it, and no more."""
        place = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )

        def prepare(_customers):
            return self._transfer(
                self.customers[:1],
                kind=self.warehouse.int_type_id,
                validate=False,
                location_dest_id=place.id,
            )

        def work(picking):
            picking.move_ids.write({"quantity": 1, "picked": True})
            picking.button_validate()

        work(prepare(self.customers[:1]))  # fills the caches
        picking = prepare(self.customers[:1])
        # the ORM looks for money to collect, and for links, of a transfer that it does not know yet;
        # that it changed is marked
        ours = self._get_ours(picking, work)
        self.assertLessEqual(len(ours), 3, "\n".join(query[:200] for query in ours))

    def test_contacts_just_entered(self):
        """Nobody has a profile or is visited who is just entered: what follows is not looked for."""
        state = self.env.ref("base.state_us_5")

        def work(partners):
            firm, person = partners.create([{"name": "Firm", "is_company": True}, {"name": "Person"}])
            person.parent_id = firm
            firm.write({"country_id": state.country_id.id, "state_id": state.id})
            person.active = False

        partners = self.env["res.partner"]
        work(partners)  # fills the caches
        ours = [query for query in self._get_ours(partners, work) if "logistics_mark" not in query]
        # calls off what was planned with whoever is archived
        self.assertEqual(len(ours), 1, "\n".join(query[:200] for query in ours))

    def test_profiles_made_by_a_statement_follow_their_customers(self):
        state = self.env.ref("base.state_us_5")
        customer = self.env["res.partner"].create({"name": "Just entered"})
        profile = self.Profile._ensure_for(customer, self.company)
        customer.write({"country_id": state.country_id.id, "state_id": state.id})
        self.assertEqual(profile.state_id, state)
        customer.active = False
        self.assertFalse(profile.active)
