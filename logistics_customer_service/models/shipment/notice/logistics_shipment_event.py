from odoo import models

from ....tools.shipment import notices


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    def _note_occasions(self):
        """Have customers told what happened to their shipments."""
        # carriers and warehouse staff have no rights on orders and notices
        told = self.sudo().filtered(
            lambda event: notices.occasion_of(event.kind)
            and event.picking_id
            and event.picking_id._is_customer_delivery()
            and event._is_due_to_be_told()
        )
        told.env["logistics.notice"]._note(
            [
                event.picking_id._prepare_notice_vals(
                    notices.occasion_of(event.kind), event.happened_at, event_id=event.id
                )
                for event in told.sorted("happened_at")
            ]
        )

    def _is_due_to_be_told(self):
        """Tell whether the customer can be told; that it is delivered when the last parcel is."""
        delivered = notices.occasion_of(self.kind) == notices.DELIVERED
        return not delivered or bool(self.picking_id.carrier_delivered_at)
