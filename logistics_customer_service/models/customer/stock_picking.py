from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# where goods come from that never see our warehouse: a vendor's, or a company's of the same house
OUTSIDE = ("supplier", "transit")


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.profile.mixin"]

    logistics_priority_tier_id = fields.Many2one(
        "logistics.tier",
        string="Priority of Tier",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="base.group_user",  # customers read their deliveries, not how they are rated
        help="The delivery is urgent because the customer's tier grants priority.",
    )
    owed_to_customer = fields.Boolean(
        string="Owed to a Customer",
        readonly=True,
        groups="base.group_user",
        help="A delivery like those of sales orders, though it has none, such as a replacement.",
    )
    recipient_id = fields.Many2one(
        "res.partner",
        string="Recipient",
        compute="_compute_recipient_id",
        search="_search_recipient_id",
        groups="base.group_user",
        help="Who gets the goods. The contact of a transfer from a vendor is the vendor.",
    )

    reaches_customer = fields.Boolean(
        string="Goes to a Customer",
        compute="_compute_reaches_customer",
        search="_search_reaches_customer",
        groups="base.group_user",
        help="Goods go to somebody outside, ordered or not.",
    )

    # few of very many
    _owed_to_customer_idx = models.Index("(id) WHERE owed_to_customer")

    @api.depends("partner_id", "sale_id.partner_id", "company_id")
    def _compute_logistics_profile_id(self):
        return super()._compute_logistics_profile_id()

    def _get_logistics_customer(self):
        """The customer is the order's, who need not be the one at the delivery address."""
        return self.sale_id.partner_id or self.partner_id

    @api.depends("partner_id", "sale_id.partner_shipping_id", "location_id.usage")
    def _compute_recipient_id(self):
        for picking in self.sudo():  # whoever sees the transfer may know to whom it goes
            picking.recipient_id = picking._get_recipient()

    @api.depends("location_id.usage", "location_dest_id.usage")
    def _compute_reaches_customer(self):
        for picking in self.sudo():  # whoever sees the transfer may know where it goes
            picking.reaches_customer = picking._reaches_customer()

    @api.model
    def _search_reaches_customer(self, operator, value):
        if operator != "in":
            return NotImplemented
        reaches = self._get_reaching_domain()
        return Domain.OR([reaches if wanted else ~reaches for wanted in value])

    @api.model
    def _search_recipient_id(self, operator, value):
        """Return :meth:`_get_recipient` as a domain, for those, too, who have no right on places."""
        outside = Domain("location_id", "any!", [("usage", "in", OUTSIDE)])
        outside &= Domain("sale_id", "!=", False)
        ordered = Domain("sale_id", "any!", [("partner_shipping_id", operator, value)])
        return (outside & ordered) | (~outside & Domain("partner_id", operator, value))

    def _get_recipient(self):
        """Return who gets the goods; its twins are :meth:`_get_recipient_sql` and the search."""
        if self.sale_id and self.location_id.usage in OUTSIDE:
            return self.sale_id.partner_shipping_id
        return self.partner_id

    @api.model
    def _get_recipient_sql(self):
        """Return the SQL of :meth:`_get_recipient` of transfer ``sp``."""
        return SQL(
            """CASE WHEN sp.sale_id IS NOT NULL AND sp.location_id = ANY(%s)
                    THEN (SELECT partner_shipping_id FROM sale_order WHERE id = sp.sale_id)
                    ELSE sp.partner_id END""",
            self._get_location_ids(*OUTSIDE),
        )

    @api.model
    def _get_location_ids(self, *usages):
        # ids instead of a join: the planner cannot guess how many transfers go to customers
        return list(self.env["stock.location"]._get_logistics_ids(usages))

    @api.model
    def _get_logistics_customer_sql(self, alias):
        return SQL(
            "COALESCE((SELECT partner_id FROM sale_order WHERE id = %s), %s)",
            SQL.identifier(alias, "sale_id"),
            SQL.identifier(alias, "partner_id"),
        )

    def _grant_logistics_priority(self):
        """Make deliveries urgent whose customer's tier grants priority."""
        # sudo: warehouse staff confirm transfers without rights on profiles
        deliveries = self.filtered(lambda picking: picking._may_become_urgent()).sudo()
        urgent = deliveries and self.env["logistics.tier"]._get_urgent_ids()
        if not urgent:
            return
        for tier, pickings in deliveries.grouped("logistics_tier_id").items():
            if tier.id in urgent:
                pickings._make_urgent(tier)

    def _make_urgent(self, tier):
        """Make deliveries urgent and keep the tier as the reason.

        Once granted it is the warehouse's: what it takes away stays away.
        """
        self.filtered(lambda picking: picking._may_become_urgent()).write(
            {"priority": "1", "logistics_priority_tier_id": tier.id}
        )

    def _may_become_urgent(self):
        # sudo: warehouse staff confirm transfers without rights on tiers
        return (
            self._is_logistics_delivery()
            and self.priority == "0"
            and not self.sudo().logistics_priority_tier_id
        )

    def _create_backorder_picking(self):
        """The rest of an urgent delivery is as urgent, for the same reason."""
        backorder = super()._create_backorder_picking()
        backorder.logistics_priority_tier_id = self.logistics_priority_tier_id
        return backorder

    def _leaves_customer(self):
        """Tell whether the transfer takes goods back from a customer: that alone is a return."""
        return self.location_id.usage == "customer" and self.location_dest_id.usage != "customer"

    def _reaches_customer(self):
        """Tell whether the transfer brings goods to somebody outside, on whatever account."""
        return self.location_dest_id.usage == "customer" and self.location_id.usage != "customer"

    @api.model
    def _get_reaching_domain(self):
        """Return :meth:`_reaches_customer` as a domain, the same whoever asks.

        Customers have no rights on locations; that they are asked about reveals nothing.
        """
        customers = [("usage", "=", "customer")]
        return Domain("location_dest_id", "any!", customers) & Domain(
            "location_id", "not any!", customers
        )

    def _is_ordered(self):
        """Tell whether the transfer is on account of a customer, as its operation type says.

        See also the twins :meth:`_get_ordered_domain` and :meth:`_get_ordered_sql`.
        """
        picking = self.sudo()  # a policy, whoever asks
        match picking.picking_type_id.logistics_deliveries:
            case "all":
                return True
            case "order":
                return bool(picking.sale_id or picking.owed_to_customer)
        return False

    @api.model
    def _get_ordered_domain(self):
        """Return :meth:`_is_ordered` as a domain, the same whoever asks."""
        ordered = Domain("sale_id", "!=", False) | Domain("id", "in", self._get_owed_query())
        return Domain.OR(
            Domain("picking_type_id", "any!", [("logistics_deliveries", "=", which)]) & condition
            for which, condition in (("all", Domain.TRUE), ("order", ordered))
        )

    @api.model
    def _get_owed_query(self):
        # customers ask for their deliveries without a right on the field
        return SQL("(SELECT id FROM stock_picking WHERE owed_to_customer)")

    @api.model
    def _get_ordered_sql(self, alias="sp"):
        """Return :meth:`_is_ordered` in SQL."""
        self.env["stock.picking.type"].flush_model(["logistics_deliveries"])
        # arrays, so that each is read once and not for every transfer
        kinds = "ARRAY(SELECT id FROM stock_picking_type WHERE logistics_deliveries = %s)"
        return SQL(
            "(%(kind)s = ANY(%(all)s) OR %(kind)s = ANY(%(order)s)"
            " AND (%(order_id)s IS NOT NULL OR %(owed)s IS TRUE))",
            kind=SQL.identifier(alias, "picking_type_id"),
            all=SQL(kinds, "all"),
            order=SQL(kinds, "order"),
            order_id=SQL.identifier(alias, "sale_id"),
            owed=SQL.identifier(alias, "owed_to_customer"),
        )

    def _is_logistics_delivery(self):
        """Tell whether the transfer serves a customer: a delivery, or a step before it."""
        return not self._leaves_customer() and self._is_ordered() and (
            self.picking_type_code in ("outgoing", "internal") or self._reaches_customer()
        )
