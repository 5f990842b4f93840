"""Windows, days and hours in a company's time zone."""

from datetime import date, datetime, timedelta

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.foundation.periods import (
    SINCE_EVER,
    local_date,
    local_hour,
    local_midnight,
    window_start,
)

ZONES = ("Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Apia", "UTC")


def test_window_begins_at_local_midnight():
    assert window_start(date(2026, 3, 10), 12, "Asia/Shanghai") == datetime(2025, 3, 9, 16)


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
    """Samoa jumped over the 30th of December 2011 when it crossed the date line."""
    return {date(2011, 12, 30)} if zone == "Pacific/Apia" else set()


@given(st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_local_date_agrees_with_pytz(instant, zone):
    expected = pytz.utc.localize(instant).astimezone(pytz.timezone(zone)).date()
    assert local_date(instant, zone) == expected
