from odoo import api, models

from .sale_order import JUDGED


class LogisticsShipmentEvent(models.Model):
    _name = "logistics.shipment.event"
    _inherit = ["logistics.shipment.event", "logistics.marked.mixin"]
    _mark_owners = ("picking_id",)

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {"picking_id", "kind", "happened_at", "source", "is_held"},
        }
