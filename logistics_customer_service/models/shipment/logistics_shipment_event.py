from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.foundation.said import is_said
from ...tools.shipment import shipment, tracking_numbers
from ...tools.shipment.moments import EVENTS, NEW

# what a delivery's own outlook follows from
FACTS = {
    "kind",
    "happened_at",
    "source",
    "picking_id",
    "expected_at",
    "tracking_ref",
    "is_held",
}
# a clock that is fast by no more than this is right in the end; later times need a person
PATIENCE = timedelta(days=1)
RELEASED = 1000


class LogisticsShipmentEvent(models.Model):
    """What happened to a shipment, as staff, the carrier or Odoo itself say."""

    _name = "logistics.shipment.event"
    _inherit = ["logistics.reaction.mixin", "logistics.corrected.time.mixin"]
    _description = "Shipment Event"
    _order = "happened_at desc, id desc"
    _rec_name = "kind"
    _check_company_auto = True
    _past_fields = ("happened_at",)

    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        index=True,
        ondelete="set null",
        check_company=True,
        help="Empty: no delivery has the tracking number yet. It is found as soon as one has.",
    )
    partner_id = fields.Many2one(related="picking_id.recipient_id", string="Customer")
    carrier_id = fields.Many2one("delivery.carrier", index=True, check_company=True)
    tracking_ref = fields.Char(string="Tracking Number", index="btree_not_null")
    kind = fields.Selection(
        selection="_get_kinds",
        string="Event",
        help="Empty: nobody has said yet what the carrier's code means.",
    )
    happened_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    received_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    is_held = fields.Boolean(
        string="Time in the Future",
        readonly=True,
        copy=False,
        help="The carrier tells of a time that has not come: the event is kept and nothing follows "
        "from it, until the time has come within a day, or a supervisor corrects it.",
    )
    expected_at = fields.Datetime(
        string="Expected Arrival", help="When the goods should reach the customer, as said then."
    )
    place = fields.Char()
    text = fields.Text(string="Remark")
    source = fields.Selection(
        [("staff", "Staff"), ("carrier", "Carrier"), ("odoo", "This system")],
        required=True,
        readonly=True,
        default="staff",
    )
    raw_code = fields.Char(string="Carrier's Code", readonly=True)
    external_id = fields.Char(string="Carrier's Event", readonly=True)
    key_id = fields.Many2one(
        "logistics.carrier.key", string="Carrier Key", readonly=True, ondelete="set null"
    )
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
    _held_idx = models.Index("(company_id, happened_at) WHERE is_held")
    _unknown_code_idx = models.Index("(raw_code) WHERE kind IS NULL AND raw_code IS NOT NULL")
    _key_received_idx = models.Index("(key_id, received_at) WHERE key_id IS NOT NULL")
    _check_staff_kind = models.Constraint(
        "CHECK (source = 'carrier' OR kind IS NOT NULL)", "Say what happened."
    )
    _check_silence = models.Constraint(
        "CHECK (kind IS DISTINCT FROM 'silent' OR source = 'odoo')",
        "Silence is noted by the system; say what happened.",
    )

    @api.model
    def _get_kinds(self):
        return [
            (shipment.PICKED_UP, self.env._("Picked up")),
            (shipment.IN_TRANSIT, self.env._("In transit")),
            (shipment.AT_HUB, self.env._("At a hub")),
            (shipment.OUT_FOR_DELIVERY, self.env._("Out for delivery")),
            (shipment.ATTEMPTED, self.env._("Delivery attempted")),
            (shipment.PROBLEM, self.env._("Problem")),
            (shipment.REFUSED, self.env._("Delivery refused")),
            (shipment.LEFT_AT_LOCKER, self.env._("Left at a locker or station")),
            (shipment.SIGNED_BY_OTHER, self.env._("Signed by another")),
            (shipment.DELIVERED, self.env._("Delivered")),
            (shipment.RETURNED, self.env._("Returned")),
            (shipment.LOST, self.env._("Lost")),
            (shipment.SILENT, self.env._("Silent")),
        ]

    @api.model
    def _get_states(self):
        """Return what can become of a delivery: of its parcels, and of all of them together."""
        return [*self._get_kinds(), (shipment.PARTLY_DELIVERED, self.env._("Delivered in part"))]

    @api.depends("picking_id")
    def _compute_company_id(self):
        for event in self:
            event.company_id = event.picking_id.company_id or event.company_id or self.env.company

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        given = self.env.context.get("default_picking_id")
        vals_list = [self._with_numbers(vals) for vals in vals_list]
        lost = [vals for vals in vals_list if not vals.get("picking_id", given)]
        keys = [self._get_match_key(vals) for vals in lost]
        matches = self._find_deliveries(keys)
        for vals, key in zip(lost, keys, strict=True):
            vals["picking_id"] = matches[key]
        events = super().create(vals_list)
        events._hold_future()
        acted = events.filtered(lambda event: not event.is_held)
        # validating a transfer looks at it afterwards, and notes itself that goods are out
        if not is_said(self.env, "logistics_validated"):
            acted.picking_id._react({EVENTS})
        acted._react({NEW})
        return events

    @api.constrains("happened_at")
    def _check_past(self):
        """Staff may not tell what has not come; what carriers tell of it is held."""
        staff = self.filtered(lambda event: event.source == "staff")
        return super(LogisticsShipmentEvent, staff)._check_past()

    def _hold_future(self):  # pylint: disable=missing-return
        """Mark what carriers tell of a time that has not come."""
        ahead = self.filtered(
            lambda event: event.source == "carrier"
            and event.happened_at > event.company_id._get_latest_instant()
        )
        if ahead:
            # past our own: nothing follows from it yet
            super(LogisticsShipmentEvent, ahead).write({"is_held": True})  # pylint: disable=W8164

    def write(self, vals):
        """An event may get its meaning, or its delivery, after it came."""
        self._check_time_untouched(vals)
        vals = self._with_numbers(vals)
        outlook = bool(FACTS & vals.keys())
        pickings = self.picking_id if outlook else self.env["stock.picking"]
        result = super().write(vals)
        if outlook:
            (pickings | self.picking_id)._react({EVENTS})
        self.filtered(lambda event: not event.is_held)._react(vals)
        return result

    def _take_corrected_time(self, instant):
        """What a supervisor has put right is acted upon."""
        if instant > self.company_id._get_latest_instant():
            raise UserError(self.env._("The right time lies in the future, too."))
        held = self.is_held
        self.write({self._corrected_time: instant, "is_held": False})
        if not self.picking_id and self.tracking_ref:
            self._match_deliveries()
        if held:
            self._react({NEW})

    @api.model
    def _release_held(self, company):
        """Act upon events whose time has come within a day: the clock was a little fast."""
        waiting = self.search(
            [("company_id", "=", company.id), ("is_held", "=", True)]
            + [("happened_at", "<=", fields.Datetime.now())],
            limit=RELEASED,
        )
        due = waiting.filtered(lambda event: event.happened_at <= event.received_at + PATIENCE)
        if due:
            due.is_held = False
            due._react({NEW})

    def unlink(self):
        pickings = self.picking_id
        result = super().unlink()
        pickings._react({EVENTS})
        return result

    @api.model
    def _with_numbers(self, vals):
        """Return values with tracking numbers as they are compared, however they were written."""
        if "tracking_ref" not in vals:
            return vals
        return {**vals, "tracking_ref": tracking_numbers.joined(vals["tracking_ref"])}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_carriers(self):
        if self.filtered(lambda event: event.source == "carrier"):
            raise UserError(self.env._("What a carrier told us is kept as it was told."))

    @api.model
    def _get_reactions(self):
        """What follows from events, after their deliveries have reacted to them."""
        return [
            ("_detect_exceptions", {NEW}),
            ("_note_occasions", {NEW, "kind", "picking_id"}),
        ]

    # === BUSINESS METHODS ===#

    def _match_deliveries(self):
        """Find the delivery of each event anew."""
        keys = {
            event: (
                event.tracking_ref,
                event.company_id.id,
                event.carrier_id.id,
                event.happened_at,
            )
            for event in self
        }
        matches = self._find_deliveries(keys.values())
        for event, key in keys.items():
            if event.picking_id.id != matches[key]:
                event.picking_id = matches[key]

    @api.model
    def _get_match_key(self, vals):
        company_id = vals.get("company_id") or self.env.company.id
        happened_at = fields.Datetime.to_datetime(vals.get("happened_at")) or fields.Datetime.now()
        return vals.get("tracking_ref"), company_id, vals.get("carrier_id") or False, happened_at

    @api.model
    def _find_deliveries(self, keys):
        """Return the ids of deliveries (or False) by key.

        :param keys: tuples of tracking number, company id, carrier id, instant
        """
        keys = set(keys)
        # whose event it is does not depend on who enters it
        pickings = self.env["stock.picking"].sudo()._find_by_tracking_numbers(
            {number for number, *_others in keys if number},
            {company_id for _number, company_id, *_others in keys},
        )
        held = defaultdict(list)
        for picking in pickings:
            for number in picking._get_tracking_numbers():
                held[number, picking.company_id.id].append(picking)
        found = {}
        for key in keys:
            names, company_id, carrier_id, instant = key
            numbers = tracking_numbers.numbers_of(names)
            candidates = [one for number in numbers for one in held[number, company_id]]
            found[key] = self._choose_delivery(candidates, carrier_id, instant)
        return found

    @api.model
    def _choose_delivery(self, pickings, carrier_id, instant):
        """Return the id of the delivery an event is about, or False.

        One of its own carrier outweighs one without. Carriers use numbers anew: it was under way
        then, and of several the newest that there was.

        :param pickings: deliveries with the event's tracking number, in any order
        :param instant: when it happened, a naive UTC instant
        """
        fitting = [
            (bool(picking.carrier_id), picking._get_begin() <= instant, picking.id)
            for picking in pickings
            if (picking.carrier_id.id in (carrier_id, False) or not carrier_id)
            and picking._may_have_seen(instant)
        ]
        return max(fitting, default=(False,))[-1]

    @api.model
    def _receive(self, rows):
        """Make events of what carriers reported, each once.

        :param rows: of ``logistics.carrier.inbox``, in the order in which they came
        :return: the events that are new
        """
        events = self.browse()
        for (company, carrier), told in rows.grouped(lambda row: (row.company_id, row.carrier_id)).items():
            new = self._filter_new(company, carrier, told)
            codes = set(new.mapped("raw_code"))
            kinds = self.env["logistics.event.code"]._get_kind_by_code(carrier, codes)
            self.env["logistics.event.code"]._note_unknown(carrier, codes - kinds.keys())
            events += self.with_company(company).create([self._prepare_report(row, kinds) for row in new])
        return events

    @api.model
    def _filter_new(self, company, carrier, rows):
        """Return the rows of a carrier of which there are no events yet."""
        known = self.search_fetch(
            [
                ("external_id", "in", rows.mapped("external_id")),
                ("carrier_id", "=", carrier.id),
                ("company_id", "=", company.id),
            ],
            ["external_id"],
        )
        held = set(known.mapped("external_id"))
        return rows.filtered(lambda row: row.external_id not in held)

    @api.model
    def _prepare_report(self, row, kinds):
        links = ("company_id", "carrier_id", "key_id")
        told = (
            "external_id", "tracking_ref", "raw_code", "happened_at", "received_at", "expected_at",
            "place", "text", "signer_name", "signature", "photo",
        )  # fmt: skip
        return {
            **{name: row[name].id for name in links},
            **{name: row[name] for name in told},
            "kind": kinds.get(row.raw_code, False),
            "source": "carrier",
            "user_id": False,
        }

    def _to_pure(self):
        """Return the events that have a meaning and a time, as the pure functions take them."""
        return [
            shipment.Event(
                event.kind,
                event.happened_at,
                event.source,
                frozenset(tracking_numbers.numbers_of(event.tracking_ref)),
            )
            for event in self
            if event.kind and not event.is_held
        ]
