from odoo import api, models

from ...tools.foundation.personal import Personal

PROFILE = ("profile_id.partner_id",)
DECLARED = {
    "logistics.profile": Personal(
        ("partner_id",),
        ("packing_notes", "delivery_notes", "manual_reason"),
        inner=("packing_notes", "delivery_notes", "manual_reason"),
    ),
    "logistics.profile.fact": Personal(PROFILE, inner=("*",)),
    "logistics.profile.score": Personal(PROFILE, facts=("explanation",), inner=("*",)),
    "logistics.consent": Personal(("contact_id", *PROFILE), ("source",)),
    "logistics.tier.change": Personal(PROFILE, ("reason",), inner=("reason",)),
    "sale.order": Personal(
        ("partner_id",),
        ("client_order_ref", "note", "signed_by", "signature"),
        facts=("name", "origin"),
    ),
}


class LogisticsPersonal(models.AbstractModel):
    _inherit = "logistics.personal"

    @api.model
    def _get_declarations(self):
        return {**super()._get_declarations(), **DECLARED}

    @api.model
    def _get_kept(self, people):
        """An order whose invoice is kept is kept with it."""
        kept = super()._get_kept(people)
        moves, until = kept.get("account.move", ((), None))
        orders = self._search_records("sale.order", [("invoice_ids", "in", list(moves))])
        if orders:
            kept["sale.order"] = set(orders.ids), until
            kept["sale.order.line"] = set(orders.order_line.ids), until
        return kept
