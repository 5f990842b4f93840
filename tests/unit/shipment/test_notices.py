"""What is told, and when it is too late."""

import pytest

from logistics_customer_service.tools.shipment import notices, shipment


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
