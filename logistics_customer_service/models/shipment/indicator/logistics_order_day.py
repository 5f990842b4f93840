from odoo import api, fields, models
from odoo.tools import SQL

# sums of the report on orders that do not depend on today
NUMBERS = (
    "weight", "due_count", "delivered_count", "on_time_count", "late_count", "in_full_count",
    "otif_count", "perfect_count", "ordered_qty", "shipped_qty", "first_qty", "delivered_qty",
    "due_qty", "due_first_qty",
    "shipped_line_count", "short_line_count", "substituted_line_count", "cycle_total",
)  # fmt: skip


class LogisticsOrderDay(models.Model):
    _name = "logistics.order.day"
    _inherit = ["logistics.day.mixin"]
    _description = "Orders of a Day"
    _log_access = False
    _outcomes = "logistics.outcome.order"
    _judged = "order_id"

    weight = fields.Float(readonly=True)
    due_count = fields.Float(readonly=True, help="Delivered of those due.")
    delivered_count = fields.Float(readonly=True)
    on_time_count = fields.Float(readonly=True)
    late_count = fields.Float(readonly=True, help="Delivered late.")
    in_full_count = fields.Float(readonly=True)
    otif_count = fields.Float(readonly=True)
    perfect_count = fields.Float(readonly=True)
    ordered_qty = fields.Float(readonly=True)
    shipped_qty = fields.Float(readonly=True)
    first_qty = fields.Float(readonly=True)
    delivered_qty = fields.Float(readonly=True)
    due_qty = fields.Float(readonly=True, help="Ordered quantity of those delivered.")
    due_first_qty = fields.Float(readonly=True)
    shipped_line_count = fields.Float(readonly=True)
    short_line_count = fields.Float(readonly=True)
    substituted_line_count = fields.Float(readonly=True)
    cycle_total = fields.Float(readonly=True)

    _day_idx = models.Index("(company_id, promised_day)")

    @api.model
    def _get_parts(self):
        return {**super()._get_parts(), "waiting_day": SQL("j.waiting_day")}

    @api.model
    def _get_sums(self):
        report = self.env["logistics.delivery.report"]
        columns = report._get_columns()
        closed = SQL("(j.promised_day IS NOT NULL AND j.is_delivered)")
        return {
            **super()._get_sums(),
            **{name: columns[name] for name in NUMBERS},
            **report._get_counts(closed),
            **report._get_due_quantities(closed),
            "open_count": SQL(
                """CASE WHEN j.promised_day IS NOT NULL AND NOT j.is_delivered
                        THEN 1.0 / j.line_count ELSE 0 END"""
            ),
        }

    @api.model
    def _get_source(self):
        return SQL(
            """logistics_outcome_order j
               JOIN logistics_outcome_line line ON line.order_id = j.order_id"""
        )
