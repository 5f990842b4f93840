from odoo import api, fields, models

from ....tools.shipment import shipment
from ...customer.logistics_profile_mixin import AGENTS

# what is wrong with a shipment by its state
TROUBLE = (
    shipment.PROBLEM,
    shipment.ATTEMPTED,
    shipment.RETURNED,
    shipment.LOST,
    shipment.PARTLY_DELIVERED,
)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    shipment_short = fields.Boolean(
        string="Validated Short",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Less than ordered went out; the rest is a backorder, or nothing.",
    )

    exception_ids = fields.One2many(
        "logistics.exception", "picking_id", string="Exceptions", groups=AGENTS
    )
    can_agree_promise = fields.Boolean(related="sale_id.can_agree_promise")
    # whoever gets the goods is not given the number of whoever ordered them
    partner_phone = fields.Char(
        string="Phone", compute="_compute_partner_phone", compute_sudo=True, groups="base.group_user"
    )
    # a carrier is not everybody's to read who reads its deliveries
    tracking_link = fields.Char(compute="_compute_tracking_link", compute_sudo=True)

    # few of very many: what the list of exceptions is made from
    _shipment_short_idx = models.Index("(id) WHERE shipment_short")
    _consent_finding_idx = models.Index("(id) WHERE consent_finding")
    _silent_idx = models.Index("(id) WHERE silent_since IS NOT NULL")
    _shipment_trouble_idx = models.Index(
        "(shipment_state) WHERE shipment_state IN"
        " ('problem', 'attempted', 'returned', 'lost', 'partly_delivered', 'refused')"
    )

    @api.depends("recipient_id.phone", "sale_id.partner_id.phone")
    def _compute_partner_phone(self):
        for picking in self:
            picking.partner_phone = picking.recipient_id.phone or picking.sale_id.partner_id.phone

    @api.depends("carrier_tracking_url")
    def _compute_tracking_link(self):
        """One link; a carrier with a page for each parcel names a list of them."""
        for picking in self:
            several = picking.get_multiple_carrier_tracking()
            picking.tracking_link = several[0][1] if several else picking.carrier_tracking_url

    def _note_short(self):
        """Mark validated deliveries that brought less than was asked for."""
        short = self.filtered(
            lambda picking: picking.state == "done"
            and picking._is_customer_delivery()
            and picking._is_short()
        )
        if short:
            short.shipment_short = True
            self.env["logistics.exception"]._detect_soon()

    def _is_short(self):
        """Tell whether something asked for did not go out with this transfer."""
        return bool(self.backorder_ids) or any(
            move.state == "cancel"
            or move.product_uom.compare(move.quantity, move.product_uom_qty) < 0
            for move in self.move_ids
        )

    def _detect_exceptions(self, _occasion):
        """Have somebody look at whatever begins."""
        self.env["logistics.exception"]._detect_soon()

    # === BUSINESS METHODS ===#

    def get_formview_id(self, access_uid=None):
        """Agents who do not work in the warehouse open deliveries on a screen of their own."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        if user.has_group("logistics_customer_service.group_agent") and not user.has_group(
            "stock.group_stock_user"
        ):
            return self.env.ref(
                "logistics_customer_service.stock_picking_view_form_delivery"
            ).id
        return super().get_formview_id(access_uid=access_uid)

    def action_agree_promise(self):
        """Open the dialogue that keeps a new day agreed with the customer."""
        self.ensure_one()
        return self.sale_id.action_agree_promise()
