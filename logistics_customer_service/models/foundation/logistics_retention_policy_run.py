import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .isolation import isolate
from .retention import delete_files, empty

_logger = logging.getLogger(__name__)

BATCH = 500


class LogisticsRetentionPolicy(models.Model):
    """How retention policies in force are done, batch by batch."""

    _inherit = "logistics.retention.policy"

    # === CRON METHODS ===#

    @api.model
    def _cron_apply(self):
        """Empty or delete what policies in force say, and commit after each batch.

        Done rows are due no more, so that it resumes after a kill and may be done twice. Rows that
        fail are passed over until the next run.
        """
        cron = self.env["ir.cron"]
        scopes = self.search([])._get_scopes()
        remaining = sum(policy._measure(companies)[0] for policy, companies in scopes.items())
        cron._commit_progress(remaining=remaining)
        for policy, companies in scopes.items():
            policy.failed_count = 0
            last = 0
            while batch := policy._get_batch(companies, last):
                last = batch[-1].id
                policy._apply_or_rest(batch)
                remaining = max(remaining - len(batch), 0)
                if not cron._commit_progress(len(batch), remaining=remaining):
                    return
        cron._commit_progress(remaining=0)

    def _get_batch(self, companies, last):
        """Return the next rows that are due, after the id of the last one."""
        self.env.flush_all()  # holds are SQL
        domain = self._get_due_domain(companies) & Domain("id", ">", last)
        rows = self._get_rows(self._get_kinds()[self.kind])
        return rows.search(domain, order="id", limit=BATCH)

    def _apply_or_rest(self, batch):
        """Do a batch, the bad rows left out; where others changed it meanwhile, the next run does it."""
        failed = []
        try:
            isolate(batch, self._apply, lambda row, error: failed.append((row, error)))
            self.write(
                {
                    "last_run_at": fields.Datetime.now(),
                    "done_count": self.done_count + len(batch) - len(failed),
                    "failed_count": self.failed_count + len(failed),
                }
            )
            self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info("Retention of %s waits for the next run: %s", self.kind, error)
            self.env.cr.rollback()
        for row, error in failed:
            _logger.warning("Retention of %s leaves %s out: %r", self.kind, row, error)

    def _apply(self, rows):
        kind = self._get_kinds()[self.kind]
        if kind.deletes:
            rows.unlink()
            return
        empty(rows, kind.texts)
        delete_files(rows, kind.files)
        if kind.empty:
            kind.empty(rows)
        rows.invalidate_recordset()
