from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from .common import LogisticsCommon


@tagged("post_install", "-at_install")
class TestPerformance(LogisticsCommon):
    """Work costs queries by the batch, not by the record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"C{index:03}", "is_company": True} for index in range(60)]
        )
        for index, customer in enumerate(cls.customers[:40]):
            cls._order(customer, 100 * (index + 1), at=cls._days_ago(30 + index))
        cls._refresh()

    @contextmanager
    def _watch(self):
        """Yield the list of the queries run inside the block."""
        queries, execute = [], self.env.cr.execute

        def _execute(query, *args, **kwargs):
            queries.append(query.code if isinstance(query, SQL) else str(query))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", _execute):
            yield queries

    def _get_form_fields(self, user):
        """Return the names of the fields on a partner's form, as the user gets it."""
        partners = self.env["res.partner"].with_user(user)
        view = partners.get_view(self.env.ref("base.view_partner_form").id, "form")
        return partners.fields_get(view["models"]["res.partner"], ["type"])

    def test_opening_a_partner_costs_three_queries_more_at_most(self):
        partner = self.customers[0]
        reader = self._new_user(
            "reader",
            "group_agent",
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
            "stock.group_stock_user",
        )
        shown = self._get_form_fields(reader)
        self.assertIn("logistics_tier_id", shown, "the form shows the profile")
        with_display = {"fields": {"display_name": {}}}
        spec = {
            name: with_display if self.env["res.partner"]._fields[name].type == "many2one" else {}
            for name in shown
        }
        plain = {name: value for name, value in spec.items() if not name.startswith("logistics_")}
        opened = partner.with_user(reader)
        opened.web_read(spec)
        base = self._count(lambda: opened.web_read(plain))
        full = self._count(lambda: opened.web_read(spec))
        self.assertLessEqual(full - base, 3)

    def test_list_of_profiles_costs_the_same_for_ten_and_forty(self):
        names = ["partner_id", "tier_id", "score", "net_amount", "on_time_rate", "agent_missing"]
        profiles = self.Profile.search([("company_id", "=", self.company.id)]).ids

        def read(count):
            return self._count(
                lambda: self.Profile.with_user(self.agent).browse(profiles[:count]).read(names)
            )

        read(1)
        self.assertEqual(read(10), read(40))

    def test_orders_show_the_tier_without_a_query_each(self):
        orders = self.env["sale.order"].search([("company_id", "=", self.company.id)]).ids

        def read(count):
            return self._count(
                lambda: self.env["sale.order"]
                .browse(orders[:count])
                .read(["logistics_tier_id", "logistics_cargo_nature_ids"])
            )

        read(1)
        self.assertEqual(read(10), read(40))

    def test_refresh_costs_the_same_for_ten_and_forty(self):
        profiles = self.Profile.search([("company_id", "=", self.company.id)])

        def refresh(count):
            return self._count(lambda: profiles[:count]._refresh(self.company))

        refresh(1)
        self.assertEqual(refresh(10), refresh(40))

    def test_profiles_are_made_in_bulk(self):
        def make(partners):
            return self._count(lambda: self.Profile._ensure_for(partners, self.company))

        make(self.customers[40])
        few, many = make(self.customers[41:45]), make(self.customers[45:])
        self.assertLess(many - few, 8)

    def test_tier_moves_search_no_documents(self):
        """Partners, orders and transfers that show the tier are not searched for."""
        profiles = self.Profile.search([("company_id", "=", self.company.id)])
        orders = self.env["sale.order"].search([("company_id", "=", self.company.id)])
        shown = (orders.mapped("logistics_tier_id"), self.customers.mapped("logistics_tier_id"))
        self.assertTrue(all(shown))
        self.env.flush_all()
        with self._watch() as queries:
            profiles.sudo()._set_tier(self.key, "score")
            self.env.flush_all()
        self.assertFalse([query for query in queries if "logistics_touchpoint" in query])
        self.assertFalse([query for query in queries if "EXISTS" in query])
        self.assertEqual(set(orders.mapped("logistics_tier_id")), {self.key})

    def test_tier_moves_are_written_by_tier(self):
        profiles = self.Profile.search([("company_id", "=", self.company.id)])

        def move(batch, tier):
            return self._count(lambda: batch.sudo()._set_tier(tier, "score"))

        move(profiles[:1], self.vip)
        self.assertLess(move(profiles[1:], self.vip), move(profiles[:2], self.key) + 25)
