from odoo import models

from ....tools.shipment import shipment


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    def _detect_exceptions(self):
        """Have somebody look at what carriers or staff say."""
        if any(event.source != shipment.ODOO for event in self):
            self.env["logistics.exception"]._detect_soon()
