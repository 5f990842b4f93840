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
    promised_date = fields.Datetime(
        string="Promised",
        readonly=True,
        help="The latest promise of the order lines it delivers, else the order's delivery date, "
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
        string="Deliveries Due",
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
    missed_rate = fields.Float(readonly=True, aggregator="sum", help="Missed ÷ deliveries due.")
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

    def _get_steps(self):
        """Return the named steps from transfers to judged deliveries."""
        return [
            self._get_zone_step(),
            self._get_moved_step(),
            self._get_shipment_step(),
            self._get_judged_step(),
            self._get_fault_step(),
            self._get_faulty_step(),
        ]

    def _get_moved_step(self):
        """``moved``: per transfer its pieces.

        Who does not ask for them does not pay for them: the planner drops outer joins that nothing
        uses.
        """
        return SQL(
            """moved AS (
                SELECT sm.picking_id,
                       SUM(sm.quantity * unit.factor / stock_unit.factor) FILTER (
                           WHERE sm.state = 'done'
                       ) AS pieces
                  FROM stock_move sm
             LEFT JOIN uom_uom unit ON unit.id = sm.product_uom
             LEFT JOIN product_product product ON product.id = sm.product_id
             LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
                 WHERE sm.state <> 'cancel'
                 GROUP BY sm.picking_id
            )"""
        )

    def _get_shipment_step(self):
        """``shipment``: transfers that bring goods to customers."""
        deliveries = self.env["stock.picking"]
        return SQL(
            """shipment AS (
                SELECT sp.id, sp.company_id, sp.sale_id AS order_id, sp.carrier_id,
                       sp.weight, sp.shipment_state, sp.reroute_reason_id, sp.consent_finding,
                       kind.warehouse_id, moved.pieces,
                       COALESCE(so.partner_id, sp.partner_id) AS partner_id,
                       CASE WHEN sp.state = 'done' THEN sp.date_done END AS date_done,
                       %(handed_over)s AS delivered_at,
                       COALESCE(sp.shipment_promised_at, %(promised)s) AS promised_date
                  FROM stock_picking sp
                  JOIN stock_picking_type kind ON kind.id = sp.picking_type_id
             LEFT JOIN sale_order so ON so.id = sp.sale_id
             LEFT JOIN moved ON moved.picking_id = sp.id
                 WHERE sp.state NOT IN ('draft', 'cancel') AND %(is_delivery)s
            )""",
            handed_over=deliveries._get_handed_over_sql(),
            # looked up only where the delivery does not keep it: those from before the addon
            promised=deliveries._get_promised_sql(),
            is_delivery=deliveries._get_delivery_sql(),
        )

    def _get_judged_step(self):
        """``judged``: deliveries with the calendar days that decide (formula 1)."""
        return SQL(
            """judged AS (
                SELECT days.*,
                       days.date_done IS NOT NULL OR days.delivered_at IS NOT NULL AS is_out,
                       days.promised_day IS NOT NULL
                           AND (days.delivered_day IS NOT NULL OR days.promised_day < days.today)
                           AS is_due,
                       COALESCE(days.delivered_day, days.today) > days.promised_day AS is_late
                  FROM (SELECT shipment.*, zone.today,
                               (shipment.promised_date AT TIME ZONE 'UTC'
                                AT TIME ZONE zone.tz)::date AS promised_day,
                               (shipment.delivered_at AT TIME ZONE 'UTC'
                                AT TIME ZONE zone.tz)::date AS delivered_day
                          FROM shipment
                          JOIN zone ON zone.company_id = shipment.company_id) days
            )"""
        )

    def _get_faulty_step(self):
        """``faulty``: per delivery its damaged and short pieces."""
        return SQL(
            """faulty AS (
                SELECT picking_id, SUM(damaged) AS damaged, SUM(short) AS short
                  FROM fault
                 GROUP BY picking_id
            )"""
        )

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "picking_id": SQL("j.id"),
            "promised_date": SQL("j.promised_date"),
            "date_done": SQL("j.date_done"),
            "delivered_at": SQL("j.delivered_at"),
            "verdict": SQL(
                """CASE WHEN j.promised_day IS NULL THEN 'no_promise'
                        WHEN NOT j.is_due THEN 'under_way'
                        WHEN NOT j.is_late THEN 'on_time'
                        WHEN j.delivered_day IS NULL THEN 'overdue'
                        ELSE 'late' END"""
            ),
            "days_late": SQL(
                """CASE WHEN j.is_due AND j.is_late
                        THEN COALESCE(j.delivered_day, j.today) - j.promised_day END"""
            ),
            "shipment_state": SQL("j.shipment_state"),
            "reroute_reason_id": SQL("j.reroute_reason_id"),
            "return_reason_id": SQL(
                """(SELECT back.logistics_reason_id FROM stock_picking back
                     WHERE back.return_id = j.id AND back.state = 'done'
                     ORDER BY back.logistics_reason_id IS NULL, back.id DESC LIMIT 1)"""
            ),
            **{
                name: SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)
                for name, condition in self._get_conditions().items()
            },
            "weight": SQL("CASE WHEN j.is_out THEN j.weight ELSE 0 END"),
            "piece_qty": SQL("CASE WHEN j.is_out THEN COALESCE(j.pieces, 0) ELSE 0 END"),
            "damaged_qty": SQL("CASE WHEN j.is_out THEN COALESCE(faulty.damaged, 0) ELSE 0 END"),
            "short_qty": SQL("CASE WHEN j.is_out THEN COALESCE(faulty.short, 0) ELSE 0 END"),
        }

    def _get_conditions(self):
        """Return the SQL of what makes a delivery count, by the name of the count."""
        return {
            "delivery_count": SQL("j.is_out"),
            "judged_count": SQL("j.promised_day IS NOT NULL AND j.delivered_day IS NOT NULL"),
            "delayed_count": SQL("j.delivered_day > j.promised_day"),
            "due_count": SQL("j.is_due"),
            "missed_count": SQL("j.is_due AND j.is_late"),
            "rerouted_count": SQL("j.is_out AND j.reroute_reason_id IS NOT NULL"),
            "returned_count": SQL("j.is_out AND (%s)", self._get_returned_sql()),
            "silent_count": SQL(
                """j.is_out AND EXISTS (
                       SELECT FROM logistics_shipment_event event
                        WHERE event.picking_id = j.id AND event.kind = 'silent')"""
            ),
            "no_consent_count": SQL("j.is_out AND j.consent_finding"),
        }

    def _get_returned_sql(self):
        """Return the SQL of whether goods of a delivery came back or were moved otherwise."""
        return SQL(
            """j.shipment_state = 'returned'
               OR EXISTS (SELECT FROM stock_picking back
                           WHERE back.return_id = j.id AND back.state = 'done')
               OR EXISTS (SELECT FROM logistics_delivery_remark remark
                            JOIN logistics_reason reason ON reason.id = remark.reason_id
                           WHERE remark.picking_id = j.id AND reason.kind = 'return_adjust')"""
        )

    def _get_source(self):
        return SQL(
            """judged j
          LEFT JOIN res_partner customer ON customer.id = j.partner_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = customer.commercial_partner_id
                AND profile.company_id = j.company_id
          LEFT JOIN faulty ON faulty.picking_id = j.id"""
        )

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the delivery of the row."""
        self.ensure_one()
        return self._open(self.picking_id)
