"""When a delivery is expected: the choice between carrier, experience and promise."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.shipment.arrival import (
    Facts,
    Outlook,
    missed_still,
    occasions,
    outlook,
)

ZONE = "Asia/Shanghai"
NOON = datetime(2026, 3, 2, 4)  # in Shanghai
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def test_carrier_outweighs_experience_outweighs_promise():
    facts = {"promised_at": NOON, "handed_at": NOON, "median_days": 2, "p90_days": 4}
    seen = outlook(Facts(**facts, estimate=NOON + 5 * DAY), TODAY, ZONE)
    assert (seen.expected_at, seen.source) == (NOON + 5 * DAY, "carrier")
    seen = outlook(Facts(**facts), TODAY, ZONE)
    assert (seen.expected_at, seen.source) == (NOON + 2 * DAY, "observed")
    seen = outlook(Facts(**facts | {"median_days": None}), TODAY, ZONE)
    assert (seen.expected_at, seen.source) == (NOON, "promise")
    assert outlook(Facts(), TODAY, ZONE) == Outlook(None, None)


def test_goods_still_here_have_no_observed_arrival():
    seen = outlook(Facts(promised_at=NOON, median_days=2, p90_days=4), TODAY, ZONE)
    assert seen.source == "promise"


def test_median_day_passed_means_the_slow_ones():
    facts = Facts(handed_at=NOON - 3 * DAY, median_days=2, p90_days=4)
    assert outlook(facts, TODAY, ZONE).expected_at == NOON + DAY
    on_the_day = Facts(handed_at=NOON - 2 * DAY, median_days=2, p90_days=4)
    assert outlook(on_the_day, TODAY, ZONE).expected_at == NOON


def test_handed_over_in_the_evening_of_utc_is_the_next_day_in_shanghai():
    evening = datetime(2026, 3, 1, 17)
    facts = Facts(handed_at=evening, median_days=1)
    assert outlook(facts, TODAY, ZONE).expected_at == NOON + DAY
    assert outlook(facts, TODAY, "UTC").expected_at == datetime(2026, 3, 2, 12)


@pytest.mark.parametrize(
    ("zone", "foreseen"), [("Asia/Shanghai", True), ("UTC", False)]
)
def test_delay_is_a_matter_of_the_companys_days(zone, foreseen):
    # 10:00 and 17:00 UTC: the same day in UTC, two days in Shanghai
    facts = Facts(promised_at=datetime(2026, 3, 2, 10), estimate=datetime(2026, 3, 2, 17))
    assert outlook(facts, TODAY, zone).delay_foreseen is foreseen


def test_later_on_the_promised_day_is_no_delay():
    facts = Facts(promised_at=NOON, estimate=NOON + timedelta(hours=8))
    assert not outlook(facts, TODAY, ZONE).delay_foreseen


def test_missed_from_the_day_after():
    facts = Facts(promised_at=NOON)
    assert outlook(facts, TODAY, ZONE).missed_on is None
    assert outlook(facts, TODAY + DAY, ZONE).missed_on == TODAY


def test_handed_over_is_neither_foreseen_nor_missed():
    facts = Facts(promised_at=NOON, estimate=NOON + 3 * DAY, is_open=False)
    seen = outlook(facts, TODAY + 5 * DAY, ZONE)
    assert (seen.delay_foreseen, seen.missed_on) == (False, None)


def test_occasions_begin_once():
    first = Outlook(None, None)
    promised = Outlook(NOON, "promise")
    late = Outlook(NOON + 2 * DAY, "carrier", True)
    missed = Outlook(NOON + 2 * DAY, "carrier", True, TODAY)
    assert occasions(first, promised, ZONE) == []
    assert occasions(promised, late, ZONE) == ["new_arrival", "delay_foreseen"]
    assert occasions(late, missed, ZONE) == ["missed"]
    assert occasions(first, missed, ZONE) == ["delay_foreseen", "missed"]


def test_another_hour_of_the_same_day_is_no_news():
    seen = Outlook(NOON, "carrier")
    assert occasions(seen, Outlook(NOON + timedelta(hours=3), "carrier"), ZONE) == []
    assert occasions(seen, Outlook(NOON + timedelta(hours=13), "carrier"), ZONE) == ["new_arrival"]


def test_promise_the_customer_agreed_to_is_no_news():
    later = Outlook(NOON + 5 * DAY, "promise")
    assert occasions(Outlook(NOON, "promise"), later, ZONE) == []


def test_another_promise_can_be_missed_again():
    before = Outlook(NOON, "promise", False, TODAY)
    after = Outlook(NOON, "promise", False, TODAY + DAY)
    assert occasions(before, after, ZONE) == ["missed"]


INSTANTS = st.none() | st.integers(0, 240).map(lambda hours: NOON + timedelta(hours=hours))
FACTS = st.builds(
    Facts,
    promised_at=INSTANTS,
    estimate=INSTANTS,
    handed_at=INSTANTS,
    median_days=st.none() | st.integers(0, 9),
    p90_days=st.none() | st.integers(0, 20),
    is_open=st.booleans(),
)


@given(FACTS, st.integers(0, 30))
def test_nothing_begins_where_nothing_changed(facts, days):
    seen = outlook(facts, TODAY + days * DAY, ZONE)
    assert occasions(seen, seen, ZONE) == []
    assert outlook(facts, TODAY + days * DAY, ZONE) == seen
    if not facts.is_open:
        assert not seen.delay_foreseen and seen.missed_on is None


def test_silence_lasts_until_the_next_event():
    silent = Facts(last_news_at=NOON, silent_since=NOON)
    assert outlook(silent, TODAY, ZONE).silent_since == NOON
    news = Facts(last_news_at=NOON + DAY, silent_since=NOON)
    assert outlook(news, TODAY, ZONE).silent_since is None
    arrived = Facts(last_news_at=NOON, silent_since=NOON, is_open=False)
    assert outlook(arrived, TODAY, ZONE).silent_since is None


def test_missed_no_more_when_it_turns_out_that_the_goods_came_in_time():
    late_evening = datetime(2026, 3, 2, 15, 59)  # in Shanghai still the day promised
    assert missed_still(TODAY, late_evening, ZONE) is None
    assert missed_still(TODAY, NOON - DAY, ZONE) is None
    assert missed_still(TODAY, late_evening + timedelta(minutes=1), ZONE) == TODAY
    assert missed_still(TODAY, None, ZONE) == TODAY, "lost, or come back"
    assert missed_still(None, NOON + DAY, ZONE) is None
    assert missed_still(None, NOON + DAY, ZONE, NOON) == TODAY, "nobody looked meanwhile"
    assert missed_still(TODAY, NOON, ZONE, NOON - DAY) is None, "what was noted counts"
