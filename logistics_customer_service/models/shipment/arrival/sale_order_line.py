from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _promise(self, dates, origin, reason=False):
        result = super()._promise(dates, origin, reason)
        self._get_deliveries()._refresh_arrival()
        return result

    def _is_open(self):
        """What a carrier has and the customer has not is still to be delivered, too."""
        under_way = self._is_to_deliver() and any(self._get_deliveries().mapped("shipment_open"))
        return super()._is_open() or under_way

    def _get_deliveries(self):
        # salespeople give promises without rights on transfers
        return self.sudo().move_ids.picking_id
