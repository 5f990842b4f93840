from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ....tools.foundation.said import SAID

# orders, or deliveries without order, of a batch
BATCH = 2000
# what is judged at once, so that the running month's figures are there
FRESH_DAYS = 31
FRESH = 20_000
# said to what follows outcomes: all of it follows at the end
REBUILT = "logistics_rebuilt"


class LogisticsOutcomeRebuild(models.Model):
    """All outcomes judged anew: what came in past Odoo is found, and what differs is counted.

    From the newest order to the oldest, then the deliveries without order, batch by batch; its
    place is kept, so it resumes after a kill.
    """

    _name = "logistics.outcome.rebuild"
    _description = "Judging All Anew"
    _order = "id desc"
    _rec_name = "started_at"

    reason = fields.Selection(
        [
            ("installation", "Installation"),
            ("asked", "Asked for"),
            ("policy", "Another Policy of Deliveries"),
            ("zone", "Another Time Zone"),
            ("tiers", "First Tiers"),
        ],
        required=True,
        readonly=True,
        default="asked",
    )
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("replaced", "Replaced")],
        required=True,
        readonly=True,
        default="running",
    )
    phase = fields.Selection(
        [("orders", "Orders"), ("deliveries", "Deliveries without Order")],
        required=True,
        readonly=True,
        default="orders",
    )
    cursor_id = fields.Integer(readonly=True, aggregator=None, help="What comes next is older.")
    total_count = fields.Integer(string="In All", readonly=True)
    judged_count = fields.Integer(string="Looked at", readonly=True)
    differing_count = fields.Integer(
        string="Differed",
        readonly=True,
        help="Outcomes that were missing, or others than what the documents say.",
    )
    progress = fields.Float(compute="_compute_progress")
    started_at = fields.Datetime(string="Started", readonly=True, default=fields.Datetime.now)
    finished_at = fields.Datetime(string="Finished", readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)

    _one_running = models.UniqueIndex("(state) WHERE state = 'running'")

    @api.depends("judged_count", "total_count", "state")
    def _compute_progress(self):
        for rebuild in self:
            share = rebuild.judged_count / rebuild.total_count if rebuild.total_count else 1.0
            rebuild.progress = 100.0 if rebuild.state == "done" else 100.0 * min(share, 1.0)

    # === BUSINESS METHODS ===#

    @api.model
    def _start(self, reason):
        """Begin to judge all anew; what is under way is replaced, or goes on if it is at its beginning.

        :param reason: one of the field's
        """
        rebuilds = self.sudo()  # whoever may change the policy; a job does the rest
        running = rebuilds.search([("state", "=", "running")])
        if running and not running.judged_count:
            return running
        running.state = "replaced"
        running.flush_recordset()
        self.env["logistics.outcome.judge"]._forget_failures()
        [(newest, total)] = self.env.execute_query(
            SQL(
                """SELECT GREATEST((SELECT MAX(id) FROM sale_order), 0) + 1,
                          (SELECT COUNT(*) FROM sale_order)
                              + (SELECT COUNT(*) FROM stock_picking WHERE sale_id IS NULL)"""
            )
        )
        return rebuilds.create(
            {
                "reason": reason,
                "cursor_id": newest or 1,
                "total_count": total,
                "user_id": self.env.uid,
            }
        )

    @api.model
    def _fill(self):
        """Fill the outcomes of a database that had none: the last month at once, the rest by the job."""
        if not self.env["sale.order"].sudo().search_count([], limit=1):
            return
        self._start("installation")
        since = fields.Datetime.now() - timedelta(days=FRESH_DAYS)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM sale_order WHERE date_order >= %s ORDER BY id DESC LIMIT %s",
                since,
                FRESH,
            )
        )
        judge = self.env["logistics.outcome.judge"].sudo()
        judge._take_turn()
        judge._judge(*judge._trace({"sale.order": [order_id for (order_id,) in rows]}))

    @api.model
    def _go_on(self):
        """Go on with what is under way, batch by batch."""
        cron = self.env["ir.cron"]
        judge = self.env["logistics.outcome.judge"]
        while rebuild := self.search([("state", "=", "running")], limit=1):
            done = judge._retry(rebuild._advance)
            if not done or not cron._commit_progress(1, remaining=int(rebuild.state == "running")):
                return

    def _advance(self):
        """Judge a batch and keep how far it came.

        :return: whether it could be done
        """
        judge = self.env["logistics.outcome.judge"].with_context(**{REBUILT: SAID})
        judge._take_turn()
        ids = self._get_next()
        if not ids:
            self._enter_next_phase()
            return True
        is_orders = self.phase == "orders"
        found = judge._trace({"sale.order" if is_orders else "stock.picking": ids})
        self.write(
            {
                "differing_count": self.differing_count + judge._judge(*found),
                "judged_count": self.judged_count + len(ids),
                "cursor_id": min(ids),
            }
        )
        return True

    def _get_next(self):
        table = SQL("sale_order") if self.phase == "orders" else SQL("stock_picking")
        condition = SQL() if self.phase == "orders" else SQL("AND sale_id IS NULL")
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id < %s %s ORDER BY id DESC LIMIT %s",
                table,
                self.cursor_id,
                condition,
                BATCH,
            )
        )
        return [res_id for (res_id,) in rows]

    def _enter_next_phase(self):
        if self.phase == "orders":
            [(newest,)] = self.env.execute_query(SQL("SELECT MAX(id) FROM stock_picking"))
            self.write({"phase": "deliveries", "cursor_id": (newest or 0) + 1})
        else:
            self._finish()

    def _finish(self):
        self.write({"state": "done", "finished_at": fields.Datetime.now()})

    @api.model
    def _is_behind(self):
        """Tell whether outcomes differed that are not followed yet by what is made from them."""
        last = self.search([("state", "=", "done")], limit=1)
        behind = [("id", ">", last.id or 0), ("differing_count", ">", 0)]  # the replaced ones, too
        return bool(self.search_count(behind, limit=1))

    @api.model
    def _get_progress(self):
        """Return what share of all has been judged, in percent; None where nothing is under way."""
        running = self.search([("state", "=", "running")], limit=1)
        return running.progress if running else None

    # === ACTION METHODS ===#

    @api.model
    def action_start(self):
        """Have everything judged anew."""
        if not self.env.user.has_group("logistics_customer_service.group_manager"):
            raise AccessError(self.env._("Only a service manager has everything judged anew."))
        self._start("asked")
        return {"type": "ir.actions.client", "tag": "soft_reload"}
