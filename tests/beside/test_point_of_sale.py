"""What is sold at a till."""

from odoo.addons.point_of_sale.tests.common import TestPoSCommon
from odoo.tests import tagged


@tagged("standard", "post_install", "-at_install")
class TestTill(TestPoSCommon):
    """Who takes the goods along is told of nothing and asked about nothing."""

    test_module = "logistics_customer_service"

    def setUp(self):
        super().setUp()
        for model in ("logistics.notice.rule", "logistics.survey.policy", "logistics.callback.policy"):
            self.env[model].sudo().with_context(active_test=False).search([]).active = True
        self.env.company.sudo().write({"logistics_notify": True, "logistics_survey": True})
        part = self.env.ref("logistics_customer_service.group_part_surveys")
        self.env.ref("base.group_user").sudo().implied_ids |= part
        for group in ("logistics_customer_service.group_manager", "sales_team.group_sale_manager"):
            self.env.user.group_ids |= self.env.ref(group)
        self.config = self.basic_config
        self.apple = self.create_product("Apple", self.categ_basic, 10.0, 5.0)
        self.customer.email = "buyer@example.com"

    def _sell(self):
        """Sell apples at the till; return what the customer takes along."""
        self.open_new_session()
        data = self.create_ui_order_data([(self.apple, 2)], customer=self.customer)
        self.env["pos.order"].sync_from_ui([data])
        return self.pos_session.order_ids.picking_ids

    def _get_traces(self, picking):
        """Return what there is of ours about a transfer: what is told, asked, foreseen or wrong."""
        models = (
            "logistics.notice", "logistics.survey.request", "logistics.tracking.link",
            "logistics.exception", "logistics.shipment.report",
        )  # fmt: skip
        self.env["logistics.exception"]._detect(picking)
        self.env.flush_all()
        traces = [name for name in models if self.env[name].search([("picking_id", "=", picking.id)])]
        return traces + ["open"] * bool(picking.shipment_open)

    def test_sale(self):
        picking = self._sell()
        self.assertEqual((picking.state, picking.partner_id), ("done", self.customer))
        self.assertTrue(picking._reaches_customer())
        self.assertFalse(self._get_traces(picking))
        self.assertFalse(self._count_deliveries())

    def _count_deliveries(self):
        """Return how many deliveries the customer's profile counts."""
        profiles = self.env["logistics.profile"].sudo()
        profile = profiles.search([("partner_id", "=", self.customer.id)])
        profile = profile or profiles.create(
            {"partner_id": self.customer.id, "company_id": self.env.company.id}
        )
        run = self.env["logistics.run"].sudo()._start(self.env.company)
        while run._advance():
            continue
        return sum(profile.fact_ids.mapped("delivery_count"))

    def test_order_of_the_same_customer(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "order_line": [(0, 0, {"product_id": self.apple.id})]}
        )
        order.action_confirm()
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids.with_context(skip_sms=True).button_validate()
        self.assertIn("logistics.notice", self._get_traces(order.picking_ids))
        self.assertIn("logistics.survey.request", self._get_traces(order.picking_ids))

    def test_order_settled_at_the_till(self):
        """What the customer takes along is not delivered any more, nor paid for again."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "cash_on_delivery": True,
                "order_line": [(0, 0, {"product_id": self.apple.id, "product_uom_qty": 2})],
            }
        )
        order.action_confirm()
        self.assertEqual(order.picking_ids.cod_ids.amount, order.amount_total)
        self.open_new_session()
        data = self.create_ui_order_data([(self.apple, 2)], customer=self.customer)
        data["lines"][0][2].update(
            sale_order_origin_id=order.id, sale_order_line_id=order.order_line.id
        )
        self.env["pos.order"].sync_from_ui([data])
        taken = self.pos_session.order_ids.picking_ids
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertFalse(self._get_traces(taken))
        self.assertFalse(sum(order.picking_ids.cod_ids.mapped("amount")))
