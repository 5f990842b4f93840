"""The steps of a delivery as its customer sees them: pure functions, no Odoo."""

from dataclasses import dataclass
from datetime import datetime

from . import shipment

CONFIRMED = "confirmed"
GOODS_OUT = "goods_out"
CANCELLED = "cancelled"

# what customers say is wrong
NOT_ARRIVED = "not_arrived"
DAMAGED = "damaged"
SHORT = "short"
WRONG_GOODS = "wrong_goods"
OTHER = "other"

DONE, CURRENT, AHEAD, FAILED = "done", "current", "ahead", "failed"

ON_THE_WAY = frozenset({shipment.IN_TRANSIT, shipment.AT_HUB})
# whoever was at the door was on the way there, whether the carrier said so or not
AT_THE_DOOR = frozenset({shipment.OUT_FOR_DELIVERY, shipment.ATTEMPTED})
FAILURES = frozenset(
    {shipment.REFUSED, shipment.RETURNED, shipment.LOST, shipment.PARTLY_DELIVERED}
)


@dataclass(frozen=True)
class Step:
    """A step: its name (an event's kind or one of those above), when it was reached, its state."""

    name: str
    at: datetime | None
    state: str


def steps_of(
    confirmed_at, out_at, events, delivered_at=None, cancelled=False, carried=True, numbers=()
):
    """Return the list of :class:`Step` from the order to the customer's door.

    What was passed without anybody saying so is left out; what lies ahead is named.

    :param confirmed_at: instant of the order, or None
    :param out_at: instant when the goods left the warehouse, or None
    :param events: iterable of :class:`~.shipment.Event`
    :param delivered_at: instant of the handover where the events don't tell it
    :param cancelled: the delivery will not take place
    :param carried: somebody reports on the way, so that steps between can be expected
    :param numbers: the tracking numbers of the parcels
    """
    events = list(events)
    passed = [
        (CONFIRMED, confirmed_at),
        (GOODS_OUT, out_at or _first(events, {shipment.PICKED_UP})),
        (shipment.IN_TRANSIT, _first(events, ON_THE_WAY)),
        (shipment.OUT_FOR_DELIVERY, _last(events, AT_THE_DOOR)),
    ]
    end = _end(shipment.state_of(events, numbers), delivered_at, cancelled)
    reached = _reached(passed)
    ahead = {shipment.IN_TRANSIT, shipment.OUT_FOR_DELIVERY} if carried else set()
    steps = []
    for number, (name, instant) in enumerate(passed):
        if number > reached and end is None and name in ahead | {GOODS_OUT}:
            steps.append(Step(name, None, AHEAD))
        elif number <= reached and (instant or name == CONFIRMED):
            latest = number == reached and end is None
            steps.append(Step(name, instant, CURRENT if latest else DONE))
    return [*steps, end or Step(shipment.DELIVERED, None, AHEAD)]


def _reached(passed):
    """Return the number of the last step that was passed and has a time."""
    return max((number for number, (_name, instant) in enumerate(passed) if instant), default=0)


def _end(state, delivered_at, cancelled):
    if state.kind in FAILURES:
        return Step(state.kind, state.since, FAILED)
    if state.kind in shipment.HANDED_OVER:
        return Step(state.kind, state.since, DONE)
    if delivered_at:
        return Step(shipment.DELIVERED, delivered_at, DONE)
    return Step(CANCELLED, None, FAILED) if cancelled else None


def _first(events, kinds):
    return min((event.happened_at for event in events if event.kind in kinds), default=None)


def _last(events, kinds):
    return max((event.happened_at for event in events if event.kind in kinds), default=None)
