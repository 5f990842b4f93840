from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.shipment import remittance
from logistics_customer_service.tools.shipment.remittance import (
    Schedule,
    due_day,
    fee_of,
    is_weekday,
)

FRIDAY = date(2026, 1, 30)
HOLIDAYS = {date(2026, 2, day) for day in range(16, 23)}


def is_open(day):
    return is_weekday(day) and day not in HOLIDAYS


@pytest.mark.parametrize(
    ("collected", "schedule", "expected"),
    [
        (FRIDAY, Schedule("same_day"), FRIDAY),
        (date(2026, 1, 31), Schedule("same_day"), date(2026, 2, 2)),
        (date(2026, 1, 31), Schedule("same_day", roll=False), date(2026, 1, 31)),
        (FRIDAY, Schedule("working_days", days=0), FRIDAY),
        (FRIDAY, Schedule("working_days", days=1), date(2026, 2, 2)),
        (date(2026, 1, 31), Schedule("working_days", days=1), date(2026, 2, 2)),
        (date(2026, 2, 13), Schedule("working_days", days=2), date(2026, 2, 24)),
        # the next Wednesday, never the day itself
        (date(2026, 2, 3), Schedule("weekly", weekday=2), date(2026, 2, 4)),
        (date(2026, 2, 4), Schedule("weekly", weekday=2), date(2026, 2, 11)),
        (date(2026, 2, 11), Schedule("weekly", weekday=2), date(2026, 2, 23)),
        (date(2026, 2, 11), Schedule("weekly", weekday=2, roll=False), date(2026, 2, 18)),
        (date(2026, 2, 3), Schedule("monthly", month_day=10), date(2026, 2, 10)),
        (date(2026, 2, 10), Schedule("monthly", month_day=10), date(2026, 3, 10)),
        (date(2026, 12, 31), Schedule("monthly", month_day=31, roll=False), date(2027, 1, 31)),
        (date(2026, 1, 31), Schedule("monthly", month_day=31, roll=False), date(2026, 2, 28)),
        (date(2026, 2, 12), Schedule("monthly", month_day=20), date(2026, 2, 23)),
    ],
)
def test_due_day(collected, schedule, expected):
    assert due_day(collected, schedule, is_open) == expected


@pytest.mark.parametrize("kind", ["same_day", "working_days", "weekly", "monthly"])
def test_a_calendar_without_working_days_ends(kind):
    day = due_day(FRIDAY, Schedule(kind, days=3), lambda day: False)
    assert FRIDAY <= day <= FRIDAY + timedelta(days=remittance.FARTHEST)


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["same_day", "working_days", "weekly", "monthly"]),
    st.integers(0, 20),
    st.integers(0, 6),
    st.integers(1, 31),
)
def test_due_on_a_working_day_not_before_collection(collected, kind, days, weekday, month_day):
    day = due_day(collected, Schedule(kind, days, weekday, month_day), is_open)
    assert day >= collected
    assert is_open(day)
    later = due_day(
        collected + timedelta(days=1), Schedule(kind, days, weekday, month_day), is_open
    )
    assert later >= day


@pytest.mark.parametrize(
    ("amount", "fixed", "percent", "least", "most", "expected"),
    [
        (1000, 2, 1, 0, 0, 12),
        (100, 0, 1, 5, 0, 5),
        (100000, 0, 1, 5, 200, 200),
        (0, 2, 1, 5, 0, 0),
    ],
)
def test_fee(amount, fixed, percent, least, most, expected):
    assert fee_of(amount, fixed, percent, least, most) == expected


def test_days_late():
    due = date(2026, 2, 2)
    assert remittance.days_late(due, due, date(2026, 3, 1)) == 0
    assert remittance.days_late(due, date(2026, 2, 5), date(2026, 3, 1)) == 3
    assert remittance.days_late(due, None, date(2026, 2, 4)) == 2
    assert remittance.days_late(None, None, date(2026, 2, 4)) == 0
