from odoo import api, models

from ...tools.foundation.personal import Personal

DELIVERY = ("picking_id.partner_id", "picking_id.sale_id.partner_id")
DECLARED = {
    "stock.picking": Personal(
        ("partner_id", "sale_id.partner_id"),
        ("note", "signature"),
        facts=("name", "origin", "carrier_tracking_ref"),
    ),
    "logistics.promise": Personal(("order_id.partner_id",), ("reason",)),
    "logistics.shipment.event": Personal(
        DELIVERY,
        ("place", "text", "signer_name", "signature", "photo"),
        facts=("tracking_ref", "raw_code"),
        free=("external_id",),
    ),
    "logistics.delivery.remark": Personal(DELIVERY, ("note",)),
    "logistics.tracking.link": Personal(DELIVERY, ("remarks",), free=("handle", "old_link_digest")),
    "logistics.exception": Personal(("partner_id", *DELIVERY), ("outcome",), inner=("*",)),
    "logistics.notice": Personal(
        ("partner_id",),
        ("address", "subject", "body", "failure_text"),
        free=("handle", "old_link_digest", "failed_channels"),
        addresses=("address",),
    ),
    "logistics.cod": Personal(
        ("partner_id", *DELIVERY),
        ("note", "write_off_reason"),
        facts=("remittance_ref",),
        inner=("note", "write_off_reason"),
    ),
}


class LogisticsPersonal(models.AbstractModel):
    _inherit = "logistics.personal"

    @api.model
    def _get_declarations(self):
        return {**super()._get_declarations(), **DECLARED}

    @api.model
    def _get_obstacles(self, people):
        """Goods cannot be brought to nobody."""
        going = [
            "|",
            ("partner_id", "in", people.ids),
            ("sale_id.partner_id", "in", people.ids),
            ("state", "not in", ("draft", "done", "cancel")),
        ]
        count = self._count_records("stock.picking", going)
        found = super()._get_obstacles(people)
        return found + ([self.env._("Transfers under way: %s", count)] if count else [])
