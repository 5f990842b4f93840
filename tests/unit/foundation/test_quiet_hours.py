"""Quiet hours in the customer's time zone, over midnight and over changes of the clock."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.foundation.quiet_hours import is_quiet, next_allowed

ZONES = ("Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "America/New_York", "UTC")
HOURS = st.integers(0, 95).map(lambda quarter: quarter / 4)


@pytest.mark.parametrize(
    ("hour", "start", "end", "quiet"),
    [
        (21.99, 22, 8, False),
        (22, 22, 8, True),
        (3, 22, 8, True),
        (8, 22, 8, False),
        (12, 12, 14, True),
        (14, 12, 14, False),
        (5, 0, 0, False),
        (23, 7, 7, False),
        (23.5, 20, 24, True),
    ],
)
def test_quiet(hour, start, end, quiet):
    assert is_quiet(hour, start, end) is quiet


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        # 15:00 UTC is 23:00 in Shanghai, 16:00 in Berlin
        (datetime(2026, 3, 2, 15), "Asia/Shanghai", datetime(2026, 3, 3, 0)),
        (datetime(2026, 3, 2, 15), "Europe/Berlin", datetime(2026, 3, 2, 15)),
        # past midnight it is the same day's morning
        (datetime(2026, 3, 2, 18), "Asia/Shanghai", datetime(2026, 3, 3, 0)),
        (datetime(2026, 3, 2, 23, 59), "Asia/Shanghai", datetime(2026, 3, 3, 0)),
        (datetime(2026, 3, 3, 0), "Asia/Shanghai", datetime(2026, 3, 3, 0)),
        # the night in which the clock is put forward, and back, in Berlin
        (datetime(2026, 3, 28, 22), "Europe/Berlin", datetime(2026, 3, 29, 6)),
        (datetime(2026, 10, 24, 21), "Europe/Berlin", datetime(2026, 10, 25, 7)),
    ],
)
def test_waits_until_the_customers_morning(instant, zone, expected):
    assert next_allowed(instant, 22, 8, zone) == expected


def test_end_that_the_clock_jumps_over():
    """Quiet until 2:30 on the day without one: until 3:00 or later, and no earlier."""
    assert next_allowed(datetime(2026, 3, 29, 0), 0, 2.5, "Europe/Berlin") == datetime(
        2026, 3, 29, 1, 30
    )


def test_end_that_comes_twice():
    """In the second 2:15 the first 2:30 is over: no going back in time."""
    second = datetime(2026, 10, 25, 1, 15)
    assert next_allowed(second, 0, 2.5, "Europe/Berlin") >= second


def test_quiet_until_midnight():
    assert next_allowed(datetime(2026, 3, 2, 21), 20, 24, "UTC") == datetime(2026, 3, 3)


@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    start=HOURS,
    end=HOURS,
    zone=st.sampled_from(ZONES),
)
def test_never_back_and_never_longer_than_a_day(instant, start, end, zone):
    allowed = next_allowed(instant, start, end, zone)
    assert instant <= allowed <= instant + timedelta(hours=25)
