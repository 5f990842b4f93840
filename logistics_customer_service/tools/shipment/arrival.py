"""When a delivery is expected, and whether that is too late: pure functions, no Odoo.

Instants are naive UTC, days are calendar days of the company's time zone. What is not known is None.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..foundation.periods import local_date, local_midnight

CARRIER = "carrier"
OBSERVED = "observed"
PROMISE = "promise"

NEW_ARRIVAL = "new_arrival"
DELAY_FORESEEN = "delay_foreseen"
MISSED = "missed"
SILENT = "silent"


@dataclass(frozen=True)
class Facts:
    """What is known of a delivery.

    ``estimate`` is the latest the carrier gave, ``handed_at`` when the carrier got the goods,
    ``median_days`` and ``p90_days`` how long its deliveries to that region take, in calendar days.
    ``is_open`` tells that the goods are still to be handed over to the customer; ``last_news_at``
    is when the latest event happened, ``silent_since`` that of the event a silence was noted after.
    """

    promised_at: datetime | None = None
    estimate: datetime | None = None
    handed_at: datetime | None = None
    median_days: int | None = None
    p90_days: int | None = None
    is_open: bool = True
    last_news_at: datetime | None = None
    silent_since: datetime | None = None


@dataclass(frozen=True)
class Outlook:
    """What is expected of a delivery; ``missed_on`` is the promised day that passed."""

    expected_at: datetime | None
    source: str | None
    delay_foreseen: bool = False
    missed_on: date | None = None
    silent_since: datetime | None = None


def outlook(facts, today, zone):
    """Return the :class:`Outlook` of a delivery.

    The carrier's estimate outweighs the time that its deliveries usually take, that the promise.

    :param today: date in the company's time zone
    :param zone: name of that time zone
    """
    expected_at, source = _expect(facts, today, zone)
    silent = facts.is_open and facts.silent_since == facts.last_news_at
    silent_since = facts.silent_since if silent else None
    promised_on = _day(facts.promised_at, zone)
    if promised_on is None or not facts.is_open:
        return Outlook(expected_at, source, silent_since=silent_since)
    return Outlook(
        expected_at,
        source,
        _day(expected_at, zone) > promised_on,
        promised_on if promised_on < today else None,
        silent_since,
    )


def missed_still(missed_on, handed_over_at, zone, promised_at=None):
    """Return the promised day that was missed, or None where the goods came in time.

    A carrier tells late what happened in time, and what was not told counted as not delivered;
    days are corrected, too.

    :param missed_on: the day that was noted as missed when it passed, or None
    :param promised_at: when the goods were promised, as is known now
    """
    came_on = _day(handed_over_at, zone)
    promised_on = missed_on or _day(promised_at, zone)
    if came_on is None or promised_on is None:
        return missed_on
    return promised_on if came_on > promised_on else None


def occasions(before, after, zone):
    """Return what begins where an outlook follows upon another: a list of occasions.

    A day expected for the first time is no news, nor is a promise that follows upon a promise: the
    customer agreed to it.
    """
    first = before.expected_at is None or after.expected_at is None
    agreed = (before.source, after.source) == (PROMISE, PROMISE)
    moved = _day(before.expected_at, zone) != _day(after.expected_at, zone)
    begins = {
        NEW_ARRIVAL: moved and not first and not agreed,
        DELAY_FORESEEN: after.delay_foreseen and not before.delay_foreseen,
        MISSED: after.missed_on is not None and after.missed_on != before.missed_on,
    }
    return [occasion for occasion, begun in begins.items() if begun]


def _expect(facts, today, zone):
    if facts.estimate is not None:
        return facts.estimate, CARRIER
    if facts.handed_at is not None and facts.median_days is not None:
        return _usual_arrival(facts, today, zone), OBSERVED
    if facts.promised_at is not None:
        return facts.promised_at, PROMISE
    return None, None


def _usual_arrival(facts, today, zone):
    """The median; when its day has passed, the day by which nine in ten have come.

    Usual are days, not hours: noon stands for the day.
    """
    handed_on = local_date(facts.handed_at, zone)
    expected_on = handed_on + timedelta(days=facts.median_days)
    if expected_on < today and facts.p90_days is not None:
        expected_on = handed_on + timedelta(days=facts.p90_days)
    return local_midnight(expected_on, zone) + timedelta(hours=12)


def _day(instant, zone):
    return None if instant is None else local_date(instant, zone)
