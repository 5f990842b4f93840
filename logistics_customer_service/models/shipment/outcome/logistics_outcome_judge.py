import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_datetime

from ...foundation.isolation import isolate
from .sale_order import JUDGED

_logger = logging.getLogger(__name__)

# marks taken at once, and what is asked of a mark whose order could not be judged
BATCH = 2000
FAILED = "outcome_failed"
RETRIES = 3


class LogisticsOutcomeJudge(models.Model):
    """Judges what was marked; its one row says as of when outcomes are what they are.

    Two that judge at once would each see what was there before the other: both change the row, and
    the second begins anew with a fresh view.
    """

    _name = "logistics.outcome.judge"
    _description = "Judge of Outcomes"
    _log_access = False

    judged_at = fields.Datetime(readonly=True, help="Every change made by then is judged.")
    number = fields.Integer(readonly=True, required=True, default=1)

    _one = models.UniqueIndex("((TRUE))")

    # === BUSINESS METHODS ===#

    def _take_turn(self):
        """Have everybody else who judges wait, and begin anew, until this transaction ends.

        The planner is set up for batches, as in a nightly run: a few rows of large tables.
        """
        self.env.cr.execute("SET LOCAL jit = off")
        self.env.cr.execute("SET LOCAL random_page_cost = 1.1")
        self.env.cr.execute(
            """INSERT INTO logistics_outcome_judge AS held (number, judged_at)
               VALUES (1, NOW() AT TIME ZONE 'UTC')
                   ON CONFLICT ((TRUE)) DO UPDATE
                  SET number = held.number + 1, judged_at = EXCLUDED.judged_at"""
        )

    @api.model
    def _judge_marked(self):
        """Judge the orders and deliveries of some marks.

        :return: the number of marks
        """
        self._take_turn()
        marks, count = self.env["logistics.mark"]._take(JUDGED, BATCH)
        if count:
            self._judge(*self._trace(marks))
        return count

    @api.model
    def _judge_all_marked(self):
        """Judge all that is marked, what this transaction changed included."""
        self.env.cr.flush()
        while self._judge_marked():
            continue
        self.env["logistics.mark"]._write_down()
        self.env.invalidate_all()

    @api.model
    def _judge(self, order_ids, picking_ids):
        """Judge orders with their deliveries, and deliveries without order.

        :return: the number of outcomes that were others
        """
        self.env.flush_all()
        orders = self.env["sale.order"].browse(sorted(order_ids))
        differing = sum(isolate(orders, self._judge_orders, self._give_up))
        pickings = self.env["stock.picking"].browse(sorted(picking_ids))
        return differing + sum(isolate(pickings, self._judge_deliveries, self._give_up))

    @api.model
    def _judge_orders(self, orders):
        lines = self.env["logistics.outcome.line"]._judge(orders.ids)
        return lines + self.env["logistics.outcome.order"]._judge(orders.ids)

    @api.model
    def _judge_deliveries(self, pickings):
        return self.env["logistics.outcome.delivery"]._judge(pickings.ids)

    def _give_up(self, record, error):
        """Leave out what cannot be judged; it stays marked until all is judged anew, and is seen."""
        _logger.warning("The outcome of %s could not be judged: %s", record, error)
        self.env["logistics.mark"]._append(FAILED, record._name, record.ids)

    @api.model
    def _forget_failures(self):
        """Forget what could not be judged, where all is tried anew: what fails again is marked again."""
        self.env.cr.execute(SQL("DELETE FROM logistics_mark WHERE purpose = %s", FAILED))

    @api.model
    def _trace(self, marks):
        """Return the ids of the orders, and of the deliveries, that marks are about.

        :param marks: ids by name of the model
        """
        asked = {name: sorted(marks.get(name, ())) for name in self._get_traced()}
        [(order_ids, picking_ids)] = self.env.execute_query(
            SQL(
                """WITH moved AS (%(moved)s),
                        ordered AS (%(ordered)s)
                   SELECT ARRAY(SELECT id FROM ordered),
                          ARRAY(SELECT sp.id FROM stock_picking sp
                                 WHERE sp.id IN (SELECT id FROM moved)
                             UNION
                                SELECT sp.id FROM stock_picking sp
                                 WHERE sp.sale_id IN (SELECT id FROM ordered))""",
                moved=self._get_moved_query(asked),
                ordered=self._get_ordered_query(asked),
            )
        )
        return order_ids, picking_ids

    @api.model
    def _get_traced(self):
        return (
            "sale.order", "sale.order.line", "stock.move", "stock.picking", "account.move",
            "logistics.delivery.remark", "logistics.shipment.event",
        )  # fmt: skip

    @api.model
    def _get_moved_query(self, asked):
        """Return the query of the transfers that marks are about, with those they take goods back from."""
        return SQL(
            """SELECT sp.id FROM stock_picking sp WHERE sp.id = ANY(%(pickings)s)
            UNION SELECT sp.return_id FROM stock_picking sp
                   WHERE sp.id = ANY(%(pickings)s) AND sp.return_id IS NOT NULL
            UNION SELECT sm.picking_id FROM stock_move sm
                   WHERE sm.id = ANY(%(moves)s) AND sm.picking_id IS NOT NULL
            UNION SELECT origin.picking_id FROM stock_move sm
                    JOIN stock_move origin ON origin.id = sm.origin_returned_move_id
                   WHERE sm.id = ANY(%(moves)s) AND origin.picking_id IS NOT NULL
            UNION SELECT remark.picking_id FROM logistics_delivery_remark remark
                   WHERE remark.id = ANY(%(remarks)s)
            UNION SELECT event.picking_id FROM logistics_shipment_event event
                   WHERE event.id = ANY(%(events)s) AND event.picking_id IS NOT NULL""",
            pickings=asked["stock.picking"],
            moves=asked["stock.move"],
            remarks=asked["logistics.delivery.remark"],
            events=asked["logistics.shipment.event"],
        )

    @api.model
    def _get_ordered_query(self, asked):
        """Return the query of the orders that marks are about; it may read ``moved``."""
        return SQL(
            """SELECT UNNEST(%(orders)s::int[]) AS id
            UNION SELECT line.order_id FROM sale_order_line line WHERE line.id = ANY(%(lines)s)
            UNION SELECT line.order_id FROM stock_move sm
                    JOIN sale_order_line line ON line.id = sm.sale_line_id
                   WHERE sm.id = ANY(%(moves)s)
            UNION SELECT sp.sale_id FROM moved
                    JOIN stock_picking sp ON sp.id = moved.id
                   WHERE sp.sale_id IS NOT NULL
            UNION SELECT line.order_id FROM account_move marked
                    JOIN account_move_line aml
                      ON aml.move_id IN (marked.id, marked.reversed_entry_id)
                    JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = aml.id
                    JOIN sale_order_line line ON line.id = rel.order_line_id
                   WHERE marked.id = ANY(%(invoices)s)""",
            orders=asked["sale.order"],
            lines=asked["sale.order.line"],
            moves=asked["stock.move"],
            invoices=asked["account.move"],
        )

    @api.model
    def _get_state(self):
        """Return as of when outcomes are, how many changes wait, and how far a rebuild is.

        :return: mapping of ``judged_at``, ``waiting``, ``failed`` and ``filling``, a share or None
        """
        marks = self.env["logistics.mark"]
        return {
            "judged_at": self.sudo().search([], limit=1).judged_at,  # an hour tells nothing of anybody
            "waiting": marks._count(JUDGED),
            "failed": marks._count(FAILED),
            "filling": self.env["logistics.outcome.rebuild"].sudo()._get_progress(),
        }

    @api.model
    def get_state_text(self):
        """Return in words as of when figures of outcomes are, and whether they are behind.

        :raise AccessError: to whom the figures are not shown either
        """
        self.env["logistics.outcome.order"].check_access("read")
        state = self._get_state()
        parts = []
        if state["judged_at"]:
            time = format_datetime(self.env, state["judged_at"], dt_format="short")
            parts.append(self.env._("As of %s.", time))
        if state["waiting"]:
            parts.append(self.env._("%s changes are being judged.", state["waiting"]))
        if state["failed"]:
            parts.append(self.env._("%s could not be judged.", state["failed"]))
        if state["filling"] is not None:
            share = f"{state['filling']:.0f} %"
            parts.append(self.env._("What there was before is being judged: %s done.", share))
        return " ".join(parts), bool(state["failed"] or state["filling"] is not None)

    # === CRON METHODS ===#

    @api.model
    def _cron_judge(self):
        """Judge what is marked, batch by batch; then go on with what is judged anew."""
        cron = self.env["ir.cron"]
        marks = self.env["logistics.mark"]
        self.env["res.company"]._note_outcome_zones()
        while count := self._retry(self._judge_marked):
            if not cron._commit_progress(count, remaining=marks._count(JUDGED)):
                return
        self.env["logistics.outcome.rebuild"]._go_on()

    @api.model
    def _retry(self, work):
        """Do a batch; where another one judged meanwhile, do it again."""
        for _attempt in range(RETRIES):
            try:
                return work()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.info("Outcomes are judged again: %s", error)
                self.env.cr.rollback()
        return 0
