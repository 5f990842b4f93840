from odoo import api, models

FACTS = {"kind", "happened_at", "source", "picking_id", "expected_at"}


class LogisticsShipmentEvent(models.Model):
    _inherit = "logistics.shipment.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events.picking_id._refresh_arrival()
        return events

    def write(self, vals):
        pickings = self.picking_id
        result = super().write(vals)
        if FACTS & vals.keys():
            (pickings | self.picking_id)._refresh_arrival()
        return result

    def unlink(self):
        pickings = self.picking_id
        result = super().unlink()
        pickings._refresh_arrival()
        return result
