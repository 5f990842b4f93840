from odoo import api, fields, models
from odoo.tools import SQL

from .logistics_outcome_mixin import TOLERANCE

PROMISE_ORIGINS = [
    ("promise", "Promise kept"),
    ("commitment", "Delivery date of the order"),
    ("deadline", "Deadline of the transfer"),
    ("scheduled", "Scheduled date of the transfer"),
]
SOURCES = [("carrier", "Carrier"), ("staff", "Staff"), ("odoo", "Validation of the transfer")]


class LogisticsOutcomeLine(models.Model):
    """How a line of goods of a confirmed order was delivered (formulas 1, 2, 6 and 7).

    Its goods are laid one after another, as they were handed over: those up to the ordered quantity
    are the order's; what comes after them is an exchange, sent again or too much, and spoils
    nothing. What comes back later does not undo a delivery.
    """

    _name = "logistics.outcome.line"
    _inherit = ["logistics.outcome.mixin"]
    _description = "Outcome of an Order Line"
    _log_access = False
    _order = "line_id desc"
    _rec_name = "line_id"
    _judged = "line_id"

    line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    product_id = fields.Many2one("product.product", readonly=True, index=True)
    promised_at = fields.Datetime(string="Promised", readonly=True)
    promised_day = fields.Date(readonly=True, help="In the company's time zone.")
    promise_origin = fields.Selection(PROMISE_ORIGINS, readonly=True)
    delivered_at = fields.Datetime(
        string="Delivered",
        readonly=True,
        help="When the last of the goods ordered was handed over; where less came and nothing more "
        "will, when the last of that was.",
    )
    delivered_day = fields.Date(readonly=True, help="In the company's time zone.")
    delivered_source = fields.Selection(SOURCES, string="Delivered, Says", readonly=True)
    ordered_qty = fields.Float(string="Ordered Quantity", readonly=True)
    first_qty = fields.Float(string="Shipped First", readonly=True)
    delivered_qty = fields.Float(
        string="Delivered Quantity",
        readonly=True,
        help="All that was handed over, exchanges and what is too much included.",
    )
    sent_qty = fields.Float(
        string="Sent Quantity",
        readonly=True,
        help="What left the warehouse for the customer, other goods on the same line included.",
    )
    returned_qty = fields.Float(string="Returned Quantity", readonly=True)
    is_shipped = fields.Boolean(
        string="Shipped", readonly=True, help="The order had a first delivery."
    )
    is_short_first = fields.Boolean(string="Short at First", readonly=True)
    is_complete = fields.Boolean(string="Complete", readonly=True)
    is_substituted = fields.Boolean(string="Substituted", readonly=True)
    is_on_time = fields.Boolean(
        string="On Time", readonly=True, help="Delivered on or before the promised day."
    )
    days_late = fields.Integer(readonly=True, aggregator="avg")

    _line_unique = models.UniqueIndex("(line_id)")

    # === BUSINESS METHODS ===#

    @api.model
    def _get_gone_sql(self, ids):
        return SQL(
            """held.order_id = ANY(%s) AND NOT EXISTS (
                   SELECT FROM (%s) judged WHERE judged.id = held.line_id)""",
            list(ids),
            self._get_lines_query(ids),
        )

    @api.model
    def _get_lines_query(self, ids):
        """Return the query of the lines of goods that customers ordered.

        A substitute is no line that the customer ordered, unless the line it stands in for was
        taken back to nothing: then it stands for it.
        """
        return SQL(
            """SELECT sol.id
                 FROM sale_order_line sol
                 JOIN sale_order so ON so.id = sol.order_id
                 JOIN product_product product ON product.id = sol.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE so.id = ANY(%s) AND so.state = 'sale' AND template.type = 'consu'
                  AND sol.product_uom_qty > 0 AND sol.is_delivery IS NOT TRUE
                  AND (sol.substitute_for_id IS NULL
                       OR (SELECT ordered.product_uom_qty FROM sale_order_line ordered
                            WHERE ordered.id = sol.substitute_for_id) <= 0)""",
            list(ids),
        )

    @api.model
    def _get_steps(self, ids):
        return [
            self._get_zone_step(),
            self._get_transfer_step(ids),
            self._get_schedule_step(),
            self._get_line_step(ids),
            self._get_moved_step(),
            self._get_reached_step(),
            self._get_made_step(),
            self._get_live_step(),
            self._get_judged_step(),
        ]

    @api.model
    def _get_line_step(self, ids):
        """``line``: goods ordered, with their units and their promise."""
        return SQL(
            """line AS MATERIALIZED (
                SELECT sol.id, sol.order_id, so.company_id, sol.product_id, sol.product_uom_qty,
                       sol.qty_delivered, unit.factor AS unit_factor,
                       stock_unit.factor AS stock_factor,
                       sol.product_uom_qty * unit.factor AS ordered,
                       schedule.first_done, schedule.at AS order_at,
                       COALESCE(schedule.is_delivered, FALSE) AS order_delivered,
                       COALESCE(sol.promised_date, so.promised_date) AS promise,
                       so.commitment_date, schedule.deadline, schedule.scheduled,
                       sol.substitution_reason_id IS NOT NULL
                           OR sol.substitute_for_id IS NOT NULL
                           OR EXISTS (SELECT FROM sale_order_line other
                                       WHERE other.substitute_for_id = sol.id
                                         AND other.substitute_for_id IS NOT NULL) AS is_marked
                  FROM (%s) eligible
                  JOIN sale_order_line sol ON sol.id = eligible.id
                  JOIN sale_order so ON so.id = sol.order_id
                  JOIN product_product product ON product.id = sol.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = sol.product_uom_id
                  JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
             LEFT JOIN schedule ON schedule.order_id = so.id
            )""",
            self._get_lines_query(ids),
        )

    @api.model
    def _get_moved_step(self):
        """``moved``: what moves bring, or were to bring, of each line, in reference units.

        ``part`` tells what is needed together to make the goods of a line, ``needed`` how much of
        it; ``is_item`` that it is what was ordered. Cancelled moves bring nothing, but say what
        was needed.
        """
        lines = self.env["sale.order.line"]
        return SQL(
            """moved AS (
                SELECT sol.id AS line_id, sm.id, sm.state, transfer.date_done,
                       CASE WHEN sm.state = 'done' THEN transfer.at END AS at,
                       %(part)s AS part, %(is_item)s AS is_item, %(needed)s AS needed,
                       CASE sm.state WHEN 'cancel' THEN 0 WHEN 'done' THEN sm.quantity
                            ELSE sm.product_uom_qty END * unit.factor AS quantity
                  FROM line sol
                  JOIN stock_move sm ON sm.sale_line_id = sol.id
                  JOIN uom_uom unit ON unit.id = sm.product_uom
             LEFT JOIN transfer ON transfer.id = sm.picking_id
                 WHERE sm.origin_returned_move_id IS NULL
                   AND (transfer.id IS NOT NULL
                        OR (sm.state = 'cancel' AND sm.location_dest_id = ANY(%(customers)s)))
            )""",
            part=lines._get_part_sql(),
            is_item=lines._get_item_sql(),
            needed=lines._get_needed_sql(),
            customers=self.env["stock.picking"]._get_customer_location_ids(),
        )

    @api.model
    def _get_reached_step(self):
        """``reached``: the same, with how much of each part had been handed over by then."""
        return SQL(
            """reached AS (
                SELECT moved.*,
                       SUM(quantity) FILTER (WHERE at IS NOT NULL) OVER (
                           PARTITION BY line_id, part, is_item ORDER BY at NULLS LAST, id
                       ) AS reached
                  FROM moved
            )"""
        )

    @api.model
    def _get_made_step(self):
        """``made``: when a line was complete, and what share of it was handed over and sent first."""
        return SQL(
            """made AS (
                SELECT line_id, CASE WHEN BOOL_AND(at IS NOT NULL) THEN MAX(at) END AS at,
                       MIN(share) AS share, MIN(first_share) AS first_share,
                       MIN(sent_share) AS sent_share, MAX(part) > 0 AS is_kit
                  FROM (SELECT reached.line_id, reached.part,
                               MIN(reached.at) FILTER (
                                   WHERE reached.reached >= reached.needed - %(tolerance)s) AS at,
                               COALESCE(SUM(reached.quantity) FILTER (
                                   WHERE reached.at IS NOT NULL), 0)
                                   / NULLIF(MAX(reached.needed), 0) AS share,
                               COALESCE(SUM(reached.quantity) FILTER (
                                   WHERE reached.state = 'done'
                                     AND reached.date_done = line.first_done), 0)
                                   / NULLIF(MAX(reached.needed), 0) AS first_share,
                               COALESCE(SUM(reached.quantity) FILTER (
                                   WHERE reached.state = 'done'), 0)
                                   / NULLIF(MAX(reached.needed), 0) AS sent_share
                          FROM reached
                          JOIN line ON line.id = reached.line_id
                         WHERE reached.is_item
                         GROUP BY reached.line_id, reached.part) part
                 GROUP BY line_id
            )""",
            tolerance=TOLERANCE,
        )

    @api.model
    def _get_live_step(self):
        """``live``: of each line that is moved what is still to be handed over, and what last was."""
        return SQL(
            """live AS (
                SELECT line_id, BOOL_OR(at IS NULL) AS is_open, MAX(at) AS at,
                       SUM(quantity) FILTER (WHERE NOT is_item AND state = 'done') AS other
                  FROM moved
                 WHERE state <> 'cancel'
                 GROUP BY line_id
            )"""
        )

    @api.model
    def _get_judged_step(self):
        """``judged``: the lines with what decides about them."""
        return SQL(
            """judged AS (
                SELECT state.*,
                       CASE WHEN is_complete THEN COALESCE(made_at, order_at)
                            WHEN NOT is_open THEN COALESCE(live_at, order_at) END AS delivered_at
                  FROM (SELECT line.*, made.at AS made_at, live.at AS live_at,
                               COALESCE(made.share, 0) AS share,
                               COALESCE(made.first_share, 0) AS first_share,
                               COALESCE(made.is_kit, FALSE) AS is_kit,
                               COALESCE(made.sent_share, 0) AS sent_share,
                               COALESCE(live.other, 0) AS other,
                               live.line_id IS NULL AS is_unmoved,
                               made.at IS NOT NULL
                                   OR live.line_id IS NULL
                                      AND COALESCE(line.qty_delivered, 0) >= line.product_uom_qty
                                   AS is_complete,
                               CASE WHEN live.line_id IS NULL THEN NOT line.order_delivered
                                    ELSE live.is_open END AS is_open
                          FROM line
                     LEFT JOIN made ON made.line_id = line.id
                     LEFT JOIN live ON live.line_id = line.id) state
            )"""
        )

    @api.model
    def _get_source(self, ids):
        return SQL(
            """(SELECT judged.*, zone.tz, back.quantity AS returned,
                       COALESCE(judged.promise, judged.commitment_date, judged.deadline,
                                judged.scheduled) AS promised_at
                  FROM judged
                  JOIN zone ON zone.company_id = judged.company_id
             LEFT JOIN LATERAL (%s) back ON TRUE) j
             JOIN zone ON zone.company_id = j.company_id
        LEFT JOIN (SELECT order_id, at, MIN(source) AS source FROM transfer GROUP BY order_id, at) said
               ON said.order_id = j.order_id AND said.at = j.delivered_at""",
            self._get_returned_query(),
        )

    @api.model
    def _get_returned_query(self):
        """Return the query of how much of a line came back, in the reference unit."""
        customers = self.env["stock.picking"]._get_customer_location_ids()
        return SQL(
            """SELECT SUM(sm.quantity * unit.factor) AS quantity
                 FROM stock_move sm
                 JOIN uom_uom unit ON unit.id = sm.product_uom
                WHERE sm.sale_line_id = judged.id AND sm.state = 'done'
                  AND sm.product_id = judged.product_id
                  AND sm.location_id = ANY(%s) AND sm.location_dest_id <> ALL(%s)""",
            customers,
            customers,
        )

    @api.model
    def _get_columns(self):
        promised_day = self._get_day_sql(SQL("j.promised_at"))
        delivered_day = self._get_day_sql(SQL("j.delivered_at"))
        first = self._get_whole_sql(SQL("j.first_share"))
        return {
            "line_id": SQL("j.id"),
            "order_id": SQL("j.order_id"),
            "company_id": SQL("j.company_id"),
            "product_id": SQL("j.product_id"),
            "promised_at": SQL("j.promised_at"),
            "promised_day": promised_day,
            "promise_origin": SQL(
                """CASE WHEN j.promise IS NOT NULL THEN 'promise'
                        WHEN j.commitment_date IS NOT NULL THEN 'commitment'
                        WHEN j.deadline IS NOT NULL THEN 'deadline'
                        WHEN j.scheduled IS NOT NULL THEN 'scheduled' END"""
            ),
            "delivered_at": SQL("j.delivered_at"),
            "delivered_day": delivered_day,
            "delivered_source": SQL("said.source"),
            "ordered_qty": SQL("j.ordered / j.stock_factor"),
            "first_qty": SQL("LEAST(%s, j.ordered) / j.stock_factor", first),
            "delivered_qty": SQL(
                """CASE WHEN j.is_unmoved THEN COALESCE(j.qty_delivered, 0) * j.unit_factor
                        ELSE %s END / j.stock_factor""",
                self._get_whole_sql(SQL("j.share")),
            ),
            "sent_qty": SQL(
                """CASE WHEN j.is_unmoved THEN COALESCE(j.qty_delivered, 0) * j.unit_factor
                        ELSE %s + j.other END / j.stock_factor""",
                self._get_whole_sql(SQL("j.sent_share")),
            ),
            "returned_qty": SQL("COALESCE(j.returned, 0) / j.stock_factor"),
            "is_shipped": SQL("j.first_done IS NOT NULL"),
            "is_short_first": SQL(
                "j.first_done IS NOT NULL AND %s < j.ordered - %s", first, TOLERANCE
            ),
            "is_complete": SQL("j.is_complete"),
            "is_substituted": SQL("j.is_marked OR (NOT j.is_complete AND j.other > 0)"),
            "is_on_time": SQL("%s <= %s", delivered_day, promised_day),
            "days_late": SQL("GREATEST(%s - %s, 0)", delivered_day, promised_day),
        }

    @api.model
    def _get_whole_sql(self, share):
        """Return the SQL of how much a share of the line comes to: of kits, whole ones alone."""
        return SQL(
            """CASE WHEN j.is_kit AND %(share)s < 1 - %(tolerance)s
                    THEN FLOOR(%(share)s * j.product_uom_qty + %(tolerance)s) * j.unit_factor
                    ELSE %(share)s * j.ordered END""",
            share=share,
            tolerance=TOLERANCE,
        )
