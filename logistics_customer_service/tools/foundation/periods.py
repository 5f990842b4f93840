"""Windows of time in a company's time zone: pure functions, no Odoo."""

from datetime import datetime, time, timedelta

import pytz
from babel.dates import get_timezone_name
from dateutil.relativedelta import relativedelta

SINCE_EVER = datetime(1, 1, 1)
SECOND = timedelta(seconds=1)


def window_start(today, months, tz_name):
    """Return the naive UTC instant at which a window of whole months begins.

    :param today: date in the company's time zone
    :param months: length of the window; 0 means since the first order
    :param tz_name: name of the company's time zone
    """
    return local_midnight(window_first_day(today, months), tz_name) if months else SINCE_EVER


def window_first_day(today, months):
    """Return the first day of a window of whole months, for figures that have days, not times."""
    return today - relativedelta(months=months) if months else SINCE_EVER.date()


def local_midnight(day, tz_name):
    """Return the naive UTC instant at which ``day`` begins in the time zone.

    From then on it is that day or a later one. Where the clock jumps over midnight the day begins
    after the jump; where it is set back over midnight, when midnight comes for the second time; a
    day that is left out altogether begins with the next one.
    """
    zone = pytz.timezone(tz_name)
    clock = datetime.combine(day, time.min)
    # by the clock before a change and after it; on other days they are the same
    before, after = sorted(
        zone.localize(clock, is_dst=is_dst).astimezone(pytz.utc).replace(tzinfo=None)
        for is_dst in (True, False)
    )
    if to_local(before, tz_name) == clock:
        return before if local_date(after - SECOND, tz_name) == day else after
    while after - before > SECOND:  # the jump lies between: halved, at most from a day to a second
        middle = before + (after - before) // SECOND // 2 * SECOND
        if local_date(middle, tz_name) < day:
            before = middle
        else:
            after = middle
    return after


def local_date(instant, tz_name):
    """Return the calendar day of a naive UTC instant in the time zone."""
    return pytz.utc.localize(instant).astimezone(pytz.timezone(tz_name)).date()


def zone_of_address(own, country, otherwise):
    """Return the time zone of an address.

    A zone on a contact is often that of whoever typed it in: it counts where the country has it.

    :param own: name of the contact's time zone, or False
    :param country: the address's country, as a code of two letters, or False
    :param otherwise: name of the time zone where the address does not tell one
    """
    zones = pytz.country_timezones.get(country or "", ())
    clocks = {_offset_now(zone) for zone in zones}
    if own and (not zones or _offset_now(own) in clocks):
        return own
    return zones[0] if len(clocks) == 1 else otherwise


def _offset_now(tz_name):
    return datetime.now(pytz.timezone(tz_name)).utcoffset()


def word_zone(tz_name, locale):
    """Return a time zone in words, as "China Time".

    :param locale: a babel locale
    """
    return get_timezone_name(pytz.timezone(tz_name), locale=locale)


def to_local(instant, tz_name):
    """Return the naive local instant of a naive UTC instant in the time zone."""
    zone = pytz.timezone(tz_name)
    return pytz.utc.localize(instant).astimezone(zone).replace(tzinfo=None)


def local_hour(instant, tz_name):
    """Return the hour of the day, as a float, of a naive UTC instant in the time zone."""
    local = pytz.utc.localize(instant).astimezone(pytz.timezone(tz_name))
    return local.hour + local.minute / 60.0
