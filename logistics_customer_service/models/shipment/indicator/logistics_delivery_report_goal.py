from odoo import fields, models
from odoo.tools import SQL


class LogisticsDeliveryReport(models.Model):
    _inherit = "logistics.delivery.report"

    cycle_total = fields.Float(
        string="Order Cycle, Total Days",
        readonly=True,
        help="The order's cycle, shared among its lines: its sum over the delivered orders is the "
        "mean order cycle.",
    )

    def _get_columns(self):
        columns = super()._get_columns()
        return {
            **columns,
            "cycle_total": SQL("COALESCE(%s * %s, 0)", columns["cycle_days"], columns["weight"]),
        }
