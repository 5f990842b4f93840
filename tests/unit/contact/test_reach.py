"""When a customer may be called, and when to try again."""

from datetime import datetime, timedelta

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.contact.reach import Hours, is_open, next_opening, next_try

OFFICE = Hours(frozenset(range(5)), 9.0, 18.0, "Asia/Shanghai")
BERLIN = Hours(frozenset(range(7)), 9.0, 18.0, "Europe/Berlin")
ZONES = ("Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "America/New_York", "UTC")
hours = st.builds(
    lambda days, opens, length, zone: Hours(frozenset(days), opens, min(opens + length, 24), zone),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 22).map(float),
    st.integers(1, 12).map(float),
    st.sampled_from(ZONES),
)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))


def shanghai(*clock):
    """Return the naive UTC instant of a clock time in Shanghai, eight hours ahead all year."""
    return datetime(*clock) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (shanghai(2026, 3, 4, 10), shanghai(2026, 3, 4, 10)),  # Wednesday, open
        (shanghai(2026, 3, 4, 7), shanghai(2026, 3, 4, 9)),  # early
        (shanghai(2026, 3, 4, 18), shanghai(2026, 3, 5, 9)),  # just closed
        (shanghai(2026, 3, 6, 19), shanghai(2026, 3, 9, 9)),  # Friday evening
        (shanghai(2026, 3, 8, 12), shanghai(2026, 3, 9, 9)),  # Sunday
    ],
)
def test_next_opening(instant, expected):
    assert next_opening(instant, OFFICE) == expected


@pytest.mark.parametrize(
    ("instant", "days", "expected"),
    [
        (shanghai(2026, 3, 4, 10), 1, shanghai(2026, 3, 5, 13, 30)),  # morning, then afternoon
        (shanghai(2026, 3, 4, 16), 1, shanghai(2026, 3, 5, 9)),  # afternoon, then morning
        (shanghai(2026, 3, 6, 10), 1, shanghai(2026, 3, 9, 13, 30)),  # over the weekend
        (shanghai(2026, 3, 4, 10), 0, shanghai(2026, 3, 4, 13, 30)),  # the same day
        (shanghai(2026, 3, 4, 16), 0, shanghai(2026, 3, 5, 9)),  # too late for the same day
        (shanghai(2026, 3, 4, 10), 7, shanghai(2026, 3, 11, 13, 30)),
    ],
)
def test_next_try(instant, days, expected):
    assert next_try(instant, OFFICE, days) == expected


def test_clock_changes():
    """Nine in the morning is nine before and after the night in which clocks are moved."""
    assert next_opening(datetime(2026, 3, 28, 20), BERLIN) == datetime(2026, 3, 29, 7)
    assert next_opening(datetime(2026, 3, 27, 20), BERLIN) == datetime(2026, 3, 28, 8)
    assert next_try(datetime(2026, 10, 24, 14), BERLIN) == datetime(2026, 10, 25, 8)


def test_nobody_without_days():
    never = OFFICE._replace(days=frozenset())
    assert next_opening(shanghai(2026, 3, 4, 10), never) is None
    assert next_try(shanghai(2026, 3, 4, 10), never) is None


@given(instants, hours)
def test_openings_lie_in_the_hours_and_are_the_first(instant, when):
    found = next_opening(instant, when)
    assert found >= instant
    assert found - instant <= timedelta(days=8)
    local = pytz.utc.localize(found).astimezone(pytz.timezone(when.zone))
    assert local.weekday() in when.days
    earlier = found - timedelta(minutes=1)
    assert found == instant or earlier < instant or not is_open(earlier, when)


@given(instants, hours, st.integers(1, 9))
def test_tries_are_on_another_day(instant, when, days):
    zone = pytz.timezone(when.zone)
    found = next_try(instant, when, days)
    before, after = (pytz.utc.localize(at).astimezone(zone).date() for at in (instant, found))
    assert (after - before).days >= days
    assert after.weekday() in when.days
