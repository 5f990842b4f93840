from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ...tools import shipment

NO_CONSENT = {
    shipment.LEFT_AT_LOCKER: "locker_drop",
    shipment.SIGNED_BY_OTHER: "sign_by_other",
}


class StockPicking(models.Model):
    _inherit = "stock.picking"

    shipment_event_ids = fields.One2many("logistics.shipment.event", "picking_id")
    shipment_event_count = fields.Integer(
        string="Shipment Events", compute="_compute_shipment_state", store=True, readonly=True
    )
    shipment_state = fields.Selection(
        selection=lambda self: self.env["logistics.shipment.event"]._get_kinds(),
        string="Shipment",
        compute="_compute_shipment_state",
        store=True,
    )
    shipment_since = fields.Datetime(compute="_compute_shipment_state", store=True)
    carrier_delivered_at = fields.Datetime(
        compute="_compute_shipment_state",
        store=True,
        help="When the goods came to the customer, as the shipment's events say.",
    )
    consent_finding = fields.Boolean(
        string="Handed over Without Consent",
        compute="_compute_shipment_state",
        store=True,
        help="Left at a locker or signed by another, and the customer has not agreed to that.",
    )
    delivered_at = fields.Datetime(string="Delivered", compute="_compute_delivered_at")
    delivered_source = fields.Selection(
        [
            ("carrier", "Carrier"),
            ("staff", "Staff"),
            ("odoo", "Validation of the transfer"),
        ],
        string="Delivered, Says",
        compute="_compute_delivered_at",
    )

    def _auto_init(self):
        """Make the columns before the ORM would compute them for every transfer there is."""
        for name, kind in (
            ("shipment_event_count", "int4"),
            ("shipment_state", "varchar"),
            ("shipment_since", "timestamp"),
            ("carrier_delivered_at", "timestamp"),
            ("consent_finding", "bool"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends(
        "shipment_event_ids.kind",
        "shipment_event_ids.happened_at",
        "shipment_event_ids.source",
    )
    def _compute_shipment_state(self):
        """The count makes every event change the row: parallel ones collide and are retried."""
        for picking in self:
            events = picking.shipment_event_ids
            state = shipment.state_of(events._to_pure())
            picking.shipment_event_count = len(events)
            picking.shipment_state = state.kind
            picking.shipment_since = state.since
            picking.carrier_delivered_at = state.delivered_at
            picking.consent_finding = picking._lacks_consent(state.kind)

    def _lacks_consent(self, kind):
        """Tell whether the customer has not agreed to a handover of this kind."""
        if kind not in NO_CONSENT:
            return False
        consents = self.logistics_profile_id.sudo().consent_ids
        return not consents.filtered(
            lambda consent: consent.purpose_id.code == NO_CONSENT[kind]
            and consent.state == "granted"
        )

    @api.depends("carrier_delivered_at", "state", "date_done", "picking_type_code")
    def _compute_delivered_at(self):
        """The carrier's word where there is one, else the validation of an outgoing transfer."""
        for picking in self:
            done = picking.state == "done" and picking.picking_type_code == "outgoing"
            handover = picking.carrier_delivered_at
            fallback = done and not picking.shipment_event_count and picking.date_done
            picking.delivered_at = handover or fallback
            picking.delivered_source = picking._get_delivered_source()

    def _get_delivered_source(self):
        if not self.delivered_at:
            return False
        if not self.carrier_delivered_at:
            return "odoo"
        return shipment.state_of(self.shipment_event_ids._to_pure()).source

    def write(self, vals):
        result = super().write(vals)
        if vals.get("carrier_tracking_ref"):
            self._claim_waiting_events()
        return result

    def _claim_waiting_events(self):
        """Take over events that came before anybody knew their tracking number."""
        # whoever enters a tracking number need not write events
        events = self.env["logistics.shipment.event"].sudo()
        waiting = events.search(
            [
                ("picking_id", "=", False),
                ("tracking_ref", "in", self.mapped("carrier_tracking_ref")),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        waiting._match_deliveries()
