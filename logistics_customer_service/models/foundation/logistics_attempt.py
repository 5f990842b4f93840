from odoo import api, fields, models

from ...tools.foundation.network import get_network

KEPT = "1 day"


class LogisticsAttempt(models.Model):
    """That somebody without a login tried something: what limits on it count, over all workers.

    Who it was is nobody's business: an address is kept as what it is derived to.
    """

    _name = "logistics.attempt"
    _description = "Attempt without a Login"
    _log_access = False

    who = fields.Char(required=True, readonly=True)
    tried_at = fields.Datetime(required=True, readonly=True)

    _who_idx = models.Index("(who, tried_at)")

    @api.model
    def _get_who(self, purpose, address):
        return self.env["logistics.link.key"]._derive("attempt", purpose, get_network(address)).hex()

    @api.model
    def _count(self, purpose, address, seconds):
        """Return how often an address tried something within the last seconds."""
        self.env.cr.execute(
            "SELECT count(*) FROM logistics_attempt WHERE who = %s"
            " AND tried_at > clock_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => %s)",
            [self._get_who(purpose, address), seconds],
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _note(self, purpose, address):
        """Note that an address tries something; a request that may only read is served once more."""
        self.env.cr.execute(
            "INSERT INTO logistics_attempt (who, tried_at)"
            " VALUES (%s, clock_timestamp() AT TIME ZONE 'UTC')",
            [self._get_who(purpose, address)],
            log_exceptions=False,
        )

    @api.autovacuum
    def _gc_attempts(self):
        """Forget who tried what: limits look back for less than a day."""
        self.env.cr.execute(
            "DELETE FROM logistics_attempt"
            " WHERE tried_at < clock_timestamp() AT TIME ZONE 'UTC' - %s::interval",
            [KEPT],
        )
