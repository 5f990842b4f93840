"""What is told, by which way, and when it is too late."""

from datetime import timedelta

import pytest

from logistics_customer_service.tools.shipment import notices, shipment


@pytest.mark.parametrize(
    ("order", "preference", "expected"),
    [
        ("mail_sms", None, ("mail", "sms")),
        ("mail_sms", "sms", ("sms", "mail")),
        ("sms_mail", "mail", ("mail", "sms")),
        ("sms_mail", "portal", ("mail", "sms")),
        ("sms_mail", "phone", ("sms", "mail")),
        ("mail", "sms", ("mail",)),
        ("sms", "mail", ("sms",)),
    ],
)
def test_ways(order, preference, expected):
    assert notices.ways(order, preference) == expected


def test_handovers_are_told_as_delivered():
    assert {notices.occasion_of(kind) for kind in shipment.HANDED_OVER} == {"delivered"}


@pytest.mark.parametrize("kind", [shipment.PICKED_UP, shipment.RETURNED, None, False])
def test_not_told(kind):
    assert notices.occasion_of(kind) is None


@pytest.mark.parametrize(
    ("occasion", "state", "late"),
    [
        ("in_transit", "in_transit", False),
        ("in_transit", "out_for_delivery", True),
        ("in_transit", "delivered", True),
        ("out_for_delivery", "in_transit", False),
        ("out_for_delivery", "attempted", True),
        ("problem", "problem", False),
        ("problem", "lost", False),
        ("problem", "delivered", True),
        ("delivered", "delivered", False),
        ("delivered", "lost", True),
        ("goods_out", "picked_up", False),
        ("order_confirmed", "delivered", False),
        ("silent", None, False),
    ],
)
def test_overtaken(occasion, state, late):
    assert notices.is_overtaken(occasion, state) is late


def test_retries_grow_apart():
    minutes = [notices.retry_delay(attempts) for attempts in (1, 2, 3, 4, 5, 400)]
    expected = [5, 15, 45, 135, 240, 240]
    assert minutes == [timedelta(minutes=minute) for minute in expected]
