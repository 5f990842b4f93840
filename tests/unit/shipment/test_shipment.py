"""The state of a shipment: the same set of events always comes to the same state."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.shipment import shipment
from logistics_customer_service.tools.shipment.shipment import (
    KINDS,
    Event,
    State,
    lacks_consent,
    state_of,
)

NOON = datetime(2026, 3, 2, 12)
# few instants and sources, so that ties are common; only Odoo notes silence
INSTANTS = st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours))
SAID = st.builds(
    Event,
    st.sampled_from([kind for kind in KINDS if kind != shipment.SILENT]),
    INSTANTS,
    st.sampled_from(["carrier", "staff", "odoo"]),
)
SILENCE = st.builds(Event, st.just(shipment.SILENT), INSTANTS, st.just("odoo"))
EVENTS = st.lists(SAID | SILENCE, max_size=12)


def event(kind, hours=0, source="carrier"):
    return Event(kind, NOON + timedelta(hours=hours), source)


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(events, rng):
    state = state_of(events)
    arrived = events + rng.choices(events, k=len(events)) if events else []
    rng.shuffle(arrived)
    assert state_of(arrived) == state
    assert state_of(set(events)) == state


@given(EVENTS, st.data())
def test_the_same_survivors_of_a_loss(events, data):
    """What was lost and never came leaves the state of those that did, however they came."""
    kept = [one for one in events if data.draw(st.booleans())]
    assert state_of(kept) == state_of(data.draw(st.permutations(kept)))


@given(EVENTS, EVENTS)
def test_what_came_first_does_not_matter(early, late):
    assert state_of(early + late) == state_of(late + early)


@given(EVENTS)
def test_state_is_one_of_the_events(events):
    state = state_of(events)
    if not events:
        assert state == State(None, None, None, None)
        return
    assert any((one.kind, one.happened_at) == (state.kind, state.since) for one in events)
    if any(one.kind in shipment.FINAL for one in events):
        assert state.kind in shipment.FINAL
    if state.delivered_at:
        handovers = [one for one in events if one.kind in shipment.HANDED_OVER]
        assert (state.delivered_at, state.source) in [
            (one.happened_at, one.source) for one in handovers
        ]


@given(EVENTS)
def test_odoo_never_outweighs_another(events):
    said = [one for one in events if one.source != "odoo"]
    finals = [one for one in events if one.kind in shipment.FINAL]
    if said and not finals:
        assert state_of(events) == state_of(said)


@given(st.lists(SAID, min_size=1, max_size=8), st.lists(SILENCE, max_size=4), st.data())
def test_silence_changes_nothing_that_was_said(said, silence, data):
    arrived = data.draw(st.permutations(said + silence))
    assert state_of(arrived) == state_of(said)


def test_silence_outweighs_not_even_odoo():
    events = [event("picked_up", 1, "odoo"), event("silent", 5, "odoo")]
    assert state_of(events).kind == "picked_up"


def test_nothing_but_silence():
    assert state_of([event("silent", 3, "odoo")]).kind == "silent"


def test_scans_after_the_handover_do_not_undo_it():
    state = state_of([event("delivered", 1), event("in_transit", 5), event("problem", 9)])
    assert (state.kind, state.delivered_at) == ("delivered", NOON + timedelta(hours=1))


def test_late_news_of_the_handover():
    before = state_of([event("in_transit", 5)])
    after = state_of([event("in_transit", 5), event("delivered", 1)])
    assert (before.kind, after.kind) == ("in_transit", "delivered")


def test_fetched_from_the_locker():
    state = state_of([event("left_at_locker", 1), event("delivered", 4)])
    assert (state.kind, state.delivered_at) == ("delivered", NOON + timedelta(hours=4))


def test_lost_and_found():
    lost = state_of([event("delivered", 1), event("lost", 4)])
    found = state_of([event("lost", 1), event("delivered", 4)])
    assert (lost.kind, lost.delivered_at) == ("lost", None)
    assert found.delivered_at == NOON + timedelta(hours=4)


def test_returned_after_delivery_was_delivered():
    state = state_of([event("delivered", 1), event("returned", 40)])
    assert (state.kind, state.delivered_at) == ("returned", NOON + timedelta(hours=1))
    assert state_of([event("refused", 1), event("returned", 40)]).delivered_at is None


def test_late_validation_in_odoo():
    state = state_of([event("in_transit", 1), event("picked_up", 9, "odoo")])
    assert state.kind == "in_transit"


def test_consent_by_day_of_the_zone():
    left = [Event("left_at_locker", datetime(2026, 3, 1, 17, tzinfo=UTC).replace(tzinfo=None))]
    granted = {"left_at_locker": date(2026, 3, 2)}
    assert not lacks_consent(left, granted, "Asia/Shanghai")
    assert lacks_consent(left, granted, "UTC")
    assert lacks_consent(left, {"signed_by_other": date(2020, 1, 1)})
    assert not lacks_consent([event("delivered")], {})


# --- parcels


def parcel(kind, number, hours=0, source="carrier"):
    return Event(kind, NOON + timedelta(hours=hours), source, frozenset({number}))


def comes_to(*events, numbers=("A", "B")):
    state = state_of(events, numbers)
    return state.kind, state.delivered_at and (state.delivered_at - NOON) // timedelta(hours=1)


def test_delivered_when_all_parcels_are():
    first, second = parcel("delivered", "A", 1), parcel("delivered", "B", 3)
    assert comes_to(parcel("in_transit", "B"), first) == ("in_transit", None)
    assert comes_to(first, second) == ("delivered", 3)
    assert comes_to(first, parcel("signed_by_other", "B", 2)) == ("signed_by_other", 2)


def test_one_parcel_came_and_the_other_will_not():
    came, lost = parcel("delivered", "A", 1), parcel("lost", "B", 2)
    assert comes_to(came, lost) == ("partly_delivered", None)
    assert comes_to(lost, came) == ("partly_delivered", None)
    assert comes_to(came, parcel("returned", "B", 2)) == ("partly_delivered", None)


def test_one_parcel_is_lost_and_the_other_still_under_way():
    assert comes_to(parcel("lost", "A", 1), parcel("in_transit", "B", 2)) == ("problem", None)


def test_trouble_with_one_parcel_is_not_hidden_by_news_of_another():
    assert comes_to(parcel("refused", "A", 1), parcel("in_transit", "B", 2)) == ("refused", None)


def test_nothing_came():
    assert comes_to(parcel("lost", "A", 1), parcel("lost", "B", 2)) == ("lost", None)
    assert comes_to(parcel("lost", "A", 1), parcel("returned", "B", 2)) == ("returned", None)


def test_sent_back_after_all_had_come():
    came = parcel("delivered", "A", 1), parcel("delivered", "B", 2)
    assert comes_to(*came, parcel("returned", "B", 5)) == ("partly_delivered", 2)


def test_what_names_no_parcel_is_about_all():
    assert comes_to(event("delivered", 4)) == ("delivered", 4)
    assert comes_to(event("picked_up"), parcel("delivered", "A", 1)) == ("picked_up", None)
    assert comes_to(parcel("delivered", "C", 4)) == ("delivered", 4)


def test_a_parcel_of_which_nobody_says_a_word():
    assert comes_to(parcel("delivered", "A", 1)) == (None, None)


PARCEL_EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from([kind for kind in KINDS if kind != shipment.SILENT]),
        INSTANTS,
        st.sampled_from(["carrier", "staff", "odoo"]),
        st.frozensets(st.sampled_from("ABC"), max_size=2),
    ),
    max_size=12,
)


@given(PARCEL_EVENTS, st.data())
def test_order_does_not_matter_to_parcels(events, data):
    numbers = data.draw(st.sampled_from([(), ("A",), ("A", "B"), ("A", "B", "C")]))
    shuffled = data.draw(st.permutations(events))
    assert state_of(shuffled, numbers) == state_of(events, tuple(reversed(numbers)))


@given(PARCEL_EVENTS)
def test_handed_over_is_each_parcel(events):
    numbers = ("A", "B")
    each = shipment.parcel_states(events, numbers)
    state = state_of(events, numbers)
    assert bool(state.delivered_at) == all(one.delivered_at for one in each.values())
    if state.kind in shipment.HANDED_OVER:
        assert all(one.kind in shipment.HANDED_OVER for one in each.values())
