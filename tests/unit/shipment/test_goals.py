from datetime import date, datetime

import pytest

from logistics_customer_service.tools.shipment import goals


@pytest.mark.parametrize(
    ("value", "goal", "margin", "higher", "expected"),
    [
        (97.0, 97.0, 1.0, True, "met"),
        (100 * 0.07 / 0.1, 70.0, 0.0, True, "met"),
        (96.2, 97.0, 1.0, True, "close"),
        (96.0, 97.0, 1.0, True, "close"),
        (95.9, 97.0, 1.0, True, "missed"),
        (2.0, 3.0, 0.5, False, "met"),
        (3.4, 3.0, 0.5, False, "close"),
        (3.6, 3.0, 0.5, False, "missed"),
        (0.0, 0.0, 0.0, False, "met"),
        (None, 97.0, 1.0, True, "no_data"),
        (97.0, None, 0.0, True, "no_goal"),
        (None, None, 0.0, True, "no_data"),
    ],
)
def test_judge(value, goal, margin, higher, expected):
    assert goals.judge(value, goal, margin, higher) == expected


def test_ratio():
    assert goals.ratio(3, 4, 100, True) == 75
    assert goals.ratio(3, 0, 100, True) is None
    assert goals.ratio(3, 0, 1, False) == 3


def test_months():
    assert goals.month_of(date(2026, 2, 28)) == date(2026, 2, 1)
    assert goals.next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert goals.month_before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert goals.months_between(date(2025, 11, 30), date(2026, 1, 1)) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


def test_month_of_a_company_begins_at_its_midnight():
    assert goals.month_instants(date(2026, 3, 1), date(2026, 3, 1), "Asia/Shanghai") == (
        datetime(2026, 2, 28, 16),
        datetime(2026, 3, 31, 16),
    )
    # daylight saving begins within the month
    assert goals.month_instants(date(2026, 3, 1), date(2026, 3, 1), "Europe/Berlin") == (
        datetime(2026, 2, 28, 23),
        datetime(2026, 3, 31, 22),
    )
