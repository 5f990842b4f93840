from odoo import fields, models
from odoo.tools import SQL


class LogisticsPromiseReportMixin(models.AbstractModel):
    """What reports on kept promises are sorted by: the order, and how it was delivered.

    Their sources name what is judged ``j``.
    """

    _name = "logistics.promise.report.mixin"
    _inherit = ["logistics.customer.report.mixin"]
    _description = "Report on Promises"

    order_id = fields.Many2one("sale.order", readonly=True)
    time_class_id = fields.Many2one(
        "logistics.time.class", string="Delivery Time", readonly=True
    )
    cargo_nature_ids = fields.Many2many(related="profile_id.cargo_nature_ids")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "id": SQL("j.id"),
            "order_id": SQL("j.order_id"),
            "company_id": SQL("j.company_id"),
            "partner_id": SQL("customer.commercial_partner_id"),
            "time_class_id": SQL("profile.time_class_id"),
            "carrier_id": SQL("j.carrier_id"),
            "warehouse_id": SQL("j.warehouse_id"),
        }
