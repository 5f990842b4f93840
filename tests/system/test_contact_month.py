"""A month of contacts in fast motion: what must hold holds on every day of it."""

from datetime import timedelta

import pytest

from ..support import contact_rules as rules
from ..support.contact_month import AGENTS, DAYS, START, ContactMonth

pytestmark = pytest.mark.long

# of those who share a zone, and with it the customers who can be reached while they are at work
TOGETHER = [name for name, zone in AGENTS.items() if zone == "Asia/Shanghai"]
# calls are taken from a queue by whoever is there; visits are given out
UNEVEN_CALLS, UNEVEN_VISITS = 1.5, 1.5
HAPPENED = """
SELECT kind, state, COALESCE(reason, ''), COUNT(*) FROM (%s) contact GROUP BY 1, 2, 3
"""


@pytest.fixture(scope="module")
def month(database_factory):
    """The month, lived through; what was found wrong on each day."""
    with database_factory(hint="month").open(commit=True) as env:
        lived = ContactMonth(env)
        lived.prepare()
        lived.wrong = {}
        for number in range(DAYS):
            lived.run_day(number)
            day = START + timedelta(days=number)
            with lived.at(day + timedelta(days=1)):
                lived.wrong[day.date()] = look_at(lived.env, day)
        yield lived


def look_at(env, day):
    """Return what is wrong at the end of a day, by rule."""
    now = day + timedelta(days=1)
    return {
        "hours": rules.outside_hours(env, day),
        "twice": rules.called_twice(env, day - timedelta(days=1)),
        "budget": rules.over_budget(env),
        "lost": rules.lost_calls(env, now),
        "cadence": rules.broken_cadence(env, now.date()),
        "refused": rules.called_against_their_will(env),
        "crowded": rules.crowded_days(env),
    }


@pytest.mark.parametrize(
    "rule", ["hours", "twice", "budget", "lost", "cadence", "refused", "crowded"]
)
def test_rule_holds_every_day(month, rule):
    broken = {str(day): found[rule][:5] for day, found in month.wrong.items() if found[rule]}
    assert not broken


def test_load_is_even(month):
    worked = {f"month_{name}": month.worked[name] for name in TOGETHER}
    assert not rules.uneven_calls(month.env, worked, UNEVEN_CALLS)
    assert not rules.uneven_visits(month.env, worked, UNEVEN_VISITS)


def test_much_happened(month):
    """A month in which nothing happens would keep every rule."""
    assert min(month.seen.values()) > 5, month.seen
    for query, least in (
        ("logistics_survey_request WHERE sent_at IS NOT NULL", 500),
        ("logistics_survey_request WHERE reminded_at IS NOT NULL", 100),
        ("logistics_survey_request WHERE reason = 'budget'", 1),
        ("logistics_callback WHERE put_off_at IS NOT NULL", 1),
        ("logistics_callback_attempt WHERE result = 'done'", 300),
        ("logistics_greeting WHERE sent_at IS NOT NULL", 100),
        ("logistics_greeting WHERE reason = 'budget'", 1),
        ("logistics_visit WHERE state = 'done'", 100),
    ):
        [[count]] = rules.rows(month.env, f"SELECT COUNT(*) FROM {query}")
        assert count >= least, query
