from odoo import api, models

from ...tools.notice import notices


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._note_occasions()
        return events

    def write(self, vals):
        """An event may get its meaning, or its delivery, after it came."""
        result = super().write(vals)
        if {"kind", "picking_id"} & vals.keys():
            self._note_occasions()
        return result

    def _note_occasions(self):
        """Have customers told what happened to their shipments."""
        # carriers and warehouse staff have no rights on orders and notices
        told = self.sudo().filtered(
            lambda event: notices.occasion_of(event.kind)
            and event.picking_id
            and event.picking_id._is_customer_delivery()
        )
        told.env["logistics.notice"]._note(
            [
                event.picking_id._prepare_notice_vals(
                    notices.occasion_of(event.kind), event.happened_at, event_id=event.id
                )
                for event in told.sorted("happened_at")
            ]
        )
