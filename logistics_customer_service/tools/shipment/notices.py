"""What customers are told about their shipment, and when not: no Odoo."""

from . import shipment

ORDER_CONFIRMED = "order_confirmed"
GOODS_OUT = "goods_out"
IN_TRANSIT = "in_transit"
OUT_FOR_DELIVERY = "out_for_delivery"
NEW_ARRIVAL = "new_arrival"
DELAY_FORESEEN = "delay_foreseen"
MISSED = "missed"
SILENT = "silent"
DELIVERED = "delivered"
REFUSED = "refused"
PROBLEM = "problem"

# what an event of a shipment is told as; other events are not told
_BY_EVENT = {
    shipment.IN_TRANSIT: IN_TRANSIT,
    shipment.AT_HUB: IN_TRANSIT,
    shipment.OUT_FOR_DELIVERY: OUT_FOR_DELIVERY,
    shipment.ATTEMPTED: PROBLEM,
    shipment.PROBLEM: PROBLEM,
    shipment.LOST: PROBLEM,
    shipment.REFUSED: REFUSED,
    shipment.LEFT_AT_LOCKER: DELIVERED,
    shipment.SIGNED_BY_OTHER: DELIVERED,
    shipment.DELIVERED: DELIVERED,
}

_TROUBLE = {shipment.ATTEMPTED, shipment.PROBLEM, shipment.REFUSED}
# the states of a shipment in which it is too late to tell of something
_OVERTAKEN_BY = {
    GOODS_OUT: shipment.ENDED,
    IN_TRANSIT: shipment.ENDED | _TROUBLE | {shipment.OUT_FOR_DELIVERY},
    OUT_FOR_DELIVERY: shipment.ENDED | _TROUBLE,
    NEW_ARRIVAL: shipment.ENDED,
    DELAY_FORESEEN: shipment.ENDED,
    MISSED: shipment.ENDED,
    SILENT: shipment.ENDED,
    DELIVERED: frozenset({shipment.LOST}),
    REFUSED: shipment.HANDED_OVER,
    PROBLEM: shipment.HANDED_OVER,
}


def occasion_of(kind):
    """Return the occasion on which an event of a shipment is told, or None."""
    return _BY_EVENT.get(kind)


def is_overtaken(occasion, state):
    """Tell whether a shipment in ``state`` makes it too late to tell of an occasion."""
    return state in _OVERTAKEN_BY.get(occasion, ())
