"""The state of a delivery from the events of its shipment: pure functions, no Odoo.

The state is the greatest event in a total order. A maximum does not depend on the order of
arrival nor on repetition, and of two sets it is the greater of their maxima: events may come late,
twice, in any order and in parallel, the state is always that of the set.
"""

from dataclasses import dataclass
from datetime import datetime

from ..foundation.periods import local_date

PICKED_UP = "picked_up"
IN_TRANSIT = "in_transit"
AT_HUB = "at_hub"
OUT_FOR_DELIVERY = "out_for_delivery"
ATTEMPTED = "attempted"
PROBLEM = "problem"
REFUSED = "refused"
LEFT_AT_LOCKER = "left_at_locker"
SIGNED_BY_OTHER = "signed_by_other"
DELIVERED = "delivered"
RETURNED = "returned"
LOST = "lost"
SILENT = "silent"
# what no event says: of the parcels of a delivery some came and the others will not
PARTLY_DELIVERED = "partly_delivered"

# in the order in which they count when two carry the same time
KINDS = (
    SILENT,
    PICKED_UP,
    IN_TRANSIT,
    AT_HUB,
    OUT_FOR_DELIVERY,
    ATTEMPTED,
    PROBLEM,
    REFUSED,
    LOST,
    LEFT_AT_LOCKER,
    SIGNED_BY_OTHER,
    DELIVERED,
    RETURNED,
)
# said by nobody but Odoo itself, which knows only that goods left the warehouse
ODOO = "odoo"
FINAL = frozenset({LOST, LEFT_AT_LOCKER, SIGNED_BY_OTHER, DELIVERED, RETURNED})
HANDED_OVER = frozenset({LEFT_AT_LOCKER, SIGNED_BY_OTHER, DELIVERED})
NEEDS_CONSENT = frozenset({LEFT_AT_LOCKER, SIGNED_BY_OTHER})
FAILED = frozenset({LOST, RETURNED})
TROUBLE = frozenset({ATTEMPTED, PROBLEM, REFUSED})
# nothing more is to come
ENDED = FINAL | {PARTLY_DELIVERED}

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Event:
    """What happened to a shipment: its kind, when it happened, who says so, and of which parcels."""

    kind: str
    happened_at: datetime
    source: str = ""
    numbers: frozenset = frozenset()


@dataclass(frozen=True)
class State:
    """Where a shipment stands.

    ``delivered_at`` is when the goods came to the customer, or None; ``source`` who says so.
    """

    kind: str | None
    since: datetime | None
    delivered_at: datetime | None
    source: str | None


def state_of(events, numbers=()):
    """Return the :class:`State` that a set of events comes to.

    Each parcel has a state of its own, and the delivery is handed over when all are, with the last
    of them. Before that it is where its open parcels are, in trouble where one is or was lost.

    :param numbers: the tracking numbers of the delivery's parcels
    """
    states = list(parcel_states(events, numbers).values())
    delivered_at, source = _delivered(states)
    ended = all(state.kind in FINAL for state in states)
    kinds = {state.kind for state in states}
    if ended and not (kinds <= HANDED_OVER or kinds <= FAILED):
        kind, since = PARTLY_DELIVERED, max(state.since for state in states)
    elif not ended and kinds & FAILED:
        kind, since = PROBLEM, max(state.since for state in states if state.kind in FAILED)
    else:
        telling = [state for state in states if ended or state.kind not in FINAL]
        kind, since = max(((state.kind, state.since) for state in telling), key=_urgency)
    return State(kind, since, delivered_at, source)


def parcel_states(events, numbers):
    """Return the :class:`State` of each parcel by its number, of one without number under None.

    An event that names none of them is about all.
    """
    events, known = list(events), frozenset(numbers)
    return {
        number: _state_of_parcel(
            [
                event
                for event in events
                if number in event.numbers or not event.numbers & known
            ]
        )
        for number in numbers or (None,)
    }


def _delivered(states):
    """Return when the last of all parcels was handed over, and who says so; or None twice."""
    if not all(state.delivered_at for state in states):
        return None, None
    last = max(states, key=lambda state: (state.delivered_at, state.source))
    return last.delivered_at, last.source


def _urgency(told):
    kind, since = told
    return (kind is not None, kind in TROUBLE, kind != SILENT, since, _RANK.get(kind))


def _state_of_parcel(events):
    """Return the :class:`State` that the events of a parcel come to.

    A final event (delivered, signed by another, left at a locker, returned, lost) outweighs any
    other, whatever their times: a carrier's scan after the handover does not undo it. What carrier
    or staff say outweighs what Odoo concludes from its transfers. Among equals the latest counts.
    Silence is the weakest of all: it says that nothing was said.
    The goods count as delivered from the first handover on, unless they were lost after all; a
    handover in person outweighs one to a locker or another person.
    """
    latest = max(events, key=_weight, default=None)
    if latest is None:
        return State(None, None, None, None)
    handover = _handover(events) if latest.kind in HANDED_OVER | {RETURNED} else None
    return State(
        latest.kind,
        latest.happened_at,
        handover and handover.happened_at,
        handover and handover.source,
    )


def lacks_consent(events, granted, zone="UTC"):
    """Tell whether goods were left or signed for in a way the customer had not agreed to.

    A later handover in person does not undo that.

    :param granted: mapping of kind to the date since when the customer agrees to it
    :param zone: the time zone of that date
    """
    return any(
        event.kind in NEEDS_CONSENT
        and not _is_granted(granted.get(event.kind), event.happened_at, zone)
        for event in events
    )


def _is_granted(since, instant, zone):
    return since is not None and local_date(instant, zone) >= since


def _weight(event):
    said = event.source != ODOO
    return (
        event.kind != SILENT,
        event.kind in FINAL,
        said,
        event.happened_at,
        _RANK[event.kind],
        event.source,
    )


def _handover(events):
    handovers = [event for event in events if event.kind in HANDED_OVER]
    return min(
        handovers,
        key=lambda event: (event.kind != DELIVERED, event.happened_at, event.source),
        default=None,
    )
