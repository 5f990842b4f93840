from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import TransactionCase

# Wednesday, ten in the morning in Shanghai
NOW = datetime(2026, 3, 4, 2, 0)


def shanghai(*clock):
    """Return the naive UTC instant of a clock time in Shanghai."""
    return datetime(*clock) - timedelta(hours=8)


class StandingClock(TransactionCase):
    """A clock that stands, at ``now`` until a test sets it."""

    now = NOW

    def setUp(self):
        super().setUp()
        self._stand(self.now)

    def _stand(self, instant):
        """Set the clock."""
        clock = freeze_time(instant)
        clock.start()
        self.addCleanup(clock.stop)
