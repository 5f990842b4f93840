from odoo import api, models

from ....tools.shipment import notices
from ....tools.shipment.moments import NEW


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_plan_callbacks", {NEW, "kind", "picking_id"})]

    def _plan_callbacks(self):
        delivered = self.filtered(
            lambda event: notices.occasion_of(event.kind) == notices.DELIVERED
        )
        # several parcels are delivered when the last one is
        whole = delivered.picking_id.filtered("carrier_delivered_at")
        if whole:
            whole._plan_callbacks()
