"""When a customer may be called, and when to try again: pure functions, no Odoo."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

from ..foundation.periods import to_local

WEEK = 7


class Hours(NamedTuple):
    """When somebody wants to be called.

    ``days`` are numbers from Monday (0), ``opens`` and ``closes`` hours of the day as floats.
    """

    days: frozenset
    opens: float
    closes: float
    zone: str


def is_open(instant, hours):
    """Tell whether a naive UTC instant lies in the hours."""
    local = to_local(instant, hours.zone)
    hour = local.hour + local.minute / 60 + local.second / 3600
    return local.weekday() in hours.days and hours.opens <= hour < hours.closes


def next_opening(instant, hours):
    """Return the first naive UTC instant from ``instant`` on that lies in the hours.

    None where there are no days at all.
    """
    if is_open(instant, hours):
        return instant
    return _first(instant, hours, hours.opens)


def next_try(instant, hours, days=1):
    """Return when to call again whom one did not reach: on another day, at another hour.

    Whoever did not answer in the first half of the hours is called in the second, and the other
    way round.

    :param instant: naive UTC instant of the call that was not answered
    :param hours: when the customer wants to be called
    :param days: how many days to wait at least; 0 means the same day where an hour is left
    :return: naive UTC instant, None where there are no days at all
    """
    local = to_local(instant, hours.zone)
    middle = (hours.opens + hours.closes) / 2
    early = local.hour + local.minute / 60 < middle
    midnight = datetime.combine(local.date() + timedelta(days=days), time.min)
    earliest = max(instant, _to_utc(midnight, hours.zone))
    return _first(earliest, hours, middle if early else hours.opens)


def _first(instant, hours, hour):
    """Return the first instant from ``instant`` on at which it is ``hour`` on one of the days."""
    today = to_local(instant, hours.zone).date()
    for ahead in range(WEEK + 1):
        day = today + timedelta(days=ahead)
        if day.weekday() in hours.days:
            clock = datetime.combine(day, time.min) + timedelta(minutes=round(hour * 60))
            found = _to_utc(clock, hours.zone)
            if found >= instant:
                return found
    return None


def _to_utc(clock, zone):
    """Return the naive UTC instant of a local clock time; one jumped over lies after the jump."""
    zone = pytz.timezone(zone)
    local = zone.normalize(zone.localize(clock, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)
