"""On which dates anniversaries and ends of seasons are, and at which hours one greets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.contact import days

YEAR = st.dates(date(1999, 1, 1), date(2030, 12, 31))


def celebrated(month, day, year, leap_day=days.FEBRUARY_28):
    dates = days.anniversaries(date(year, 1, 1), date(year, 12, 31), leap_day)
    return [on for month_, day_, on in dates if (month_, day_) == (month, day)]


@pytest.mark.parametrize(
    ("year", "leap_day", "on"),
    [
        (2028, days.FEBRUARY_28, date(2028, 2, 29)),
        (2028, days.MARCH_1, date(2028, 2, 29)),
        (2027, days.FEBRUARY_28, date(2027, 2, 28)),
        (2027, days.MARCH_1, date(2027, 3, 1)),
        (2100, days.FEBRUARY_28, date(2100, 2, 28)),
        (2000, days.FEBRUARY_28, date(2000, 2, 29)),
    ],
)
def test_who_was_born_on_29_february_has_a_day_each_year(year, leap_day, on):
    assert celebrated(2, 29, year, leap_day) == [on]


@given(born=YEAR, year=st.integers(2000, 2120), leap_day=st.sampled_from([days.FEBRUARY_28, days.MARCH_1]))
def test_everybody_has_one_day_a_year(born, year, leap_day):
    assert len(celebrated(born.month, born.day, year, leap_day)) == 1


def test_others_on_the_28th_keep_their_day():
    assert celebrated(2, 28, 2027) == [date(2027, 2, 28)]
    assert celebrated(3, 1, 2027, days.MARCH_1) == [date(2027, 3, 1)]


def test_quarters_end_on_their_last_days():
    ends = days.season_ends(date(2027, 1, 1), date(2027, 12, 31))
    assert [on.isoformat() for on, _word in ends] == [
        "2027-03-31",
        "2027-06-30",
        "2027-09-30",
        "2027-12-31",
    ]
    assert ends[3][1] == "2027Q4"


def test_a_season_across_the_year_and_in_a_short_month():
    assert days.season_ends(date(2026, 12, 15), date(2027, 1, 20), 1, 15) == [
        (date(2027, 1, 15), "2027")
    ]
    assert days.season_ends(date(2027, 2, 1), date(2027, 3, 1), 2, 31) == [
        (date(2027, 2, 28), "2027")
    ]
    assert days.season_ends(date(2027, 2, 1), date(2027, 2, 27), 2, 28) == []


def test_years_are_read():
    assert days.read_years(" 10, 5、1") == [1, 5, 10]
    assert days.read_years("") == days.read_years(False) == []
    for text in ("five", "0", "-3", "1000", "1,,x"):
        with pytest.raises(ValueError):
            days.read_years(text)


@pytest.mark.parametrize(
    ("day", "month", "year", "there"),
    [
        (29, 2, None, True),
        (29, 2, 2027, False),
        (29, 2, 2028, True),
        (31, 4, None, False),
        (0, 1, None, False),
        (1, 13, None, False),
    ],
)
def test_days_that_there_are(day, month, year, there):
    assert days.is_day(day, month, year) is there


@pytest.mark.parametrize(
    ("wanted", "latest", "opens", "closes", "hours"),
    [
        (9, 20, 8, 17, (9, 17)),
        (9, 20, 10, 22, (10, 20)),
        (9, 20, 12, 12, (9, 20)),
        (9, 20, 6, 8, (6, 8)),
        (18, 20, 8, 17, (8, 17)),
        (9, 10, 12, 18, (12, 18)),
    ],
)
def test_hours_lie_within_those_of_the_customer(wanted, latest, opens, closes, hours):
    assert days.sending_hour(wanted, latest, opens, closes) == hours


@given(*[st.integers(0, 24)] * 4)
def test_there_is_always_an_hour(wanted, latest, opens, closes):
    if wanted < latest:
        start, end = days.sending_hour(wanted, latest, opens, closes)
        assert start < end
        assert opens >= closes or opens <= start < end <= closes
