from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.depends("order_line.move_ids.picking_id.shipment_open")
    def _compute_can_agree_promise(self):
        return super()._compute_can_agree_promise()
