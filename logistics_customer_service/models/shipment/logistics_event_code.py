from odoo import api, fields, models


class LogisticsEventCode(models.Model):
    """What a carrier's raw code means to us."""

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
    active = fields.Boolean(default=True)

    _carrier_code_unique = models.UniqueIndex(
        "(COALESCE(carrier_id, 0), code)", "This carrier's code has a meaning already."
    )

    @api.model
    def _selection_kind(self):
        return self.env["logistics.shipment.event"]._get_kinds()

    @api.model
    def _get_kind_by_code(self, carrier, codes):
        """Return what codes mean to a carrier: mapping of raw code to kind (False: nothing).

        :param codes: raw codes; those without a line are missing from the mapping
        """
        lines = self.search(
            [("code", "in", list(codes)), ("carrier_id", "in", (carrier.id, False))]
        )
        general = lines.filtered(lambda line: not line.carrier_id)
        own = lines - general
        return {line.code: line.kind for line in general + own}

    @api.model_create_multi
    def create(self, vals_list):
        codes = super().create(vals_list)
        codes._apply_to_waiting_events()
        return codes

    def write(self, vals):
        result = super().write(vals)
        if {"kind", "code", "carrier_id"} & vals.keys():
            self._apply_to_waiting_events()
        return result

    def _apply_to_waiting_events(self):
        """Give events that waited for a meaning of their code the one it has now."""
        # whoever edits the meanings of codes need not write events
        events = self.env["logistics.shipment.event"].sudo()
        for code in self.filtered("kind"):
            carriers = [("carrier_id", "=", code.carrier_id.id)] if code.carrier_id else []
            waiting = events.search(
                [("raw_code", "=", code.code), ("kind", "=", False), *carriers]
            )
            waiting.kind = code.kind
