from odoo import api, models

from .sale_order import JUDGED


class LogisticsDeliveryRemark(models.Model):
    _name = "logistics.delivery.remark"
    _inherit = ["logistics.delivery.remark", "logistics.marked.mixin"]
    _mark_owners = ("picking_id",)

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {"picking_id", "move_id", "reason_id", "quantity"},
        }
