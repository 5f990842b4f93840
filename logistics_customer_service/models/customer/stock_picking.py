from odoo import api, fields, models
from odoo.tools import SQL


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

    @api.depends("partner_id", "sale_id.partner_id", "company_id")
    def _compute_logistics_profile_id(self):
        return super()._compute_logistics_profile_id()

    def _get_logistics_customer(self):
        """The customer is the order's, who need not be the one at the delivery address."""
        return self.sale_id.partner_id or self.partner_id

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
        deliveries = self.filtered(lambda picking: picking._is_logistics_delivery()).sudo()
        for tier, pickings in deliveries.grouped("logistics_tier_id").items():
            if tier.delivery_priority:
                pickings._make_urgent(tier)

    def _make_urgent(self, tier):
        """Make deliveries urgent and keep the tier as the reason.

        Once granted it is the warehouse's: what it takes away stays away.
        """
        self.filtered(
            lambda picking: picking._is_logistics_delivery()
            and picking.priority == "0"
            and not picking.logistics_priority_tier_id
        ).write({"priority": "1", "logistics_priority_tier_id": tier.id})

    def _create_backorder_picking(self):
        """The rest of an urgent delivery is as urgent, for the same reason."""
        backorder = super()._create_backorder_picking()
        backorder.logistics_priority_tier_id = self.logistics_priority_tier_id
        return backorder

    def _leaves_customer(self):
        """Tell whether the transfer takes goods back from a customer: that alone is a return."""
        return self.location_id.usage == "customer" and self.location_dest_id.usage != "customer"

    def _is_logistics_delivery(self):
        """Tell whether the transfer serves a customer: an outgoing one, or a step before it."""
        return not self._leaves_customer() and (
            self.picking_type_code == "outgoing"
            or (self.picking_type_code == "internal" and bool(self.sale_id))
        )
