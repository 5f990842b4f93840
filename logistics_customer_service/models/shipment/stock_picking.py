from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ...tools.foundation.said import SAID
from ...tools.shipment import shipment, tracking_numbers
from ...tools.shipment.moments import CANCELLED, DONE, EVENTS, MOVES_CANCELLED, MOVES_CONFIRMED

# consent purposes by the kind of handover that needs them
CONSENT_PURPOSES = {
    "locker_drop": shipment.LEFT_AT_LOCKER,
    "sign_by_other": shipment.SIGNED_BY_OTHER,
}

# who reads the rows behind the lists of a delivery: on a core model a list is everybody's unless it says
EVENT_READERS = (
    "logistics_customer_service.group_agent,stock.group_stock_user,sales_team.group_sale_salesman"
)


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.reaction.mixin", "logistics.return.reason.mixin"]

    shipment_event_ids = fields.One2many(
        "logistics.shipment.event", "picking_id", string="Shipment Events", groups=EVENT_READERS
    )
    shipment_event_count = fields.Integer(
        string="Number of Shipment Events",
        compute="_compute_shipment_state",
        store=True,
        copy=False,
    )
    shipment_state = fields.Selection(
        selection=lambda self: self.env["logistics.shipment.event"]._get_states(),
        string="Shipment State",
        compute="_compute_shipment_state",
        store=True,
        copy=False,
    )
    shipment_since = fields.Datetime(
        string="Since", compute="_compute_shipment_state", store=True, copy=False
    )
    shipment_reported = fields.Boolean(
        string="Shipment Reported",
        compute="_compute_shipment_state",
        store=True,
        copy=False,
        help="The carrier or staff have said something about the shipment.",
    )
    carrier_delivered_at = fields.Datetime(
        string="Handed Over",
        compute="_compute_shipment_state",
        store=True,
        copy=False,
        help="When the goods came to the customer, as the shipment's events say.",
    )
    carrier_delivered_source = fields.Selection(
        [("carrier", "Carrier"), ("staff", "Staff"), ("odoo", "Validation of the transfer")],
        compute="_compute_shipment_state",
        store=True,
        copy=False,
    )
    consent_finding = fields.Boolean(
        string="Handed Over Without Consent",
        compute="_compute_shipment_state",
        store=True,
        copy=False,
        groups="base.group_user",
        help="Left at a locker or signed by another, and the customer had not agreed to that.",
    )
    delivered_at = fields.Datetime(
        string="Delivered",
        compute="_compute_delivered_at",
        help="When the goods came to the customer: the word of the carrier or of staff where there "
        "is one, else the validation of the transfer.",
    )
    delivered_source = fields.Selection(
        [("carrier", "Carrier"), ("staff", "Staff"), ("odoo", "Validation of the transfer")],
        string="Delivered, Says",
        compute="_compute_delivered_at",
    )
    logistics_reason_id = fields.Many2one(
        help="Why the goods come back; single lines may have a reason of their own."
    )
    reroute_reason_id = fields.Many2one(
        "logistics.reason",
        string="Rerouted",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', '=', 'reroute')]",
        help="Why the delivery took another route than planned.",
    )
    delivery_remark_ids = fields.One2many(
        "logistics.delivery.remark", "picking_id", string="Damaged or Short", groups=EVENT_READERS
    )

    to_customer = fields.Boolean(
        string="Brings Goods to a Customer",
        compute="_compute_way",
        search="_search_to_customer",
    )
    from_customer = fields.Boolean(string="Takes Goods Back", compute="_compute_way")

    # a shipment of several parcels holds their numbers in one field, as somebody pasted them
    _tracking_numbers_idx = models.Index(
        f"USING gin ({tracking_numbers.candidates_sql('carrier_tracking_ref')})"
        " WHERE carrier_tracking_ref IS NOT NULL"
    )

    def _auto_init(self):
        """Make the columns before the ORM would compute them for every transfer there is."""
        for name, kind in (
            ("shipment_event_count", "int4"),
            ("shipment_state", "varchar"),
            ("shipment_since", "timestamp"),
            ("shipment_reported", "bool"),
            ("carrier_delivered_at", "timestamp"),
            ("carrier_delivered_source", "varchar"),
            ("consent_finding", "bool"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    # === COMPUTE METHODS ===#

    @api.depends(
        "carrier_tracking_ref",
        "shipment_event_ids.kind",
        "shipment_event_ids.happened_at",
        "shipment_event_ids.source",
        "shipment_event_ids.tracking_ref",
        "shipment_event_ids.is_held",
    )
    def _compute_shipment_state(self):
        """The count makes every event change the row: parallel ones collide and are retried."""
        for picking in self:
            events = picking.shipment_event_ids
            happened = events._to_pure()
            state = shipment.state_of(happened, picking._get_tracking_numbers())
            picking.shipment_event_count = len(events)
            picking.shipment_state = state.kind
            picking.shipment_since = state.since
            picking.shipment_reported = any(
                event.source != shipment.ODOO and not event.is_held for event in events
            )
            picking.carrier_delivered_at = state.delivered_at
            picking.carrier_delivered_source = state.source
            picking.consent_finding = picking._lacks_consent(happened)

    def _lacks_consent(self, happened):
        """Tell whether the customer had not agreed to a handover among these events."""
        if not any(event.kind in shipment.NEEDS_CONSENT for event in happened):
            return False
        # consents are the profile's own; the finding is shown to whoever handles the delivery
        profile = self.sudo().logistics_profile_id
        answers = {
            kind: profile._get_consent(purpose, self.partner_id)
            for purpose, kind in CONSENT_PURPOSES.items()
        }
        granted = {kind: one.date for kind, one in answers.items() if one.state == "granted"}
        return shipment.lacks_consent(happened, granted, self.company_id._get_logistics_tz())

    @api.depends(
        "carrier_delivered_at", "carrier_delivered_source", "shipment_reported", "state", "date_done",
        "to_customer",
    )  # fmt: skip
    def _compute_delivered_at(self):
        """The carrier's word where there is one, else the validation of an outgoing transfer."""
        for picking in self:
            validated = (
                picking.state == "done"
                and not picking.shipment_reported
                and picking._is_customer_delivery()
                and picking.date_done
            )
            picking.delivered_at = picking.carrier_delivered_at or validated
            picking.delivered_source = picking.carrier_delivered_source or (
                validated and shipment.ODOO
            )

    @api.depends(
        "location_id.usage", "location_dest_id.usage", "sale_id", "owed_to_customer",
        "picking_type_id.logistics_deliveries",
    )  # fmt: skip
    def _compute_way(self):
        for picking in self.sudo():  # whoever sees the transfer may know where it goes
            picking.to_customer = picking._is_customer_delivery()
            picking.from_customer = picking._leaves_customer()

    @api.model
    def _search_to_customer(self, operator, value):
        if operator != "in":
            return NotImplemented
        brings = self._get_delivery_domain()
        return Domain.OR([brings if wanted else ~brings for wanted in value])

    def _is_customer_delivery(self):
        """Tell whether the transfer brings a customer what was ordered.

        From the warehouse or straight from a vendor, for the first time or again after it came
        back; see also the twins :meth:`_get_delivery_domain` and :meth:`_get_delivery_sql`.
        """
        return self._reaches_customer() and self._is_ordered()

    @api.model
    def _get_delivery_domain(self):
        """Return :meth:`_is_customer_delivery` as a domain, the same whoever asks."""
        return self._get_reaching_domain() & self._get_ordered_domain()

    @api.model
    def _get_delivery_sql(self, alias="sp"):
        """Return :meth:`_is_customer_delivery` in SQL."""
        customers = self._get_customer_location_ids()
        return SQL(
            "(%s = ANY(%s) AND %s <> ALL(%s) AND %s)",
            SQL.identifier(alias, "location_dest_id"),
            customers,
            SQL.identifier(alias, "location_id"),
            customers,
            self._get_ordered_sql(alias),
        )

    @api.model
    def _get_handed_over_sql(self, alias="sp"):
        """Return the SQL of when the goods of a transfer came to the customer.

        The word of the carrier or of staff where there is one, else the validation.
        """
        return SQL(
            "CASE WHEN %s THEN %s WHEN %s = 'done' THEN %s END",
            SQL.identifier(alias, "shipment_reported"),
            SQL.identifier(alias, "carrier_delivered_at"),
            SQL.identifier(alias, "state"),
            SQL.identifier(alias, "date_done"),
        )

    @api.model
    def _get_promised_sql(self):
        """Return the SQL of when delivery ``sp`` of order ``so`` was promised.

        The earliest promise of the lines that it brings: one that comes later is late for that
        line. Goods sent out again, or in exchange, were promised anew: as soon as the line takes.
        """
        return SQL(
            """CASE WHEN sp.return_id IS NOT NULL
                    THEN COALESCE(sp.date_deadline, sp.scheduled_date)
                    ELSE COALESCE(
                        (SELECT COALESCE(
                                    MIN(line.promised_date) FILTER (WHERE NOT served.whole),
                                    CASE WHEN BOOL_AND(served.whole) THEN
                                        MAX(sm.create_date
                                            + MAKE_INTERVAL(secs => line.customer_lead * 86400))
                                    END)
                           FROM stock_move sm
                           JOIN sale_order_line line ON line.id = sm.sale_line_id
                     CROSS JOIN LATERAL (SELECT %s AS whole) served
                          WHERE sm.picking_id = sp.id AND sm.state <> 'cancel'),
                        so.promised_date, so.commitment_date, sp.date_deadline,
                        sp.scheduled_date) END""",
            self._get_served_sql(),
        )

    @api.model
    def _get_served_sql(self):
        """Return the SQL of whether order line ``line`` had all it ordered before move ``sm``."""
        return SQL(
            """sm.product_id = line.product_id AND line.product_uom_qty > 0 AND (
                   SELECT COALESCE(SUM(before.quantity * sent.factor), 0)
                     FROM stock_move before
                     JOIN uom_uom sent ON sent.id = before.product_uom
                    WHERE before.sale_line_id = line.id AND before.id < sm.id
                      AND before.state = 'done' AND before.product_id = line.product_id
                      AND before.origin_returned_move_id IS NULL
                      AND before.location_dest_id = ANY(%s)
               ) >= line.product_uom_qty * (SELECT factor FROM uom_uom
                                             WHERE id = line.product_uom_id) - 0.00001""",
            self._get_customer_location_ids(),
        )

    @api.model
    def _get_customer_location_ids(self):
        return self._get_location_ids("customer")

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        pickings.filtered("carrier_tracking_ref")._react({"carrier_tracking_ref"})
        return pickings

    def write(self, vals):
        result = super().write(vals)
        self._react(vals)
        return result

    def _action_done(self):
        result = super()._action_done()
        # core has reset it: worked out now, it is no UPDATE of its own after what follows
        self.move_ids.mapped("priority")
        self._react({DONE})
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self._react({CANCELLED})
        return result

    @api.model
    def _get_reactions(self):
        """What follows from what happens to deliveries."""
        return [
            ("_claim_events", {"carrier_tracking_ref"}),
            ("_follow_date_done", {"date_done"}),
            ("_note_handed_to_carrier", {DONE}),
            (
                "_refresh_arrival",
                {MOVES_CONFIRMED, MOVES_CANCELLED, DONE, EVENTS, "carrier_tracking_ref", "sale_id"},
            ),
            ("_note_short", {DONE}),
            ("_note_goods_out", {DONE}),
            ("_sync_cod", {MOVES_CONFIRMED, MOVES_CANCELLED, EVENTS, "carrier_id"}),
            ("_sync_validated_cod", {DONE}),
        ]

    # === BUSINESS METHODS ===#

    def _may_have_seen(self, instant):
        """Tell whether something that happened then can have happened to this shipment.

        Carriers use numbers again. Goods do not travel long before there is a delivery, nor is
        anything heard of them long after they have come.
        """
        company = self.company_id
        begun = self._get_begin() - timedelta(days=company.logistics_early_scan_days)
        if self.state != "done":
            return instant >= begun
        last = max(filter(None, (self.date_done, self.shipment_since)), default=self.create_date)
        return begun <= instant <= last + timedelta(days=company.logistics_number_days)

    def _get_begin(self):
        """Return the instant from which on there was something to deliver."""
        # what follows upon another transfer begins with itself, however old the order is
        follows = self.backorder_id or self.return_id
        ordered_at = not follows and self.sale_id.date_order
        return min(filter(None, (self.create_date, self.date_done, ordered_at)))

    def _get_tracking_numbers(self):
        """Return the tracking numbers of the delivery's parcels."""
        return set(tracking_numbers.numbers_of(self.carrier_tracking_ref))

    @api.model
    def _find_by_tracking_numbers(self, numbers, company_ids):
        """Return what goes to somebody outside under one of the tracking numbers.

        Ordered or not: what a carrier says of a sample is kept with it, and nobody is told.

        :param numbers: however somebody writes them
        """
        wanted = {one for number in numbers for one in tracking_numbers.numbers_of(number)}
        if not wanted:
            return self.browse()
        self.flush_model(["carrier_tracking_ref"])
        # a query of its own: joined to the rest, a wrong guess of the planner reads all for each
        held = self.env.execute_query(
            SQL(
                """SELECT id FROM stock_picking
                    WHERE carrier_tracking_ref IS NOT NULL AND %s && %s""",
                SQL(tracking_numbers.candidates_sql("carrier_tracking_ref")),
                sorted(wanted),
            )
        )
        found = self.search_fetch(
            Domain("id", "in", [picking_id for (picking_id,) in held])
            & Domain("company_id", "in", list(company_ids))
            & Domain("state", "!=", "cancel")
            & self._get_reaching_domain(),
            ["carrier_tracking_ref", "company_id", "carrier_id"],
        )
        # what may be a number in SQL need not be one
        return found.filtered(lambda picking: picking._get_tracking_numbers() & wanted)

    def _claim_events(self):
        """Take over events that came before their tracking number, let go those of another."""
        # whoever enters a tracking number need not write events
        events = self.env["logistics.shipment.event"].sudo()
        numbers = set().union(*(picking._get_tracking_numbers() for picking in self))
        mine = Domain("picking_id", "in", self.ids) & Domain("source", "=", "carrier")
        waiting = Domain("picking_id", "=", False) & Domain("tracking_ref", "in", list(numbers))
        companies = Domain("company_id", "in", self.company_id.ids)
        events.search(companies & (mine | waiting))._match_deliveries()

    def _follow_date_done(self):
        """Have what was concluded from the day of validation follow one that is corrected."""
        # whoever corrects it need not write events
        told = self.sudo().filtered("shipment_event_count")
        concluded = told.shipment_event_ids.filtered(
            lambda event: event.source == shipment.ODOO and event.kind == shipment.PICKED_UP
        )
        for event in concluded:
            if event.picking_id.date_done and event.happened_at != event.picking_id.date_done:
                event.happened_at = event.picking_id.date_done
        # while one is validated it is still open, and looked at right afterwards
        self.filtered(
            lambda picking: picking.state == "done" and not picking.shipment_open
        )._refresh_arrival()

    def _note_handed_to_carrier(self):
        """Note of validated deliveries that the carrier has the goods."""
        shipped = self.filtered(
            lambda picking: picking.state == "done"
            and picking.carrier_id
            and picking._is_customer_delivery()
        )
        if not shipped:
            return
        # warehouse staff validate without rights to write events
        events = self.env["logistics.shipment.event"].sudo()
        events.with_context(logistics_validated=SAID).create(
            [
                {
                    "picking_id": picking.id,
                    "company_id": picking.company_id.id,
                    "carrier_id": picking.carrier_id.id,
                    "kind": shipment.PICKED_UP,
                    "happened_at": picking.date_done,
                    "source": shipment.ODOO,
                    "user_id": self.env.uid,
                }
                for picking in shipped
            ]
        )

    # === ACTION METHODS ===#

    def action_add_shipment_event(self):
        """Open a form for what happened to the shipment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_shipment_event_action_add"
        )
        return {
            **action,
            "context": {
                "default_picking_id": self.id,
                "default_carrier_id": self.carrier_id.id,
                "default_tracking_ref": self.carrier_tracking_ref,
            },
        }

    def _create_backorder_picking(self):
        """What is left of a return comes back for the same reason."""
        backorder = super()._create_backorder_picking()
        backorder.logistics_reason_id = self.logistics_reason_id
        return backorder

    def _reroute(self, reason, note=False):
        """Keep why deliveries took another route, and say so on each.

        :param reason: a ``logistics.reason`` of kind ``reroute``
        :param note: where it goes instead, in a person's words
        """
        self.reroute_reason_id = reason
        body = self.env._("Rerouted: %s", reason.name)
        for picking in self:
            picking.message_post(body=f"{body}. {note}" if note else body)

    def action_add_delivery_remark(self):
        """Open a form for pieces that were damaged or short."""
        return self._open_for_delivery("logistics_delivery_remark_action_add")

    def action_reroute(self):
        """Open the dialogue that keeps why the delivery took another route."""
        return self._open_for_delivery("logistics_shipment_reroute_action")

    def _open_for_delivery(self, action_name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"logistics_customer_service.{action_name}"
        )
        return {**action, "context": {"default_picking_id": self.id}}
