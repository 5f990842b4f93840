"""The steps of a delivery as its customer sees them."""

from datetime import datetime, timedelta

import pytest

from logistics_customer_service.tools.shipment.shipment import KINDS, Event
from logistics_customer_service.tools.shipment.tracking import (
    AHEAD,
    CURRENT,
    DONE,
    FAILED,
    steps_of,
)

NOON = datetime(2026, 3, 2, 12)


def at(hours):
    return NOON + timedelta(hours=hours)


def names(steps):
    return [(step.name, step.state) for step in steps]


def test_ordered():
    assert names(steps_of(NOON, None, [])) == [
        ("confirmed", CURRENT),
        ("goods_out", AHEAD),
        ("in_transit", AHEAD),
        ("out_for_delivery", AHEAD),
        ("delivered", AHEAD),
    ]


def test_own_delivery_has_no_steps_between():
    assert names(steps_of(NOON, None, [], carried=False)) == [
        ("confirmed", CURRENT),
        ("goods_out", AHEAD),
        ("delivered", AHEAD),
    ]
    steps = steps_of(NOON, at(2), [], delivered_at=at(2), carried=False)
    assert names(steps) == [("confirmed", DONE), ("goods_out", DONE), ("delivered", DONE)]
    assert steps[-1].at == at(2)


def test_on_the_way():
    events = [
        Event("picked_up", at(1), "odoo"),
        Event("at_hub", at(6)),
        Event("in_transit", at(4)),
        Event("out_for_delivery", at(9)),
        Event("attempted", at(10)),
        Event("out_for_delivery", at(30)),
    ]
    steps = steps_of(NOON, at(1), events)
    assert [step.at for step in steps] == [NOON, at(1), at(4), at(30), None]
    assert steps_of(NOON, at(1), events[:-2] + [Event("attempted", at(12))])[3].at == at(12)
    assert [step.state for step in steps] == [DONE, DONE, DONE, CURRENT, AHEAD]


def test_what_nobody_reported_is_left_out():
    steps = steps_of(NOON, None, [Event("delivered", at(8))])
    assert names(steps) == [("confirmed", DONE), ("delivered", DONE)]
    steps = steps_of(NOON, at(1), [Event("out_for_delivery", at(8))])
    assert names(steps)[1:3] == [("goods_out", DONE), ("out_for_delivery", CURRENT)]


@pytest.mark.parametrize("kind", ["refused", "returned", "lost"])
def test_failures(kind):
    steps = steps_of(NOON, at(1), [Event("in_transit", at(2)), Event(kind, at(3))])
    assert names(steps)[-1] == (kind, FAILED)
    assert steps[-1].at == at(3)
    assert AHEAD not in {step.state for step in steps}


def test_refused_and_brought_again():
    events = [Event("refused", at(3)), Event("out_for_delivery", at(20))]
    assert names(steps_of(NOON, at(1), events))[-2:] == [
        ("out_for_delivery", CURRENT),
        ("delivered", AHEAD),
    ]


def test_cancelled():
    assert names(steps_of(NOON, None, [], cancelled=True)) == [
        ("confirmed", DONE),
        ("cancelled", FAILED),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_leads_to_one_step_at_most_current(kind):
    steps = steps_of(NOON, at(1), [Event(kind, at(2))])
    states = [step.state for step in steps]
    assert states.count(CURRENT) + (states[-1] in (DONE, FAILED)) == 1
    first = states.index(AHEAD) if AHEAD in states else len(states)
    assert AHEAD not in states[:first]
    assert set(states[first:]) <= {AHEAD}
