"""Windows, days and hours in a company's time zone."""

from datetime import date, datetime, timedelta

import pytest
import pytz
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.foundation.periods import (
    SINCE_EVER,
    local_date,
    local_hour,
    local_midnight,
    window_start,
    word_zone,
    zone_of_address,
)

ZONES = ("Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Apia", "UTC")


def test_window_begins_at_local_midnight():
    assert window_start(date(2026, 3, 10), 12, "Asia/Shanghai") == datetime(2025, 3, 9, 16)


def test_zone_of_an_address():
    berlin, shanghai = "Europe/Berlin", "Asia/Shanghai"
    # whose clock the country has; whoever typed it in may sit elsewhere
    assert zone_of_address("Europe/Paris", "DE", shanghai) == "Europe/Paris"
    assert zone_of_address(shanghai, "FR", shanghai) == "Europe/Paris"
    assert zone_of_address(False, "JP", berlin) == "Asia/Tokyo"
    assert zone_of_address("America/Denver", "US", berlin) == "America/Denver"
    # of several clocks none is chosen
    assert zone_of_address(False, "US", berlin) == berlin
    assert zone_of_address("America/Denver", False, berlin) == "America/Denver"
    assert zone_of_address(False, "XX", berlin) == berlin


def test_zone_in_words():
    assert word_zone("Asia/Shanghai", Locale("en")) == "China Time"
    assert word_zone("Asia/Shanghai", Locale("zh")) == "中国时间"


def test_window_of_a_short_month():
    assert window_start(date(2026, 3, 31), 1, "UTC") == datetime(2026, 2, 28)


def test_no_window_is_since_ever():
    assert window_start(date(2026, 3, 10), 0, "Asia/Shanghai") == SINCE_EVER


def test_midnight_that_daylight_saving_skips_or_repeats():
    skipped = local_midnight(date(2018, 11, 4), "America/Sao_Paulo")
    assert local_date(skipped + timedelta(hours=1), "America/Sao_Paulo") == date(2018, 11, 4)
    repeated = local_midnight(date(2018, 2, 18), "America/Sao_Paulo")
    assert repeated == datetime(2018, 2, 18, 3)


@pytest.mark.parametrize(
    ("instant", "day", "hour"),
    [
        (datetime(2026, 3, 9, 15, 30), date(2026, 3, 9), 23.5),
        (datetime(2026, 3, 9, 16, 0), date(2026, 3, 10), 0.0),
    ],
)
def test_local_day_and_hour(instant, day, hour):
    assert local_date(instant, "Asia/Shanghai") == day
    assert local_hour(instant, "Asia/Shanghai") == hour


@given(st.dates(date(1990, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES))
def test_midnight_parts_yesterday_from_today(day, zone):
    begin = local_midnight(day, zone)
    if day not in skipped_days(zone):
        assert local_date(begin + timedelta(hours=2), zone) == day
    assert local_date(begin - timedelta(hours=2), zone) < day


def skipped_days(zone):
    """Samoa and Tokelau jumped over the 30th of December 2011 when they crossed the date line."""
    left_out = ("Pacific/Apia", "Pacific/Fakaofo")
    return {date(2011, 12, 30)} if zone in left_out else set()


@given(st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_local_date_agrees_with_pytz(instant, zone):
    expected = pytz.utc.localize(instant).astimezone(pytz.timezone(zone)).date()
    assert local_date(instant, zone) == expected


# zones whose clocks change at midnight or over it, with a day on which they did or will
AWKWARD_DAYS = [
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Asuncion", date(2023, 10, 1)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2024, 11, 3)),
    ("Atlantic/Azores", date(2026, 3, 29)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Antarctica/Casey", date(2010, 3, 5)),
]


@pytest.mark.parametrize(("zone", "day"), AWKWARD_DAYS)
def test_day_begins_on_its_own_day(zone, day):
    begin = local_midnight(day, zone)
    assert local_date(begin, zone) == day
    assert local_date(begin - timedelta(seconds=1), zone) < day


def test_day_of_two_midnights_has_both():
    length = local_midnight(date(2024, 11, 4), "America/Havana") - local_midnight(
        date(2024, 11, 3), "America/Havana"
    )
    assert length == timedelta(hours=25)


def changes_of_clocks():
    """Return (zone, day) around every change of every clock, each set of rules once."""
    rules = {}
    for name in pytz.all_timezones:
        changes = tuple(getattr(pytz.timezone(name), "_utc_transition_times", ()))
        rules.setdefault(changes, name)
    return [
        (name, local_date(change, name) + timedelta(days=shift))
        for changes, name in rules.items()
        for change in changes
        if 2000 <= change.year <= 2034
        for shift in (0, 1)
    ]


def test_days_of_all_zones_part_where_they_begin():
    for zone, day in changes_of_clocks():
        begin = local_midnight(day, zone)
        assert local_date(begin - timedelta(seconds=1), zone) < day, (zone, day)
        assert local_date(begin, zone) >= day, (zone, day)
        # only a day that is left out altogether begins with the next one
        if local_date(begin, zone) != day:
            assert day in skipped_days(zone), (zone, day)
