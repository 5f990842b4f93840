import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import bulk
from .isolation import isolate

_logger = logging.getLogger(__name__)

SENT, FAILED, CANCELLED, BOUNCED = "sent", "failed", "cancelled", "bounced"
BATCH = 200


class LogisticsSendingResult(models.Model):
    """What became of a mail or an SMS, appended by whoever sent it; a job applies it.

    It is appended by the very transaction that handed the mail to a server: were that one to fail
    or to wait for others, core would send the mail once more. So a row refers to nothing by key and
    says all there is to say. It goes when it is applied.
    """

    _name = "logistics.sending.result"
    _description = "Result of What Was Sent"
    _order = "id"
    _log_access = False

    model = fields.Char(required=True, readonly=True)
    res_id = fields.Integer(string="Record", required=True, readonly=True)
    channel = fields.Selection([("mail", "Mail"), ("sms", "SMS")], required=True, readonly=True)
    item_id = fields.Integer(string="Mail or SMS", readonly=True, aggregator=None)
    message_id = fields.Integer(string="Message", readonly=True, aggregator=None)
    outcome = fields.Selection(
        [
            (SENT, "Sent"),
            (FAILED, "Failed"),
            (CANCELLED, "Cancelled"),
            (BOUNCED, "Came Back"),
        ],
        required=True,
        readonly=True,
    )
    failure_type = fields.Char(readonly=True)
    failure_text = fields.Text(string="Failure", readonly=True)
    address = fields.Char(readonly=True, help="The address from which it came back.")
    happened_at = fields.Datetime(required=True, readonly=True)

    # === BUSINESS METHODS ===#

    @api.model
    def _follows(self, name):
        """Tell whether the mails of a model are followed."""
        return bool(name) and name in self.pool and issubclass(
            self.pool[name], self.pool["logistics.told.mixin"]
        )

    @api.model
    def _append(self, rows):
        """Append results. It never raises: what is lost here the job finds by itself.

        :param rows: dicts of the fields, ``happened_at`` excepted
        """
        try:
            now = fields.Datetime.now()
            with self.env.cr.savepoint(flush=False):
                bulk.insert(self, [self._prepare_row(row, now) for row in rows])
        except Exception:
            _logger.exception("What became of mails or SMS could not be kept: %s", rows)

    @api.model
    def _prepare_row(self, row, now):
        names = ("item_id", "message_id", "failure_type", "failure_text", "address")
        return {
            **{name: row.get(name) or None for name in names},
            **{name: row[name] for name in ("model", "res_id", "channel", "outcome")},
            "happened_at": now,
        }

    def _get_key(self):
        """Return what is the same for all that had the same fate at the same second."""
        return self.outcome, self.failure_type, self._get_text(), self.happened_at

    def _get_text(self):
        """Return in words why it failed."""
        labels = self.env["mail.notification"]._fields["failure_type"]
        known = dict(labels._description_selection(self.env))
        return self.failure_text or known.get(self.failure_type) or self.env._("Not delivered.")

    # === CRON METHODS ===#

    @api.model
    def _cron_apply(self):
        """Bring results to what was sent, batch by batch; then look for what has none."""
        cron = self.env["ir.cron"]
        while count := self._apply_or_rest():
            if not cron._commit_progress(count, remaining=self.search_count([])):
                return
        for name in self.env.registry:
            if self._follows(name) and not self.env[name]._abstract:
                self.env[name]._find_lost()
        cron._commit_progress(remaining=0)

    @api.model
    def _apply_or_rest(self):
        """Apply one batch; return its size, 0 when there is none or others were faster."""
        try:
            batch = self.search([], limit=BATCH).try_lock_for_update()
            isolate(batch, lambda part: part._apply(), lambda one, error: one._leave_out(error))
            count = len(batch)
            batch.unlink()
            self.env.flush_all()
            return count
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info("Results of what was sent wait for the next run: %s", error)
            self.env.cr.rollback()
            return 0

    def _apply(self):
        for name, results in self.grouped("model").items():
            if self._follows(name):
                self.env[name]._take_results(results)

    def _leave_out(self, error):
        _logger.warning(
            "The result of what was sent for %s %s is left out: %r", self.model, self.res_id, error
        )
