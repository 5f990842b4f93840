from odoo import api, fields, models
from odoo.tools import SQL

from ..outcome.logistics_outcome_line import PROMISE_ORIGINS
from .logistics_order_day import NUMBERS

CYCLE_FIGURES = ("cycle_days", "cycle_sd", "cycle_cv", "cycle_median", "cycle_p95")


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
    _rolled = "logistics.order.day"

    # --- what the row is about
    line_id = fields.Many2one("sale.order.line", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    is_first_line = fields.Boolean(readonly=True, help="The first line of goods of its order.")
    # --- promise and outcome
    order_date = fields.Datetime(string="Ordered", readonly=True)
    promised_date = fields.Date(string="Promised", readonly=True)
    promise_origin = fields.Selection(
        PROMISE_ORIGINS,
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
    due_qty = fields.Float(
        string="Ordered, Due", readonly=True, help="Ordered quantity of orders due."
    )
    due_first_qty = fields.Float(
        string="Shipped First, Due", readonly=True, help="Shipped first, of orders due."
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
    due_fill_rate = fields.Float(
        string="Fill Rate of Orders Due",
        readonly=True,
        aggregator="sum",
        help="Quantity of the first delivery ÷ quantity ordered, of orders due, shipped or not "
        "(formula 6).",
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
            "due_fill_rate": ("due_first_qty", "due_qty"),
            "stockout_rate": ("short_line_count", "shipped_line_count"),
            "perfect_rate": ("perfect_count", "due_count"),
            "substitution_rate": ("substituted_line_count", "shipped_line_count"),
        }

    @api.model
    def _get_chart_rates(self):
        cycle = dict.fromkeys(CYCLE_FIGURES, {"count": "delivered_count", "unit": "number", "least": 0})
        return {**super()._get_chart_rates(), **cycle}

    def _read_group_select(self, aggregate_spec, query):
        """Figures of the order cycle are of orders, not of lines."""
        name, _separator, _function = aggregate_spec.partition(":")
        if name in CYCLE_FIGURES:
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

    def _get_columns(self):
        part = SQL("(1.0 / j.line_count)")
        return {
            **super()._get_columns(),
            "id": SQL("line.line_id"),
            "line_id": SQL("line.line_id"),
            "product_id": SQL("line.product_id"),
            "categ_id": SQL("template.categ_id"),
            "is_first_line": SQL("line.line_id = j.first_line_id"),
            "order_date": SQL("j.order_date"),
            "promised_date": SQL("j.promised_day"),
            "promise_origin": SQL("line.promise_origin"),
            "delivered_at": SQL("j.delivered_at"),
            "verdict": self._get_verdict_sql(),
            "days_late": SQL(
                """CASE WHEN j.is_delivered THEN j.days_late
                        WHEN %s THEN zone.today - j.waiting_day END""",
                self._get_due_sql(),
            ),
            "cycle_days": SQL("j.cycle_days"),
            "cycle_total": SQL("COALESCE(j.cycle_days * %s, 0)", part),
            "cycle_sd": SQL("NULL::float8"),
            "cycle_cv": SQL("NULL::float8"),
            "cycle_median": SQL("NULL::float8"),
            "cycle_p95": SQL("NULL::float8"),
            "weight": part,
            **self._get_counts(self._get_due_sql()),
            "ordered_qty": SQL("line.ordered_qty"),
            "shipped_qty": SQL("CASE WHEN line.is_shipped THEN line.ordered_qty ELSE 0 END"),
            "first_qty": SQL("line.first_qty"),
            **self._get_due_quantities(self._get_due_sql()),
            "delivered_qty": SQL("line.delivered_qty"),
            "shipped_line_count": SQL("line.is_shipped::int"),
            "short_line_count": SQL("line.is_short_first::int"),
            "is_substituted": SQL("line.is_substituted"),
            "is_damaged": SQL("j.is_damaged"),
            "is_misbilled": SQL("j.is_misbilled"),
            "substituted_line_count": SQL("(line.is_shipped AND line.is_substituted)::int"),
        }

    def _get_counts(self, due):
        """Return the SQL of the counts of orders, of which a line is a part.

        :param due: SQL of whether order ``j`` counts
        """
        on_time = SQL("j.is_delivered AND j.is_on_time")
        conditions = {
            "due_count": due,
            "delivered_count": SQL("j.is_delivered"),
            "on_time_count": on_time,
            "late_count": SQL("%s AND NOT (%s)", due, on_time),
            "in_full_count": SQL("%s AND j.is_in_full", due),
            "otif_count": SQL("%s AND j.is_in_full", on_time),
            "perfect_count": SQL("j.is_perfect"),
        }
        return {
            name: SQL("CASE WHEN %s THEN 1.0 / j.line_count ELSE 0 END", condition)
            for name, condition in conditions.items()
        }

    def _get_due_quantities(self, due):
        """Return the SQL of what was ordered and shipped first, where order ``j`` counts."""
        return {
            "due_qty": SQL("CASE WHEN %s THEN line.ordered_qty ELSE 0 END", due),
            "due_first_qty": SQL("CASE WHEN %s THEN line.first_qty ELSE 0 END", due),
        }

    def _get_due_sql(self):
        """Return the SQL of whether order ``j`` counts: it is delivered, or a promise was broken."""
        return SQL(
            "(j.promised_day IS NOT NULL AND (j.is_delivered OR j.waiting_day < zone.today))"
        )

    def _get_verdict_sql(self):
        return SQL(
            """CASE WHEN j.promised_day IS NULL THEN 'no_promise'
                    WHEN NOT %s THEN 'not_due'
                    WHEN NOT j.is_delivered THEN 'overdue'
                    WHEN j.is_on_time AND j.is_in_full THEN 'kept'
                    WHEN j.is_on_time THEN 'short'
                    WHEN j.is_in_full THEN 'late'
                    ELSE 'late_short' END""",
            self._get_due_sql(),
        )

    def _get_rolled_numbers(self):
        overdue = self._get_rolled_overdue_sql()
        return {
            **{name: SQL("j.%s", SQL(name)) for name in NUMBERS},
            "due_count": SQL("j.due_count + %s", overdue),
            "late_count": SQL("j.late_count + %s", overdue),
            # what has a day on which it will be overdue is open as a whole
            **{
                f"due_{name}": SQL(
                    "j.due_%(name)s + CASE WHEN j.waiting_day < zone.today THEN j.%(open)s ELSE 0 END",
                    name=SQL(name),
                    open=SQL(quantity),
                )
                for name, quantity in (("qty", "ordered_qty"), ("first_qty", "first_qty"))
            },
        }

    def _get_source(self):
        return SQL(
            """logistics_outcome_line line
               JOIN logistics_outcome_order j ON j.order_id = line.order_id
          LEFT JOIN product_product product ON product.id = line.product_id
          LEFT JOIN product_template template ON template.id = product.product_tmpl_id
               %s""",
            self._get_customer_joins(),
        )

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the order of the row."""
        self.ensure_one()
        return self._open(self.order_id)
