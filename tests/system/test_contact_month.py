"""A month of contacts in fast motion: what must hold holds on every day of it."""

from datetime import timedelta

import pytest

from ..support import contact_rules as rules
from ..support.contact_month import AGENTS, DAYS, START, ContactMonth


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
                lived.wrong[day.date()] = look_at_day(lived.env, day)
        yield lived


def look_at_day(env, day):
    now = day + timedelta(days=1)
    return {
        "outside hours": rules.outside_hours(env, day),
        "called twice": rules.called_twice(env, day - timedelta(days=1)),
        "over budget": rules.over_budget(env),
        "lost": rules.lost_calls(env, now),
        "cadence": rules.broken_cadence(env, now.date()),
        "refused": rules.called_against_their_will(env),
    }


@pytest.mark.parametrize(
    "rule", ["outside hours", "called twice", "over budget", "lost", "cadence", "refused"]
)
def test_rule_holds_every_day(month, rule):
    broken = {str(day): found[rule][:5] for day, found in month.wrong.items() if found[rule]}
    assert not broken


def test_much_happened(month):
    """A month in which nothing happens would keep every rule."""
    assert all(month.seen[outcome] for outcome in ("action_done", "action_no_answer", "left"))
