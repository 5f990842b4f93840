from odoo import api, fields, models
from odoo.tools import SQL

# sums of the report on deliveries that do not depend on today
NUMBERS = (
    "delivery_count", "judged_count", "delayed_count", "rerouted_count", "returned_count",
    "silent_count", "no_consent_count", "weight", "piece_qty", "damaged_qty", "short_qty",
)  # fmt: skip


class LogisticsDeliveryDay(models.Model):
    _name = "logistics.delivery.day"
    _inherit = ["logistics.day.mixin"]
    _description = "Deliveries of a Day"
    _log_access = False
    _outcomes = "logistics.outcome.delivery"
    _judged = "picking_id"

    delivery_count = fields.Integer(readonly=True)
    judged_count = fields.Integer(readonly=True)
    delayed_count = fields.Integer(readonly=True)
    rerouted_count = fields.Integer(readonly=True)
    returned_count = fields.Integer(readonly=True)
    silent_count = fields.Integer(readonly=True)
    no_consent_count = fields.Integer(readonly=True)
    weight = fields.Float(readonly=True)
    piece_qty = fields.Float(readonly=True)
    damaged_qty = fields.Float(readonly=True)
    short_qty = fields.Float(readonly=True)

    _day_idx = models.Index("(company_id, promised_day)")

    @api.model
    def _get_parts(self):
        return {**super()._get_parts(), "waiting_day": SQL("j.promised_day")}

    @api.model
    def _get_sums(self):
        columns = self.env["logistics.shipment.report"]._get_columns()
        return {
            **super()._get_sums(),
            **{name: columns[name] for name in NUMBERS},
            "open_count": SQL(
                "(j.promised_day IS NOT NULL AND j.delivered_day IS NULL)::int"
            ),
        }
