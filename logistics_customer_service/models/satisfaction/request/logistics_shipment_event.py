from odoo import api, models

from ....tools.shipment import shipment
from ....tools.shipment.moments import NEW


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_plan_survey_requests", {NEW, "kind", "picking_id"})]

    def _plan_survey_requests(self):
        """Have customers asked about what carriers or staff say was handed over."""
        handed_over = self.filtered(lambda event: event.kind in shipment.HANDED_OVER)
        handed_over.picking_id._plan_survey_requests()
