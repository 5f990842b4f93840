from datetime import date, timedelta

from logistics_customer_service.tools.contact.ledger import Ledger, Limit

DAY = date(2026, 3, 4)
SURVEY, CARE = 1, 2


def days_ago(number):
    return DAY - timedelta(days=number)


def test_window_of_one_purpose_slides():
    ledger = Ledger([Limit(SURVEY, 2, 30)], [(days_ago(29), SURVEY), (days_ago(10), SURVEY)])
    assert ledger.find_full(DAY, SURVEY) == ledger.limits[0]
    assert ledger.find_full(DAY + timedelta(days=1), SURVEY) is None
    assert ledger.next_day(DAY, SURVEY) == DAY + timedelta(days=1)
    assert ledger.find_full(DAY, CARE) is None


def test_all_purposes_together():
    ledger = Ledger(
        [Limit(None, 2, 7), Limit(SURVEY, 2, 30)], [(DAY, CARE), (days_ago(6), SURVEY)]
    )
    assert ledger.find_full(DAY, SURVEY).purpose is None
    assert ledger.next_day(DAY, SURVEY) == DAY + timedelta(days=1)


def test_every_limit_holds():
    ledger = Ledger([Limit(None, 1, 1), Limit(SURVEY, 2, 30)], [(days_ago(1), SURVEY)])
    assert ledger.find_full(DAY, SURVEY) is None
    ledger.note(DAY, SURVEY)
    assert ledger.find_full(DAY, CARE).days == 1
    assert ledger.next_day(DAY, SURVEY) == days_ago(1) + timedelta(days=30)


def test_one_limit_alone_lets_the_day_pass():
    ledger = Ledger([Limit(SURVEY, 1, 1)], [(DAY, SURVEY)])
    assert ledger.next_day(DAY, SURVEY) == DAY + timedelta(days=1)


def test_what_is_later_counts_but_is_not_shown_before():
    ledger = Ledger([Limit(None, 1, 30)], [(DAY + timedelta(days=3), CARE)])
    assert ledger.find_full(DAY, SURVEY)
    assert ledger.count(ledger.limits[0], DAY) == 0
    assert ledger.count(ledger.limits[0], DAY + timedelta(days=3)) == 1


def test_without_limits_there_is_room():
    ledger = Ledger([], [(DAY, CARE)] * 50)
    assert ledger.find_full(DAY, CARE) is None


def test_next_day_is_the_first_with_room():
    limits = [Limit(SURVEY, 2, 10), Limit(None, 3, 14), Limit(None, 1, 1)]
    made = [
        (days_ago(number), purpose) for number, purpose in enumerate((CARE, SURVEY, SURVEY, CARE))
    ]
    ledger = Ledger(limits, made)
    for purpose in (SURVEY, CARE):
        found = ledger.next_day(DAY, purpose)
        day = DAY
        while ledger.find_full(day, purpose):
            day += timedelta(days=1)
        assert found == day > DAY
