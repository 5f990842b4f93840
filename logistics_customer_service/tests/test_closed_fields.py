from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MODULE, LogisticsCommon

WAYS = {
    "read": lambda records, name: records.search([], limit=1, order="id").read([name]),
    "domain": lambda records, name: records.search([(name, "!=", False)], limit=1, order="id"),
    "group": lambda records, name: records.formatted_read_group([], [name], ["__count"]),
    "grouping sets": lambda records, name: records.formatted_read_grouping_sets(
        [], [[name]], ["__count"]
    ),
    "count": lambda records, name: records.formatted_read_group([], [], [f"{name}:count_distinct"]),
    "aggregate": lambda records, name: records.formatted_read_group([], [], [f"{name}:array_agg"]),
    "order": lambda records, name: records.search([], limit=1, order=name).ids,
    "export": lambda records, name: records.search([], limit=1, order="id").export_data([name]),
}

# what customers read of ours with their own login; anything new here is a decision
SHOWN = {
    "ir.filters": {"logistics_name"},  # core's own name beside it
    "account.move": {"logistics_reason_id"},
    "logistics.complaint": {
        "active", "closed_at", "company_id", "create_date", "is_open", "kind", "name", "number",
        "partner_id", "phase", "received_at", "resolved_at", "write_date",
    },
    "sale.order": {"can_agree_promise", "cash_on_delivery", "notice_count", "promised_date"},
    "sale.order.line": {"promised_date", "substitute_for_id", "substitution_reason_id"},
    "stock.picking": {
        "can_agree_promise", "carrier_delivered_at", "carrier_delivered_source", "delivered_at",
        "delivered_source", "expected_arrival", "expected_arrival_source", "from_customer",
        "logistics_reason_id", "reroute_reason_id", "shipment_event_count", "shipment_open",
        "shipment_promised_at", "shipment_reported", "shipment_since", "shipment_state",
        "to_customer", "tracking_link",
    },
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestClosedFields(LogisticsCommon):
    """What somebody may not read is not told by another way of asking, either."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._customer("Reader", email="reader@example.com")
        person = cls._customer("Person", parent_id=cls.customer.id, is_company=False)
        cls.portal = cls._portal_user("reader", person)
        cls.clerk = cls._new_user("clerk", "base.group_user")
        cls.keeper = cls._new_user(
            "keeper", "sales_team.group_sale_salesman", "stock.group_stock_user"
        )
        order = cls._order(cls.customer)
        cls._deliver(order)
        cls._refresh()
        cls.env["logistics.complaint"].create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id}
        )

    def _get_own_fields(self, user):
        """Return by model the fields of ours on what a user may read, those closed to the user."""
        found = {}
        for model in self.env.registry:
            records = self.env(user=user, context={"allowed_company_ids": self.company.ids})[model]
            if records._abstract or records._transient or not records.has_access("read"):
                continue
            own = [name for name, field in records._fields.items() if field._module == MODULE]
            closed = {
                name for name in own if not records._has_field_access(records._fields[name], "read")
            }
            found[records] = set(own), closed
        return found

    def test_closed_fields_are_closed_to_every_question(self):
        for user in (self.portal, self.clerk, self.keeper, self.agent, self.supervisor):
            told, asked = [], 0
            for records, (_own, closed) in self._get_own_fields(user).items():
                for name in sorted(closed):
                    for way, ask in WAYS.items():
                        asked += 1
                        try:
                            with self.env.cr.savepoint(flush=False):
                                ask(records, name)
                        except (AccessError, UserError, ValueError):
                            continue
                        if records.search([], limit=1, order="id") or way not in ("read", "export"):
                            told.append((records._name, name, way))
            self.assertFalse(told, user.login)
            self.assertTrue(asked, user.login)

    def test_closed_fields_are_closed_to_who_comes_by_a_link(self):
        for user in (self.portal, self.clerk, self.keeper, self.agent, self.supervisor):
            own = self._get_own_fields(user)
            ways = {}
            for records in own:
                for field in records._fields.values():
                    if field.relational and field.store and records._has_field_access(field, "read"):
                        ways.setdefault(field.comodel_name, []).append((records, field.name))
            told = []
            for asked, (_own, closed) in own.items():
                for name in closed:
                    for records, link in ways.get(asked._name, ())[:3]:
                        for domain in (
                            [(f"{link}.{name}", "!=", False)],
                            [(link, "any", [(name, "=", False)])],
                            [(link, "not any", ["|", (name, "=", False), ("id", "=", 0)])],
                        ):
                            try:
                                with self.env.cr.savepoint(flush=False):
                                    records.search(domain, limit=1, order="id")
                            except (AccessError, UserError, ValueError):
                                continue
                            told.append((records._name, domain))
            self.assertFalse(told, user.login)

    def test_customers_read_what_was_decided(self):
        shown = {
            records._name: own - closed
            for records, (own, closed) in self._get_own_fields(self.portal).items()
            if own - closed and records._name != "res.company"
        }
        self.assertEqual(shown, SHOWN)

    def test_customers_order_by_no_figure_of_theirs(self):
        cases = self.env["logistics.complaint"].with_user(self.portal)
        self.assertTrue(cases.search([], order="id"))
        for name in ("net_sales", "overdue_amount", "logistics_delivery_notes", "user_id"):
            if name in cases._fields:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    cases.search([], order=name)
        orders = self.env["sale.order"].with_user(self.portal)
        for name in ("logistics_agent_id", "logistics_delivery_notes", "logistics_tier_id"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                orders.formatted_read_group([], [name], ["__count"])
