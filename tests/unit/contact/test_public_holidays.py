"""The library's holidays, against dates that others published."""

from datetime import date, timedelta

import pytest

from logistics_customer_service.tools.contact.public_holidays import public_holidays

# Spring Festival, Dragon Boat (Tuen Ng) and Mid-Autumn, as in the Gregorian-Lunar calendar
# conversion tables that the Hong Kong Observatory publishes: the days of the first, fifth and
# eighth moon, whichever day off follows from them.
OBSERVATORY = {
    2020: ("01-25", "06-25", "10-01"),
    2021: ("02-12", "06-14", "09-21"),
    2022: ("02-01", "06-03", "09-10"),
    2023: ("01-22", "06-22", "09-29"),
    2024: ("02-10", "06-10", "09-17"),
    2025: ("01-29", "05-31", "10-06"),
    2026: ("02-17", "06-19", "09-25"),
    2027: ("02-06", "06-09", "09-15"),
    2028: ("01-26", "05-28", "10-03"),
    2029: ("02-13", "06-16", "09-22"),
    2030: ("02-03", "06-05", "09-12"),
}


@pytest.fixture(scope="module")
def china():
    return public_holidays("CN", range(2020, 2031), ["zh_CN", "en_US"])


@pytest.mark.parametrize("year", OBSERVATORY)
def test_lunar_holidays_are_on_the_published_days(china, year):
    codes = ("chinese_new_year", "dragon_boat_festival", "mid_autumn_festival")
    found = tuple(china[f"CN:{code}"]["days"][year].strftime("%m-%d") for code in codes)
    assert found == OBSERVATORY[year]


def test_lantern_festival_is_the_fifteenth_day_of_the_year(china):
    for year, (spring, *_others) in OBSERVATORY.items():
        first = date.fromisoformat(f"{year}-{spring}")
        assert china["CN:lantern_festival"]["days"][year] == first + timedelta(days=14)


def test_days_off_that_stand_in_for_others_are_no_holidays(china):
    """2026: 6 April, 5 May, 6 and 7 October are days off, and nobody's holiday."""
    days = {day for holiday in china.values() for day in holiday["days"].values()}
    for text in ("2026-01-02", "2026-04-06", "2026-05-05", "2026-10-06", "2026-10-07"):
        assert date.fromisoformat(text) not in days
    assert not [code for code in china if "day_off" in code or "observed" in code]


def test_a_holiday_of_several_days_is_its_first(china):
    assert china["CN:national_day"]["days"][2026] == date(2026, 10, 1)
    assert china["CN:chinese_new_year"]["days"][2027] == date(2027, 2, 6)


def test_two_holidays_on_one_day_are_two(china):
    """2020: Mid-Autumn is on National Day; each keeps its own name."""
    first = date(2020, 10, 1)
    assert china["CN:mid_autumn_festival"]["days"][2020] == first
    assert china["CN:national_day"]["days"][2020] == first
    assert china["CN:mid_autumn_festival"]["names"]["zh_CN"] == "中秋节"
    assert china["CN:national_day"]["names"]["zh_CN"] == "国庆节"


def test_substitutes_elsewhere():
    """United States: 4 July 2026 is a Saturday, the Friday off is not greeted."""
    found = public_holidays("US", [2026])
    assert found["US:independence_day"]["days"] == {2026: date(2026, 7, 4)}
    assert date(2026, 7, 3) not in {on for one in found.values() for on in one["days"].values()}


def test_names_in_a_language_that_the_library_has_not():
    found = public_holidays("DE", [2026], ["zh_CN", "de_DE"])
    names = found["DE:christmas_day"]["names"]
    assert "zh_CN" not in names
    assert names["de_DE"].endswith("Weihnachtstag")


def test_unknown_country_has_none():
    assert public_holidays("XX", [2026]) == {}


def test_sundays_are_no_holidays():
    """In Sweden the law calls every Sunday one."""
    assert "SE:sunday" not in public_holidays("SE", [2026])
