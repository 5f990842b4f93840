"""How often somebody may be contacted, counted by days: pure functions, no Odoo."""

from datetime import timedelta
from typing import NamedTuple


class Limit(NamedTuple):
    """At most ``count`` contacts within any ``days`` days in a row.

    ``purpose`` is what they are for, None for all purposes together; ``name`` tells people which
    limit it is.
    """

    purpose: object
    count: int
    days: int
    name: str = ""


class Ledger:
    """The days on which a person was contacted, by purpose, held against limits.

    Days are the person's own. A limit of 30 days looks at a day and the 29 before it: what was
    made 30 days ago counts no more.
    """

    def __init__(self, limits, made=()):
        """
        :param limits: :class:`Limit`, all of which hold
        :param made: pairs of date and purpose
        """
        self.limits = list(limits)
        self.made = list(made)

    def note(self, day, purpose):
        """Count another contact."""
        self.made.append((day, purpose))

    def count(self, limit, day):
        """Return how many contacts a limit sees on a day."""
        return sum(made_on <= day for made_on in self._get_days(limit, day))

    def find_full(self, day, purpose):
        """Return the limit that leaves no room for another contact on a day, or None.

        What has been made later counts, too: contacts are noted in their order.
        """
        for limit in self.limits:
            if limit.purpose in (None, purpose):
                if len(self._get_days(limit, day)) >= limit.count:
                    return limit
        return None

    def _get_days(self, limit, day):
        first = day - timedelta(days=limit.days - 1)
        return [
            made_on
            for made_on, purpose in self.made
            if made_on >= first and limit.purpose in (None, purpose)
        ]

    def next_day(self, day, purpose):
        """Return the first day from ``day`` on that has room; every contact counts no more one day."""
        for _step in range(len(self.made) * len(self.limits)):  # each time one leaves a window
            full = self.find_full(day, purpose)
            if not full:
                break
            # there is room again when all but one less than the limit have left the window
            days = sorted(self._get_days(full, day))
            day = days[-full.count] + timedelta(days=full.days)
        return day
