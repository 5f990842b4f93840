"""What customers are told about their shipment, by which way and when not: no Odoo."""

from datetime import timedelta

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

MAIL = "mail"
SMS = "sms"

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
    GOODS_OUT: shipment.FINAL,
    IN_TRANSIT: shipment.FINAL | _TROUBLE | {shipment.OUT_FOR_DELIVERY},
    OUT_FOR_DELIVERY: shipment.FINAL | _TROUBLE,
    NEW_ARRIVAL: shipment.FINAL,
    DELAY_FORESEEN: shipment.FINAL,
    MISSED: shipment.FINAL,
    SILENT: shipment.FINAL,
    DELIVERED: frozenset({shipment.LOST}),
    REFUSED: shipment.HANDED_OVER,
    PROBLEM: shipment.HANDED_OVER,
}
# ways in the order in which they are tried
_WAYS = {
    "mail_sms": (MAIL, SMS),
    "sms_mail": (SMS, MAIL),
    "mail": (MAIL,),
    "sms": (SMS,),
}
# a customer who prefers the portal gets the link to it by mail
_PREFERENCES = {"mail": MAIL, "portal": MAIL, "sms": SMS}

_FIRST_RETRY = timedelta(minutes=5)
_LONGEST_RETRY = timedelta(hours=4)


def occasion_of(kind):
    """Return the occasion on which an event of a shipment is told, or None."""
    return _BY_EVENT.get(kind)


def is_overtaken(occasion, state):
    """Tell whether a shipment in ``state`` makes it too late to tell of an occasion."""
    return state in _OVERTAKEN_BY.get(occasion, ())


def ways(order, preference=None):
    """Return the channels to try, first the customer's own where the rule allows it.

    :param order: the rule's order: ``mail_sms``, ``sms_mail``, ``mail`` or ``sms``
    :param preference: the channel the customer prefers, or None to leave it out of account
    """
    allowed = _WAYS[order]
    preferred = _PREFERENCES.get(preference)
    return tuple(sorted(allowed, key=lambda way: way != preferred))


def retry_delay(attempts):
    """Return how long to wait after so many failures to reach a server: 5 min, 15, 45 … 4 h."""
    return min(_FIRST_RETRY * 3 ** min(attempts - 1, 8), _LONGEST_RETRY)
