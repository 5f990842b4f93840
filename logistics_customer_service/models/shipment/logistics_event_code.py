from odoo import api, fields, models

from ...tools.shipment import shipment
from ..foundation import bulk


class LogisticsEventCode(models.Model):
    """What a carrier's raw code means to us.

    A code nobody has told the meaning of makes a line of its own that waits for one.
    """

    _name = "logistics.event.code"
    _description = "Carrier Event Code"
    _order = "carrier_id, code"
    _rec_name = "code"

    carrier_id = fields.Many2one(
        "delivery.carrier",
        index=True,
        ondelete="cascade",
        help="Empty: the code means the same to every carrier that has no line of its own for it.",
    )
    company_id = fields.Many2one(related="carrier_id.company_id", store=True, index=True)
    code = fields.Char(required=True)
    name = fields.Char(string="Meaning", translate=True)
    kind = fields.Selection(
        selection=lambda self: self._selection_kind(),
        string="Event",
        help="Empty: the code is kept and shown, and changes nothing.",
    )
    to_map = fields.Boolean(
        readonly=True, help="A carrier sent this code and nobody has said yet what it means."
    )
    waiting_count = fields.Integer(string="Events", compute="_compute_waiting")
    waiting_text = fields.Char(string="For Example", compute="_compute_waiting")
    active = fields.Boolean(default=True)

    _carrier_code_unique = models.UniqueIndex(
        "(COALESCE(carrier_id, 0), code)", "This carrier's code has a meaning already."
    )

    @api.model
    def _selection_kind(self):
        kinds = self.env["logistics.shipment.event"]._get_kinds()
        return [(kind, label) for kind, label in kinds if kind != shipment.SILENT]

    @api.depends("code", "carrier_id")
    def _compute_waiting(self):
        """How many events carry the code, and what the latest says: it often tells the meaning."""
        Event = self.env["logistics.shipment.event"]
        groups = Event._read_group(
            [("raw_code", "in", self.mapped("code")), ("kind", "=", False)],
            ["carrier_id", "raw_code"],
            ["__count", "id:max"],
        )
        found = {
            (carrier.id, code): (count, latest) for carrier, code, count, latest in groups
        }
        texts = {
            event.id: event.text
            for event in Event.browse([latest for _count, latest in found.values()])
        }
        for line in self:
            count, latest = found.get((line.carrier_id.id, line.code), (0, False))
            line.waiting_count = count
            line.waiting_text = texts.get(latest)

    # === BUSINESS METHODS ===#

    @api.model
    def _get_kind_by_code(self, carrier, codes):
        """Return what codes mean to a carrier: mapping of raw code to kind (False: nothing).

        :param codes: raw codes; those without a meaning are missing from the mapping
        """
        lines = self.search_fetch(
            [
                ("code", "in", list(codes)),
                ("carrier_id", "in", (carrier.id, False)),
                ("to_map", "=", False),
            ],
            ["carrier_id", "code", "kind"],
        )
        general = lines.filtered(lambda line: not line.carrier_id)
        own = lines - general
        return {line.code: line.kind for line in general + own}

    @api.model
    def _note_unknown(self, carrier, codes):
        """Keep codes that wait for a meaning; two companies may note the same one at once."""
        rows = [
            {
                "carrier_id": carrier.id,
                "company_id": carrier.company_id.id,
                "code": code,
                "to_map": True,
                "active": True,
            }
            for code in sorted(codes)
        ]
        bulk.insert(self, rows, bulk.ANY)

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        codes = super().create(vals_list)
        codes._apply_to_waiting_events()
        return codes

    def write(self, vals):
        if vals.get("kind"):
            vals = {"to_map": False, **vals}
        result = super().write(vals)
        if {"kind", "code", "carrier_id"} & vals.keys():
            self._apply_to_waiting_events()
        return result

    def _apply_to_waiting_events(self):
        """Give events that waited for a meaning of their code the one it has now."""
        # whoever edits the meanings of codes need not write events
        events = self.env["logistics.shipment.event"].sudo()
        for code in self.sudo().filtered("kind"):
            events.search(
                [
                    ("raw_code", "=", code.code),
                    ("kind", "=", False),
                    *code._get_carrier_domain(),
                ]
            ).kind = code.kind

    def _get_carrier_domain(self):
        """Return whose events the line speaks of; a general one replaces those that waited."""
        if self.carrier_id:
            return [("carrier_id", "=", self.carrier_id.id)]
        own = self.with_context(active_test=False).search(
            [("code", "=", self.code), ("carrier_id", "!=", False)]
        )
        waiting = own.filtered("to_map")
        decided = own - waiting
        waiting.unlink()
        return [("carrier_id", "not in", decided.carrier_id.ids)]

    # === ACTION METHODS ===#

    def action_means_nothing(self):
        """Say that these codes are known and change nothing."""
        self.write({"kind": False, "to_map": False})
