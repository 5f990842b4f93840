from odoo import api, models

from ...tools.shipment import shipment


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._plan_survey_requests()
        return events

    def write(self, vals):
        """An event may get its meaning, or its delivery, after it came."""
        result = super().write(vals)
        if {"kind", "picking_id"} & vals.keys():
            self._plan_survey_requests()
        return result

    def _plan_survey_requests(self):
        """Have customers asked about what carriers or staff say was handed over."""
        handed_over = self.filtered(lambda event: event.kind in shipment.HANDED_OVER)
        handed_over.picking_id._plan_survey_requests()
