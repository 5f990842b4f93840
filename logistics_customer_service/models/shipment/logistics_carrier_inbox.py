import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.foundation.parts import of_part
from ..foundation import bulk
from ..foundation.isolation import isolate

_logger = logging.getLogger(__name__)

# pictures take their time, and a batch must end before the worker's
BATCH = 100
ATTEMPTS = 5
WAITING = [("failed_at", "=", False)]


class LogisticsCarrierInbox(models.Model):
    """What carriers reported and were told is kept, until a job makes shipment events of it.

    The request only appends: it waits for nobody who works on the delivery, and nobody for it. The
    job deletes a row in the transaction that makes the event.
    """

    _name = "logistics.carrier.inbox"
    _description = "Incoming Carrier Event"
    _order = "id"
    _rec_name = "external_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    key_id = fields.Many2one("logistics.carrier.key", string="Carrier Key", readonly=True)
    external_id = fields.Char(string="Carrier's Event", required=True, readonly=True)
    tracking_ref = fields.Char(string="Tracking Number", required=True, readonly=True)
    raw_code = fields.Char(string="Carrier's Code", required=True, readonly=True)
    happened_at = fields.Datetime(required=True, readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    expected_at = fields.Datetime(string="Expected Arrival", readonly=True)
    place = fields.Char(readonly=True)
    text = fields.Text(string="Remark", readonly=True)
    signer_name = fields.Char(string="Signed by", readonly=True)
    signature = fields.Binary(attachment=False, readonly=True)
    photo = fields.Binary(attachment=False, readonly=True)
    failed_at = fields.Datetime(readonly=True, help="Empty: it waits for its turn, a minute at most.")
    failure_text = fields.Text(string="Failure", readonly=True)

    _external_unique = models.UniqueIndex("(company_id, carrier_id, external_id)")
    _key_received_idx = models.Index("(key_id, received_at)")

    # === BUSINESS METHODS ===#

    @api.model
    def _accept(self, key, reports):
        """Keep what a carrier reports, each event once.

        :param key: the carrier's key
        :param reports: list of :class:`~..tools.shipment.carrier_events.Report`
        :return: counts by name
        :raise TooMany: over the key's rate limit
        """
        new = self._filter_new(key, reports)
        key._spend(len(new))
        rows = [self._prepare_row(key, report) for report in new]
        # somebody else brings the same one now: the request begins anew and finds it
        bulk.insert(self, rows, SQL("(company_id, carrier_id, external_id)"))
        return {"accepted": len(new), "repeated": len(reports) - len(new)}

    @api.model
    def _filter_new(self, key, reports):
        """Return the reports not received before; of those with one id the first."""
        by_id = {}
        for report in reports:
            by_id.setdefault(report.id, report)
        condition = SQL(
            "company_id = %s AND carrier_id = %s AND external_id = ANY(%s)",
            key.company_id.id,
            key.carrier_id.id,
            list(by_id),
        )
        # one question to both, of columns that are never written late
        held = self.env.execute_query(
            SQL(
                """SELECT external_id FROM logistics_shipment_event WHERE %(condition)s
                   UNION ALL SELECT external_id FROM logistics_carrier_inbox WHERE %(condition)s""",
                condition=condition,
            )
        )
        known = {name for (name,) in held}
        return [report for name, report in by_id.items() if name not in known]

    @api.model
    def _prepare_row(self, key, report):
        return {
            "company_id": key.company_id.id,
            "carrier_id": key.carrier_id.id,
            "key_id": key.id,
            "external_id": report.id,
            "tracking_ref": report.tracking_number,
            "raw_code": report.code,
            "happened_at": report.time,
            "received_at": fields.Datetime.now(),
            "expected_at": report.expected_at,
            "place": report.place,
            "text": report.text,
            "signer_name": report.signer,
            "signature": report.signature,
            "photo": report.photo,
        }

    # === ACTION METHODS ===#

    def action_retry(self):
        """Let the job try again what it could not take."""
        self.check_access("read")
        # nobody writes here but the job: whoever sees a row may have it tried again
        rows = self.sudo().filtered("failed_at")
        rows.write({"failed_at": False, "failure_text": False})
        self.env["ir.cron"]._wake("logistics_customer_service.ir_cron_take_carrier_events")

    # === CRON METHODS ===#

    @api.model
    @of_part("shipments")
    def _cron_take(self):
        """Make shipment events of what waits, batch by batch, in the order in which it came."""
        cron = self.env["ir.cron"]
        while count := self._take_or_rest():
            if not cron._commit_progress(count, remaining=self.search_count(WAITING, limit=BATCH)):
                return

    @api.model
    def _take_or_rest(self):
        """Take one batch; return its size, 0 when there is none or others have it in hand.

        Somebody who works on one of the deliveries goes first: the batch begins anew after them.
        """
        for _attempt in range(ATTEMPTS):
            try:
                batch = self.search(WAITING, limit=BATCH).try_lock_for_update()
                count = len(batch)
                isolate(batch, lambda rows: rows._take(), lambda row, error: row._put_aside(error))
                self.env.flush_all()
                return count
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.info("Carriers' events are taken anew: %s", error)
                self.env.cr.rollback()
        return 0

    def _take(self):
        self.env["logistics.shipment.event"]._receive(self)
        # past the ORM, whose log would name each of them
        self.env.cr.execute(SQL("DELETE FROM logistics_carrier_inbox WHERE id = ANY(%s)", self.ids))
        self.invalidate_recordset(flush=False)

    def _put_aside(self, error):
        _logger.warning("The incoming carrier event %s could not be taken: %r", self.id, error)
        self.write({"failed_at": fields.Datetime.now(), "failure_text": str(error) or repr(error)})
