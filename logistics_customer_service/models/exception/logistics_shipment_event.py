from odoo import api, models

from ...tools.shipment import shipment


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        if any(event.source != shipment.ODOO for event in events):
            self.env["logistics.exception"]._detect_soon()
        return events
