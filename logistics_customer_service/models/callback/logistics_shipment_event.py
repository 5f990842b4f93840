from odoo import api, models

from ...tools.notice import notices


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._plan_callbacks()
        return events

    def write(self, vals):
        """An event may get its meaning, or its delivery, after it came."""
        result = super().write(vals)
        if {"kind", "picking_id"} & vals.keys():
            self._plan_callbacks()
        return result

    def _plan_callbacks(self):
        delivered = self.filtered(
            lambda event: notices.occasion_of(event.kind) == notices.DELIVERED
        )
        if delivered.picking_id:
            delivered.picking_id._plan_callbacks()
