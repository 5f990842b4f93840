from odoo import fields, models
from odoo.tools import SQL


class LogisticsShipmentReport(models.Model):
    """How deliveries to customers went: a row per delivery, each part of a backorder its own.

    Deliveries are those that left the warehouse. Whether one was on time is judged once it is due:
    handed over, or past its promised day (formulas 1 and 8).
    """

    _name = "logistics.shipment.report"
    _inherit = ["logistics.promise.report.mixin"]
    _description = "Shipment Report"
    _auto = False
    _order = "promised_date desc, id desc"
    _rec_name = "picking_id"

    # --- what the row is about
    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)

    # --- promise and outcome
    promised_date = fields.Date(
        string="Promised",
        readonly=True,
        help="The earliest promise of the order lines it delivers, else the order's delivery date, "
        "else the deadline or the scheduled date of the transfer.",
    )
    date_done = fields.Datetime(string="Left the Warehouse", readonly=True)
    delivered_at = fields.Datetime(string="Handed Over", readonly=True)
    verdict = fields.Selection(
        [
            ("on_time", "On time"),
            ("late", "Late"),
            ("overdue", "Overdue"),
            ("under_way", "Not due yet"),
            ("no_promise", "No promised day"),
        ],
        readonly=True,
        help="The last two cannot be judged and count in neither part of punctuality.",
    )
    days_late = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Calendar days after the promised day, of the deliveries that missed it.",
    )
    shipment_state = fields.Selection(
        selection=lambda self: self.env["logistics.shipment.event"]._get_states(),
        string="Shipment State",
        readonly=True,
    )
    reroute_reason_id = fields.Many2one("logistics.reason", string="Rerouted", readonly=True)
    return_reason_id = fields.Many2one(
        "logistics.reason", string="Reason of Return", readonly=True
    )

    # --- counts
    delivery_count = fields.Integer(
        string="Deliveries", readonly=True, help="Left the warehouse or were handed over."
    )
    judged_count = fields.Integer(
        string="Deliveries Handed Over",
        readonly=True,
        help="Handed over, with a promised day: what delays are a share of.",
    )
    delayed_count = fields.Integer(
        string="Delayed", readonly=True, help="Handed over after the promised day."
    )
    due_count = fields.Integer(
        string="Due",
        readonly=True,
        help="Handed over or past the promised day, whichever comes first.",
    )
    missed_count = fields.Integer(
        string="Missed", readonly=True, help="Late, or overdue and not handed over."
    )
    rerouted_count = fields.Integer(string="Deliveries Rerouted", readonly=True)
    returned_count = fields.Integer(
        string="Returned or Adjusted",
        readonly=True,
        help="Goods came back, or the transport was adjusted.",
    )
    silent_count = fields.Integer(
        string="Gone Silent", readonly=True, help="The carrier said nothing for too long."
    )
    no_consent_count = fields.Integer(
        string="Without Consent",
        readonly=True,
        help="Left at a locker or signed by another, and the customer had not agreed to that.",
    )
    weight = fields.Float(string="Goods Weight", digits="Stock Weight", readonly=True)
    piece_qty = fields.Float(
        string="Pieces", readonly=True, help="Pieces delivered, in the products' units."
    )
    damaged_qty = fields.Float(string="Damaged Pieces", readonly=True)
    short_qty = fields.Float(string="Short Pieces", readonly=True)

    # --- ratios: sums over sums, whatever the grouping
    delay_rate = fields.Float(
        readonly=True, aggregator="sum", help="Delayed ÷ deliveries handed over (formula 8)."
    )
    missed_rate = fields.Float(readonly=True, aggregator="sum", help="Missed ÷ due.")
    reroute_rate = fields.Float(
        readonly=True, aggregator="sum", help="Rerouted ÷ deliveries (formula 8)."
    )
    return_rate = fields.Float(
        string="Return or Adjustment Rate",
        readonly=True,
        aggregator="sum",
        help="Returned or adjusted ÷ deliveries (formula 8).",
    )
    silent_rate = fields.Float(
        string="Silence Rate", readonly=True, aggregator="sum", help="Gone silent ÷ deliveries."
    )
    no_consent_rate = fields.Float(
        string="Rate Without Consent",
        readonly=True,
        aggregator="sum",
        help="Handed over without consent ÷ deliveries.",
    )
    damage_rate = fields.Float(
        readonly=True,
        aggregator="sum",
        help="Damaged pieces ÷ pieces delivered (formula 8).",
    )
    short_rate = fields.Float(
        string="Short Handling Rate",
        readonly=True,
        aggregator="sum",
        help="Pieces loaded or unloaded short ÷ pieces delivered (formula 8).",
    )

    def _get_ratios(self):
        return {
            "delay_rate": ("delayed_count", "judged_count"),
            "missed_rate": ("missed_count", "due_count"),
            "reroute_rate": ("rerouted_count", "delivery_count"),
            "return_rate": ("returned_count", "delivery_count"),
            "silent_rate": ("silent_count", "delivery_count"),
            "no_consent_rate": ("no_consent_count", "delivery_count"),
            "damage_rate": ("damaged_qty", "piece_qty"),
            "short_rate": ("short_qty", "piece_qty"),
        }

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "id": SQL("j.picking_id"),
            "picking_id": SQL("j.picking_id"),
            "promised_date": SQL("j.promised_day"),
            "date_done": SQL("j.date_done"),
            "delivered_at": SQL("j.delivered_at"),
            "verdict": SQL(
                """CASE WHEN j.promised_day IS NULL THEN 'no_promise'
                        WHEN j.is_on_time THEN 'on_time'
                        WHEN j.delivered_day IS NOT NULL THEN 'late'
                        WHEN j.promised_day < zone.today THEN 'overdue'
                        ELSE 'under_way' END"""
            ),
            "days_late": SQL(
                """CASE WHEN %s THEN COALESCE(j.days_late, zone.today - j.promised_day) END""",
                self._get_missed_sql(),
            ),
            "shipment_state": SQL("j.shipment_state"),
            "reroute_reason_id": SQL("j.reroute_reason_id"),
            "return_reason_id": SQL("j.return_reason_id"),
            **{
                name: SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)
                for name, condition in self._get_conditions().items()
            },
            "weight": SQL("j.weight"),
            "piece_qty": SQL("j.piece_qty"),
            "damaged_qty": SQL("j.damaged_qty"),
            "short_qty": SQL("j.short_qty"),
        }

    def _get_conditions(self):
        """Return the SQL of what makes a delivery count, by the name of the count."""
        return {
            "delivery_count": SQL("j.is_out"),
            "judged_count": SQL("j.promised_day IS NOT NULL AND j.delivered_day IS NOT NULL"),
            "delayed_count": SQL("NOT j.is_on_time"),
            "due_count": SQL(
                """j.promised_day IS NOT NULL
                   AND (j.delivered_day IS NOT NULL OR j.promised_day < zone.today)"""
            ),
            "missed_count": self._get_missed_sql(),
            "rerouted_count": SQL("j.is_out AND j.reroute_reason_id IS NOT NULL"),
            "returned_count": SQL("j.is_returned"),
            "silent_count": SQL("j.is_silent"),
            "no_consent_count": SQL("j.is_without_consent"),
        }

    def _get_missed_sql(self):
        """Return the SQL of whether delivery ``j`` was late, or is overdue."""
        return SQL("COALESCE(j.delivered_day, zone.today) > j.promised_day")

    def _get_source(self):
        return SQL("logistics_outcome_delivery j %s", self._get_customer_joins())

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the delivery of the row."""
        self.ensure_one()
        return self._open(self.picking_id)
