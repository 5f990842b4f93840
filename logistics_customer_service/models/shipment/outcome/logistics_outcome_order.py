import logging

from odoo import api, fields, models
from odoo.tools import SQL

from .faults import get_fault_step, get_wrong_step

_logger = logging.getLogger(__name__)


class LogisticsOutcomeOrder(models.Model):
    """How a confirmed order with goods went (formulas 1–5).

    On time: every line on or before its own promised day. In full: every line with its item and
    its ordered quantity. Perfect: both, undamaged and invoiced without error.
    """

    _name = "logistics.outcome.order"
    _inherit = ["logistics.outcome.mixin", "logistics.outcome.part.mixin"]
    _description = "Outcome of an Order"
    _log_access = False
    _order = "order_id desc"
    _rec_name = "order_id"
    _judged = "order_id"
    _then = ("country_id", "state_id")
    _counted = ("partner_id", "company_id", "delivered_at", "is_in_full")

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    order_date = fields.Datetime(string="Ordered", readonly=True)
    line_count = fields.Integer(string="Lines of Goods", readonly=True)
    first_line_id = fields.Many2one("sale.order.line", readonly=True, ondelete="set null", index=True)
    promised_day = fields.Date(
        string="Promised", readonly=True, help="The latest promised day of its lines."
    )
    waiting_day = fields.Date(
        string="Still Waited for",
        readonly=True,
        help="The earliest promised day of the lines that are not delivered: once it has passed the "
        "order is overdue.",
    )
    delivered_at = fields.Datetime(string="Delivered", readonly=True)
    delivered_day = fields.Date(readonly=True, index=True)
    is_delivered = fields.Boolean(string="Everything Delivered", readonly=True)
    is_on_time = fields.Boolean(
        string="Each Line on Time",
        readonly=True,
        help="Empty: nothing was promised, or not all is delivered.",
    )
    is_in_full = fields.Boolean(string="Each Line in Full", readonly=True)
    is_damaged = fields.Boolean(string="Damaged or Short", readonly=True)
    is_misbilled = fields.Boolean(string="Wrong Invoice", readonly=True)
    is_rerouted = fields.Boolean(string="Rerouted", readonly=True)
    is_perfect = fields.Boolean(string="Perfect", readonly=True)
    unjudged_because = fields.Selection(
        [("no_promise", "No promised day"), ("open", "Not delivered yet")],
        string="Not Judged Because",
        readonly=True,
        help="An order that is not delivered yet counts once a promised day has passed.",
    )
    days_late = fields.Integer(readonly=True, aggregator="avg")
    cycle_days = fields.Float(
        string="Order Cycle (Days)",
        readonly=True,
        aggregator="avg",
        help="From the order to its complete delivery, by the clock on the company's wall.",
    )

    _order_unique = models.UniqueIndex("(order_id)")
    _day_idx = models.Index("(company_id, promised_day)")
    # a night adds up a customer's without looking at the rows
    _customer_idx = models.Index("(partner_id) INCLUDE (company_id, delivered_at, is_in_full)")

    # === BUSINESS METHODS ===#

    @api.model
    def _get_gone_sql(self, ids):
        """Gone are orders without lines of goods, and those that are somebody else's now."""
        return SQL(
            """held.order_id = ANY(%s) AND (
                   NOT EXISTS (SELECT FROM logistics_outcome_line line
                                WHERE line.order_id = held.order_id)
                   OR held.partner_id <> (SELECT partner_id FROM sale_order so
                                           WHERE so.id = held.order_id))""",
            list(ids),
        )

    @api.model
    def _get_steps(self, ids):
        return [
            self._get_zone_step(),
            self._get_transfer_step(ids),
            self._get_schedule_step(),
            self._get_whole_step(ids),
            get_fault_step(SQL("sp.sale_id = ANY(%s)", list(ids))),
            self._get_faulty_step(),
            get_wrong_step(self._get_invoices_query(ids)),
            self._get_misbilled_step(ids),
        ]

    @api.model
    def _get_whole_step(self, ids):
        """``whole``: what the lines of an order come to."""
        return SQL(
            """whole AS (
                SELECT line.order_id,
                       COUNT(*) AS line_count,
                       MIN(line.line_id) AS first_line_id,
                       MAX(line.promised_day) AS promised_day,
                       MIN(line.promised_day) FILTER (WHERE line.delivered_at IS NULL)
                           AS waiting_day,
                       CASE WHEN BOOL_AND(line.delivered_at IS NOT NULL)
                            THEN MAX(line.delivered_at) END AS delivered_at,
                       BOOL_AND(line.is_on_time) AS is_on_time,
                       BOOL_AND(line.is_complete AND NOT line.is_substituted) AS is_in_full,
                       MAX(line.days_late) AS days_late
                  FROM logistics_outcome_line line
                 WHERE line.order_id = ANY(%s)
                 GROUP BY line.order_id
            )""",
            list(ids),
        )

    @api.model
    def _get_faulty_step(self):
        """``faulty``: orders of which pieces were damaged or short."""
        return SQL(
            """faulty AS (
                SELECT order_id FROM fault WHERE GREATEST(damaged, short) > 0 GROUP BY order_id
            )"""
        )

    @api.model
    def _get_invoices_query(self, ids):
        """Return the query of the invoices of orders."""
        return SQL(
            """SELECT aml.move_id
                 FROM sale_order_line line
                 JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                 JOIN account_move_line aml ON aml.id = rel.invoice_line_id
                WHERE line.order_id = ANY(%s)""",
            list(ids),
        )

    @api.model
    def _get_misbilled_step(self, ids):
        """``misbilled``: orders with a wrong invoice."""
        return SQL(
            """misbilled AS (
                SELECT line.order_id
                  FROM wrong
                  JOIN account_move_line aml ON aml.move_id = wrong.invoice_id
                  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = aml.id
                  JOIN sale_order_line line ON line.id = rel.order_line_id
                 WHERE line.order_id = ANY(%s)
                 GROUP BY line.order_id
            )""",
            list(ids),
        )

    @api.model
    def _get_source(self, ids):
        return SQL(
            """whole
               JOIN sale_order so ON so.id = whole.order_id
               JOIN zone ON zone.company_id = so.company_id
               JOIN res_partner customer ON customer.id = so.partner_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = customer.commercial_partner_id
                AND profile.company_id = so.company_id
          LEFT JOIN schedule ON schedule.order_id = so.id
          LEFT JOIN faulty ON faulty.order_id = so.id
          LEFT JOIN misbilled ON misbilled.order_id = so.id"""
        )

    @api.model
    def _get_columns(self):
        cycle = SQL(
            """EXTRACT(epoch FROM
                   (whole.delivered_at AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)
                   - (so.date_order AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)
               )::float8 / 86400"""
        )
        sound = SQL("faulty.order_id IS NULL AND misbilled.order_id IS NULL")
        delivered = SQL("whole.delivered_at IS NOT NULL")
        on_time = SQL("%s AND whole.is_on_time", delivered)
        return {
            "order_id": SQL("so.id"),
            "company_id": SQL("so.company_id"),
            "partner_id": SQL("so.partner_id"),
            "order_date": SQL("so.date_order"),
            "carrier_id": SQL("COALESCE(schedule.carrier_id, so.carrier_id)"),
            "warehouse_id": SQL("so.warehouse_id"),
            "country_id": SQL("customer.country_id"),
            "state_id": SQL("customer.state_id"),
            "tier_id": self.env["logistics.profile"]._get_tier_then_sql(SQL("so.date_order")),
            "line_count": SQL("whole.line_count"),
            "first_line_id": SQL("whole.first_line_id"),
            "promised_day": SQL("whole.promised_day"),
            "waiting_day": SQL("whole.waiting_day"),
            "delivered_at": SQL("whole.delivered_at"),
            "delivered_day": self._get_day_sql(SQL("whole.delivered_at")),
            "is_delivered": delivered,
            "is_on_time": SQL("CASE WHEN %s THEN whole.is_on_time END", delivered),
            "is_in_full": SQL("%s AND whole.is_in_full", delivered),
            "is_damaged": SQL("faulty.order_id IS NOT NULL"),
            "is_misbilled": SQL("misbilled.order_id IS NOT NULL"),
            "is_rerouted": SQL("COALESCE(schedule.is_rerouted, FALSE)"),
            "is_perfect": SQL("COALESCE(%s AND whole.is_in_full AND %s, FALSE)", on_time, sound),
            "unjudged_because": SQL(
                """CASE WHEN whole.promised_day IS NULL THEN 'no_promise'
                        WHEN whole.delivered_at IS NULL THEN 'open' END"""
            ),
            "days_late": SQL("whole.days_late"),
            "cycle_days": cycle,
        }
