"""Hours in which customers are not disturbed: pure functions, no Odoo."""

from datetime import datetime, time, timedelta

import pytz


def is_quiet(hour, start, end):
    """Tell whether an hour of the day lies in the quiet hours; equal ends mean there are none.

    :param hour: hour of the day as a float, as are ``start`` and ``end``; quiet time that starts
        later than it ends goes on past midnight
    """
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def next_allowed(instant, start, end, zone):
    """Return the first naive UTC instant from ``instant`` on that is not in the quiet hours.

    :param start: local hour at which quiet begins, as a float
    :param end: local hour at which it ends
    :param zone: name of the customer's time zone
    """
    local = pytz.utc.localize(instant).astimezone(pytz.timezone(zone))
    hour = local.hour + local.minute / 60 + local.second / 3600
    if not is_quiet(hour, start, end):
        return instant
    day = local.date() + timedelta(days=start > end and hour >= start)
    return max(instant, to_utc(day, end, zone))


def to_utc(day, hour, zone):
    """Return the naive UTC instant of a local hour; one that occurs twice is the first.

    An hour that the clock jumps over lies right after the jump.
    """
    clock = datetime.combine(day, time.min) + timedelta(minutes=round(hour * 60))
    zone = pytz.timezone(zone)
    local = zone.normalize(zone.localize(clock, is_dst=True))
    if local.replace(tzinfo=None) != clock:
        local = zone.normalize(zone.localize(clock, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)
