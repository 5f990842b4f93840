"""What the deliveries of an order collect adds up to what is owed."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.shipment.cash import capped, spread

CENT = Decimal("0.01")
VALUES = st.lists(st.decimals(0, 10_000, places=4), min_size=1, max_size=8)
RESTS = st.decimals(-20_000, 20_000, places=2)
PREPAID = st.decimals(0, 20_000, places=2)


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def test_a_discount_greater_than_what_the_first_brings():
    assert spread([Decimal(20), Decimal(80)], Decimal(-50), Decimal(0), rounded) == [
        (0, 0),
        (50, 0),
    ]


def test_freight_goes_with_the_first_and_advances_come_off_in_turn():
    asked = spread([Decimal(20), Decimal(80)], Decimal(9), Decimal(40), rounded)
    assert asked == [(0, 29), (69, 11)]


def test_thirds_leave_no_cent_over():
    third = Decimal(100) / 3
    asked = spread([third] * 3, Decimal(0), Decimal(0), rounded)
    assert sum(amount for amount, _taken in asked) == 100


@given(VALUES, RESTS, PREPAID)
def test_deliveries_collect_together_what_is_owed(values, rest, prepaid):
    asked = spread(values, rest, prepaid, rounded)
    owed = max(sum(values) + rest, Decimal(0))
    whole = sum(amount + taken for amount, taken in asked)
    assert abs(whole - owed) <= CENT / 2
    assert sum(taken for _amount, taken in asked) == min(prepaid, whole)
    assert all(amount >= 0 and taken >= 0 for amount, taken in asked)


@given(VALUES, st.decimals(0, 20_000, places=2))
def test_together_no_more_than_there_is(values, most):
    kept = capped(values, most)
    assert sum(kept) == min(sum(values), most)
    assert all(0 <= one <= value for one, value in zip(kept, values, strict=True))


def test_the_first_keep_what_they_bring():
    assert capped([60, 60, 60], 100) == [60, 40, 0]
    assert capped([-10, 60], 100) == [-10, 60]
