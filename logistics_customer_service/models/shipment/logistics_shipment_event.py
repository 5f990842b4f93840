from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import shipment


class LogisticsShipmentEvent(models.Model):
    """What happened to a shipment, as staff, the carrier or Odoo itself say."""

    _name = "logistics.shipment.event"
    _description = "Shipment Event"
    _order = "happened_at desc, id desc"
    _rec_name = "kind"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        index=True,
        ondelete="cascade",
        check_company=True,
        help="Empty: no delivery has the tracking number yet. It is found as soon as one has.",
    )
    partner_id = fields.Many2one(related="picking_id.partner_id", string="Customer")
    carrier_id = fields.Many2one("delivery.carrier", index=True, check_company=True)
    tracking_ref = fields.Char(string="Tracking Number", index="btree_not_null")
    kind = fields.Selection(
        selection="_get_kinds",
        string="Event",
        help="Empty: nobody has said yet what the carrier's code means.",
    )
    happened_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    received_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    place = fields.Char()
    text = fields.Text(string="Remark")
    source = fields.Selection(
        [("staff", "Staff"), ("carrier", "Carrier"), ("odoo", "Odoo")],
        required=True,
        readonly=True,
        default="staff",
    )
    raw_code = fields.Char(string="Carrier's Code", readonly=True)
    external_id = fields.Char(string="Carrier's Event", readonly=True)
    key_id = fields.Many2one("logistics.carrier.key", readonly=True, ondelete="set null")
    user_id = fields.Many2one(
        "res.users", string="Entered by", readonly=True, default=lambda self: self.env.user
    )
    signer_name = fields.Char(string="Signed by")
    signature = fields.Image(max_width=1024, max_height=1024)
    photo = fields.Image(max_width=1920, max_height=1920)

    _external_unique = models.UniqueIndex(
        "(company_id, carrier_id, external_id) WHERE external_id IS NOT NULL"
    )
    _unknown_number_idx = models.Index(
        "(company_id, tracking_ref) WHERE picking_id IS NULL AND tracking_ref IS NOT NULL"
    )
    _key_received_idx = models.Index("(key_id, received_at) WHERE key_id IS NOT NULL")

    @api.model
    def _get_kinds(self):
        return [
            (shipment.PICKED_UP, self.env._("Picked up")),
            (shipment.IN_TRANSIT, self.env._("In transit")),
            (shipment.AT_HUB, self.env._("At a hub")),
            (shipment.OUT_FOR_DELIVERY, self.env._("Out for delivery")),
            (shipment.ATTEMPTED, self.env._("Delivery attempted")),
            (shipment.PROBLEM, self.env._("Problem")),
            (shipment.REFUSED, self.env._("Refused")),
            (shipment.LEFT_AT_LOCKER, self.env._("Left at a locker or station")),
            (shipment.SIGNED_BY_OTHER, self.env._("Signed by another")),
            (shipment.DELIVERED, self.env._("Delivered")),
            (shipment.RETURNED, self.env._("Returned")),
            (shipment.LOST, self.env._("Lost")),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events.filtered(lambda event: not event.picking_id)._match_deliveries()
        return events

    @api.ondelete(at_uninstall=False)
    def _unlink_except_carriers(self):
        if self.filtered(lambda event: event.source == "carrier"):
            raise UserError(self.env._("What a carrier told us is kept as it was told."))

    def _match_deliveries(self):
        """Find the delivery of each event by its tracking number, within company and carrier."""
        numbers = {event.tracking_ref for event in self if event.tracking_ref}
        if not numbers:
            return
        pickings = self.env["stock.picking"].search(
            [
                ("carrier_tracking_ref", "in", list(numbers)),
                ("company_id", "in", self.company_id.ids),
                ("picking_type_code", "=", "outgoing"),
            ],
            order="id",
        )
        for event in self:
            event.picking_id = pickings.filtered(event._is_about)[:1]

    def _is_about(self, picking):
        return (
            picking.carrier_tracking_ref == self.tracking_ref
            and picking.company_id == self.company_id
            and (not self.carrier_id or picking.carrier_id in (self.carrier_id, False))
        )

    def _to_pure(self):
        """Return the events that have a meaning, as the pure functions take them."""
        return [
            shipment.Event(event.kind, event.happened_at, event.source)
            for event in self
            if event.kind
        ]
