from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsDeliveryReport(models.Model):
    """How the promises of confirmed orders were kept: a row per line of goods.

    Whether an order was on time, in full and both is a matter of the order (formulas 1–3). Its
    lines share it: each carries the part ``weight`` (one over the number of lines), so that sums
    are orders, and ratios of sums are right under any grouping, also by product.
    """

    _name = "logistics.delivery.report"
    _inherit = ["logistics.promise.report.mixin"]
    _description = "Delivery Report"
    _auto = False
    _order = "promised_date desc, order_id desc, line_id"
    _rec_name = "order_id"

    # --- what the row is about
    line_id = fields.Many2one("sale.order.line", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    is_first_line = fields.Boolean(readonly=True, help="The first line of goods of its order.")
    # --- promise and outcome
    order_date = fields.Datetime(string="Ordered", readonly=True)
    promised_date = fields.Datetime(string="Promised", readonly=True)
    promise_origin = fields.Selection(
        [
            ("promise", "Promise kept"),
            ("commitment", "Delivery date of the order"),
            ("deadline", "Deadline of the transfer"),
            ("scheduled", "Scheduled date of the transfer"),
        ],
        readonly=True,
        help="Where the promised day comes from; old orders have no promise kept.",
    )
    delivered_at = fields.Datetime(string="Delivered", readonly=True)
    verdict = fields.Selection(
        [
            ("kept", "On time and in full"),
            ("late", "Late"),
            ("short", "Short"),
            ("late_short", "Late and short"),
            ("overdue", "Overdue, not delivered"),
            ("not_due", "Not due yet"),
            ("no_promise", "No promised day"),
        ],
        readonly=True,
        help="The last two cannot be judged and count in neither part of a ratio.",
    )
    days_late = fields.Integer(
        readonly=True, aggregator="avg", help="Calendar days after the promised day."
    )
    cycle_days = fields.Float(
        string="Order Cycle (Days)",
        readonly=True,
        aggregator="avg",
        help="From the order to its complete delivery, by the clock on the company's wall: a "
        "change to daylight saving is no part of it (formula 5).",
    )
    cycle_sd = fields.Float(string="Order Cycle, Deviation", readonly=True, aggregator="sum")
    cycle_cv = fields.Float(
        string="Order Cycle, Coefficient of Variation",
        readonly=True,
        aggregator="sum",
        help="Deviation ÷ mean: how unsteady the cycle is, whatever its length.",
    )
    cycle_median = fields.Float(string="Order Cycle, Median", readonly=True, aggregator="sum")
    cycle_p95 = fields.Float(string="Order Cycle, 95 %", readonly=True, aggregator="sum")
    is_substituted = fields.Boolean(
        string="Substituted",
        readonly=True,
        help="Other goods than ordered were delivered, or are marked as a substitute.",
    )
    is_damaged = fields.Boolean(
        string="Damaged or Short",
        readonly=True,
        help="Pieces of the order were noted as damaged or short, or came back damaged.",
    )
    is_misbilled = fields.Boolean(
        string="Wrong Invoice",
        readonly=True,
        help="An invoice of the order has an error, noted on it or on its credit note.",
    )
    # --- parts of orders
    weight = fields.Float(string="Orders", digits=(16, 1), readonly=True)
    due_count = fields.Float(
        string="Orders Due",
        digits=(16, 1),
        readonly=True,
        help="Delivered, or past the promised day: what the rates of orders are shares of.",
    )
    delivered_count = fields.Float(string="Delivered Orders", digits=(16, 1), readonly=True)
    on_time_count = fields.Float(string="On Time", digits=(16, 1), readonly=True)
    late_count = fields.Float(string="Late", digits=(16, 1), readonly=True)
    in_full_count = fields.Float(string="In Full", digits=(16, 1), readonly=True)
    otif_count = fields.Float(string="On Time and In Full", digits=(16, 1), readonly=True)
    perfect_count = fields.Float(string="Perfect Orders", digits=(16, 1), readonly=True)
    # --- quantities, in the product's unit
    ordered_qty = fields.Float(string="Ordered Quantity", readonly=True)
    shipped_qty = fields.Float(
        string="Ordered, Shipped at Least Once",
        readonly=True,
        help="Ordered quantity of orders with a first delivery: what the fill rate is a share of.",
    )
    first_qty = fields.Float(string="Shipped First", readonly=True)
    delivered_qty = fields.Float(string="Delivered Quantity", readonly=True)
    shipped_line_count = fields.Integer(
        string="Lines Shipped", readonly=True, help="Lines of orders with a first delivery."
    )
    short_line_count = fields.Integer(
        string="Lines Short", readonly=True, help="Lines short at the first delivery."
    )
    substituted_line_count = fields.Integer(
        string="Lines Substituted",
        readonly=True,
        help="Lines shipped that were delivered with other goods, or are marked so.",
    )
    # --- ratios: weighted, whatever the grouping
    on_time_rate = fields.Float(
        string="On-Time Rate of Orders Due",
        readonly=True,
        aggregator="sum",
        help="Orders on time ÷ orders due, those overdue and not delivered among them (formula 1).",
    )
    in_full_rate = fields.Float(
        string="In-Full Rate of Orders Due",
        readonly=True,
        aggregator="sum",
        help="Orders in full ÷ orders due, those overdue and not delivered among them (formula 2).",
    )
    otif_rate = fields.Float(
        string="OTIF",
        readonly=True,
        aggregator="sum",
        help="Orders on time and in full ÷ orders due (formula 3).",
    )
    fill_rate = fields.Float(
        string="Fill Rate of Orders Shipped",
        readonly=True,
        aggregator="sum",
        help="Quantity of the first delivery ÷ quantity ordered, of orders with a first delivery "
        "(formula 6). Orders that are due and were never shipped are no part of it.",
    )
    stockout_rate = fields.Float(
        string="Stock-Out Rate",
        readonly=True,
        aggregator="sum",
        help="Lines short at the first delivery ÷ lines of orders with a first delivery (formula 7).",
    )
    perfect_rate = fields.Float(
        string="Perfect Order Rate",
        readonly=True,
        aggregator="sum",
        help="Every line in full and on time, undamaged and invoiced without error, of orders due "
        "(formula 4).",
    )
    substitution_rate = fields.Float(
        readonly=True, aggregator="sum", help="Lines substituted ÷ lines shipped (formula 7)."
    )
    cycle_total = fields.Float(
        string="Order Cycle, Total Days",
        readonly=True,
        help="The order's cycle, shared among its lines: its sum over the delivered orders is the "
        "mean order cycle.",
    )

    @api.model
    def _get_ratios(self):
        return {
            "on_time_rate": ("on_time_count", "due_count"),
            "in_full_rate": ("in_full_count", "due_count"),
            "otif_rate": ("otif_count", "due_count"),
            "fill_rate": ("first_qty", "shipped_qty"),
            "stockout_rate": ("short_line_count", "shipped_line_count"),
            "perfect_rate": ("perfect_count", "due_count"),
            "substitution_rate": ("substituted_line_count", "shipped_line_count"),
        }

    def _read_group_select(self, aggregate_spec, query):
        """Figures of the order cycle are of orders, not of lines."""
        name, _separator, _function = aggregate_spec.partition(":")
        if name in ("cycle_days", "cycle_sd", "cycle_cv", "cycle_median", "cycle_p95"):
            return self._get_cycle_sql(name, query)
        return super()._read_group_select(aggregate_spec, query)

    def _get_cycle_sql(self, name, query):
        cycle = self._field_to_sql(self._table, "cycle_days", query)
        first = self._field_to_sql(self._table, "is_first_line", query)
        mean = SQL("AVG(%s) FILTER (WHERE %s)", cycle, first)
        deviation = SQL("STDDEV_SAMP(%s) FILTER (WHERE %s)", cycle, first)
        share = SQL(
            "PERCENTILE_CONT(%s) WITHIN GROUP (ORDER BY %s) FILTER (WHERE %s)",
            0.95 if name == "cycle_p95" else 0.5,
            cycle,
            first,
        )
        return {
            "cycle_days": mean,
            "cycle_sd": deviation,
            "cycle_cv": SQL("%s / NULLIF(%s, 0)", deviation, mean),
        }.get(name, share)

    # === BUSINESS METHODS ===#

    def _get_steps(self):
        """Return the named steps from transfers to judged order lines, and what spoils orders."""
        return [
            self._get_zone_step(),
            self._get_transfer_step(),
            self._get_schedule_step(),
            self._get_replaced_step(),
            self._get_line_step(),
            self._get_order_step(),
            self._get_judged_step(),
            self._get_fault_step(),
            self._get_wrong_step(),
            self._get_faulty_step(),
            self._get_misbilled_step(),
        ]

    def _get_transfer_step(self):
        """``transfer``: transfers that bring the goods of orders to customers for the first time.

        ``delivered_at`` is the carrier's word, else the validation where no carrier said a word;
        of goods that came back without having been handed over, that of sending them out again.
        """
        deliveries = self.env["stock.picking"]
        return SQL(
            """transfer AS (
                SELECT sp.id, sp.sale_id AS order_id, sp.state, sp.carrier_id,
                       sp.date_deadline, sp.scheduled_date,
                       CASE WHEN sp.state = 'done' THEN sp.date_done END AS date_done,
                       COALESCE(%(handed_over)s, (
                           SELECT MAX(%(handed_over_again)s)
                             FROM stock_picking back
                             JOIN stock_picking again ON again.return_id = back.id
                            WHERE back.return_id = sp.id AND again.state <> 'cancel'
                              AND %(is_again)s)) AS delivered_at
                  FROM stock_picking sp
                 WHERE sp.sale_id IS NOT NULL AND sp.return_id IS NULL
                   AND sp.state <> 'cancel' AND %(is_delivery)s
            )""",
            handed_over=deliveries._get_handed_over_sql(),
            handed_over_again=deliveries._get_handed_over_sql("again"),
            is_again=deliveries._get_delivery_sql("again"),
            is_delivery=deliveries._get_delivery_sql(),
        )

    def _get_schedule_step(self):
        """``schedule``: per order its deadline, its first delivery, and whether all is done."""
        return SQL(
            """schedule AS MATERIALIZED (
                SELECT order_id,
                       MIN(date_deadline) AS deadline,
                       MIN(scheduled_date) AS scheduled,
                       MIN(date_done) AS first_done,
                       MAX(delivered_at) AS delivered_at,
                       BOOL_AND(delivered_at IS NOT NULL) AS is_delivered,
                       (ARRAY_AGG(carrier_id ORDER BY date_done DESC NULLS LAST, id DESC))[1]
                           AS carrier_id
                  FROM transfer
                 GROUP BY order_id
            )"""
        )

    def _get_other_goods_sql(self):
        """Return the SQL of whether line ``sol`` brought other goods to the customer.

        Asked line by line: the delivered quantity of the line answers for most, being right but
        after returns and with other goods, and a figure that nobody asks for costs nothing.
        """
        return SQL(
            """EXISTS (SELECT FROM stock_move sm
                         JOIN stock_picking sp ON sp.id = sm.picking_id
                        WHERE sm.sale_line_id = sol.id AND sm.state = 'done' AND %s
                          AND sm.origin_returned_move_id IS NULL AND %s)""",
            self.env["stock.move"]._get_other_goods_sql(),
            self.env["stock.picking"]._get_delivery_sql(),
        )

    def _get_replaced_step(self):
        """``replaced``: order lines in whose place another line was delivered."""
        return SQL(
            """replaced AS (
                SELECT DISTINCT substitute_for_id AS line_id
                  FROM sale_order_line
                 WHERE substitute_for_id IS NOT NULL
            )"""
        )

    def _get_line_step(self):
        """``line``: goods ordered, in the reference unit, with the promise and what moved.

        A substitute is no line that the customer ordered, unless the line it stands in for was
        taken back to nothing: then it stands for it.
        """
        lines = self.env["sale.order.line"]
        is_delivery = self.env["stock.picking"]._get_delivery_sql()
        return SQL(
            """line AS (
                SELECT sol.id, so.id AS order_id, so.company_id, so.partner_id, so.warehouse_id,
                       so.date_order, sol.product_id, template.categ_id,
                       COALESCE(schedule.carrier_id, so.carrier_id) AS carrier_id,
                       stock_unit.factor AS stock_factor,
                       sol.product_uom_qty * unit.factor AS ordered,
                       GREATEST(
                           COALESCE(%(sent)s, 0), COALESCE(sol.qty_delivered, 0) * unit.factor
                       ) AS delivered,
                       sol.substitution_reason_id IS NOT NULL
                           OR sol.substitute_for_id IS NOT NULL
                           OR replaced.line_id IS NOT NULL
                           OR (COALESCE(sol.qty_delivered, 0) < sol.product_uom_qty
                               AND %(has_other)s) AS is_substituted,
                       COALESCE(sol.qty_delivered, 0) >= sol.product_uom_qty
                           OR COALESCE(%(sent)s, 0)
                              >= sol.product_uom_qty * unit.factor - 0.00001 AS is_complete,
                       %(sent_first)s AS first_quantity, schedule.first_done,
                       schedule.delivered_at, COALESCE(schedule.is_delivered, FALSE) AS is_delivered,
                       COALESCE(sol.promised_date, so.promised_date) AS promise,
                       so.commitment_date, schedule.deadline, schedule.scheduled
                  FROM sale_order_line sol
                  JOIN sale_order so ON so.id = sol.order_id
                  JOIN product_product product ON product.id = sol.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = sol.product_uom_id
                  JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
             LEFT JOIN schedule ON schedule.order_id = so.id
             LEFT JOIN replaced ON replaced.line_id = sol.id
                 WHERE so.state = 'sale' AND template.type = 'consu'
                   AND sol.product_uom_qty > 0 AND sol.is_delivery IS NOT TRUE
                   AND (sol.substitute_for_id IS NULL
                        OR (SELECT ordered.product_uom_qty FROM sale_order_line ordered
                             WHERE ordered.id = sol.substitute_for_id) <= 0)
            )""",
            has_other=self._get_other_goods_sql(),
            sent=lines._get_sent_sql("sol", is_delivery),
            sent_first=lines._get_sent_sql(
                "sol", SQL("%s AND sp.date_done = schedule.first_done", is_delivery)
            ),
        )

    def _get_order_step(self):
        """``ordered``: the lines with what is a matter of their whole order."""
        return SQL(
            """ordered AS (
                SELECT line.*,
                       COUNT(*) OVER whole AS line_count,
                       line.id = MIN(line.id) OVER whole AS is_first_line,
                       MAX(COALESCE(line.promise, line.commitment_date, line.deadline,
                                    line.scheduled)) OVER whole AS promised_date,
                       BOOL_AND(line.is_complete AND NOT line.is_substituted) OVER whole
                           AS in_full
                  FROM line
                WINDOW whole AS (PARTITION BY line.order_id)
            )"""
        )

    def _get_judged_step(self):
        """``judged``: the lines with the calendar days that decide (formula 1)."""
        return SQL(
            """judged AS (
                SELECT days.*,
                       days.promised_day IS NOT NULL
                           AND (days.is_delivered OR days.promised_day < days.today) AS is_due,
                       days.is_delivered AND days.delivered_day <= days.promised_day AS on_time
                  FROM (SELECT ordered.*, zone.today, zone.tz,
                               (ordered.promised_date AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date
                                   AS promised_day,
                               (ordered.delivered_at AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date
                                   AS delivered_day
                          FROM ordered
                          JOIN zone ON zone.company_id = ordered.company_id) days
            )"""
        )

    def _get_faulty_step(self):
        """``faulty``: orders of which pieces were damaged or short."""
        return SQL(
            """faulty AS (
                SELECT order_id
                  FROM fault
                 WHERE GREATEST(damaged, short) > 0
                 GROUP BY order_id
            )"""
        )

    def _get_misbilled_step(self):
        """``misbilled``: orders with a wrong invoice."""
        return SQL(
            """misbilled AS (
                SELECT line.order_id
                  FROM wrong
                  JOIN account_move_line aml ON aml.move_id = wrong.invoice_id
                  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = aml.id
                  JOIN sale_order_line line ON line.id = rel.order_line_id
                 GROUP BY line.order_id
            )"""
        )

    def _get_columns(self):
        part = SQL("(1.0 / j.line_count)")
        cycle = SQL(
            """CASE WHEN j.is_delivered THEN
                   EXTRACT(epoch FROM
                       (j.delivered_at AT TIME ZONE 'UTC' AT TIME ZONE j.tz)
                       - (j.date_order AT TIME ZONE 'UTC' AT TIME ZONE j.tz)
                   )::float8 / 86400 END"""
        )
        ratio_parts = {
            "due_count": SQL("j.is_due"),
            "delivered_count": SQL("j.is_delivered"),
            "on_time_count": SQL("j.is_due AND j.on_time"),
            "late_count": SQL("j.is_due AND NOT j.on_time"),
            "in_full_count": SQL("j.is_due AND j.is_delivered AND j.in_full"),
            "otif_count": SQL("j.is_due AND j.on_time AND j.in_full"),
            "perfect_count": SQL(
                "j.is_due AND j.on_time AND j.in_full"
                " AND faulty.order_id IS NULL AND misbilled.order_id IS NULL"
            ),
        }
        return {
            **super()._get_columns(),
            "line_id": SQL("j.id"),
            "product_id": SQL("j.product_id"),
            "categ_id": SQL("j.categ_id"),
            "is_first_line": SQL("j.is_first_line"),
            "order_date": SQL("j.date_order"),
            "promised_date": SQL("j.promised_date"),
            "promise_origin": SQL(
                """CASE WHEN j.promise IS NOT NULL THEN 'promise'
                        WHEN j.commitment_date IS NOT NULL THEN 'commitment'
                        WHEN j.deadline IS NOT NULL THEN 'deadline'
                        WHEN j.scheduled IS NOT NULL THEN 'scheduled' END"""
            ),
            "delivered_at": SQL("CASE WHEN j.is_delivered THEN j.delivered_at END"),
            "verdict": self._get_verdict_sql(),
            "days_late": SQL(
                """CASE WHEN j.is_due THEN GREATEST(
                       CASE WHEN j.is_delivered THEN j.delivered_day ELSE j.today END
                           - j.promised_day, 0) END"""
            ),
            "cycle_days": cycle,
            "cycle_total": SQL("COALESCE(%s * %s, 0)", cycle, part),
            "cycle_sd": SQL("NULL::float8"),
            "cycle_cv": SQL("NULL::float8"),
            "cycle_median": SQL("NULL::float8"),
            "cycle_p95": SQL("NULL::float8"),
            "weight": part,
            **{
                name: SQL("CASE WHEN %s THEN %s ELSE 0 END", condition, part)
                for name, condition in ratio_parts.items()
            },
            "ordered_qty": SQL("j.ordered / j.stock_factor"),
            "shipped_qty": SQL(
                "CASE WHEN j.first_done IS NULL THEN 0 ELSE j.ordered / j.stock_factor END"
            ),
            "first_qty": SQL("LEAST(COALESCE(j.first_quantity, 0), j.ordered) / j.stock_factor"),
            "delivered_qty": SQL("j.delivered / j.stock_factor"),
            "shipped_line_count": SQL("CASE WHEN j.first_done IS NULL THEN 0 ELSE 1 END"),
            "short_line_count": SQL(
                """CASE WHEN j.first_done IS NOT NULL
                         AND COALESCE(j.first_quantity, 0) < j.ordered - 0.00001
                        THEN 1 ELSE 0 END"""
            ),
            "is_substituted": SQL("j.is_substituted"),
            "is_damaged": SQL("faulty.order_id IS NOT NULL"),
            "is_misbilled": SQL("misbilled.order_id IS NOT NULL"),
            "substituted_line_count": SQL(
                "CASE WHEN j.first_done IS NOT NULL AND j.is_substituted THEN 1 ELSE 0 END"
            ),
        }

    def _get_verdict_sql(self):
        return SQL(
            """CASE WHEN j.promised_day IS NULL THEN 'no_promise'
                    WHEN NOT j.is_due THEN 'not_due'
                    WHEN NOT j.is_delivered THEN 'overdue'
                    WHEN j.on_time AND j.in_full THEN 'kept'
                    WHEN j.on_time THEN 'short'
                    WHEN j.in_full THEN 'late'
                    ELSE 'late_short' END"""
        )

    def _get_source(self):
        return SQL(
            """judged j
               JOIN res_partner customer ON customer.id = j.partner_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = customer.commercial_partner_id
                AND profile.company_id = j.company_id
          LEFT JOIN faulty ON faulty.order_id = j.order_id
          LEFT JOIN misbilled ON misbilled.order_id = j.order_id"""
        )

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the order of the row."""
        self.ensure_one()
        return self._open(self.order_id)
