"""Standards of compensation: the sum, and the steps that lead to it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.complaint import compensation
from logistics_customer_service.tools.complaint.compensation import Basis, Standard, compute

MONEY = st.decimals(0, 100_000, places=2)
MAYBE = st.none() | MONEY


def codes(result):
    return [step.code for step in result.steps]


def test_cmr_pays_8_33_units_of_account_per_kilogram():
    # 120 kg × 8.33 SDR × 1.22 = 1,219.512
    standard = Standard("per_kg", Decimal("8.33"), unit_value=Decimal("1.22"), cap_value=True)
    result = compute(standard, Basis(value=Decimal(5000), weight=Decimal(120)))
    assert result.amount == Decimal("1219.51")
    assert codes(result) == ["per_kg"]
    assert result.steps[0].figures == {
        "measure": Decimal(120),
        "rate": Decimal("8.33"),
        "unit_value": Decimal("1.22"),
    }


def test_never_more_than_the_goods_are_worth():
    standard = Standard("per_kg", Decimal("8.33"), unit_value=Decimal("1.22"), cap_value=True)
    result = compute(standard, Basis(value=Decimal(300), weight=Decimal(120)))
    assert (result.amount, codes(result)) == (Decimal(300), ["per_kg", "cap_value"])


def test_delay_up_to_the_freight():
    standard = Standard("share_value", Decimal("0.1"), cap_freight=Decimal(1))
    result = compute(standard, Basis(value=Decimal(2000), freight=Decimal(80)))
    assert (result.amount, codes(result)) == (Decimal(80), ["share_value", "cap_freight"])
    small = compute(standard, Basis(value=Decimal(500), freight=Decimal(80)))
    assert (small.amount, codes(small)) == (Decimal(50), ["share_value"])


def test_three_times_the_freight():
    result = compute(Standard("multiple_freight", Decimal(3)), Basis(freight=Decimal("12.50")))
    assert result.amount == Decimal("37.50")


def test_minimum_lifts_and_a_cap_outweighs_it():
    standard = Standard("share_value", Decimal("0.01"), minimum=Decimal(20))
    lifted = compute(standard, Basis(value=Decimal(100)))
    assert (lifted.amount, codes(lifted)) == (Decimal(20), ["share_value", "minimum"])
    capped = Standard("share_value", Decimal("0.01"), minimum=Decimal(20), cap_amount=Decimal(15))
    result = compute(capped, Basis(value=Decimal(100)))
    assert (result.amount, codes(result)) == (
        Decimal(15),
        ["share_value", "minimum", "cap_amount"],
    )


def test_what_is_not_known_is_said():
    result = compute(Standard("multiple_freight", Decimal(3)), Basis(value=Decimal(100)))
    assert (result.amount, codes(result)) == (Decimal(0), ["unknown"])
    with pytest.raises(ValueError, match="no_method"):
        compute(Standard("no_method", Decimal(1)), Basis())


def test_a_cap_that_cannot_be_known_leaves_nothing_due():
    standard = Standard("share_value", Decimal("0.05"), cap_freight=Decimal(1))
    result = compute(standard, Basis(value=Decimal(1464)))
    assert (result.amount, codes(result)) == (Decimal(0), ["share_value", "cap_unknown"])
    assert result.steps[-1].figures == {"method": "multiple_freight"}


def test_no_minimum_lifts_above_a_cap_that_cannot_be_known():
    standard = Standard("share_value", Decimal("0.05"), minimum=Decimal(20), cap_value=True)
    result = compute(standard, Basis())
    assert (result.amount, codes(result)) == (Decimal(0), ["unknown", "minimum", "cap_unknown"])


def test_what_is_left_to_give_outweighs_all():
    standard = Standard("share_value", Decimal(1), minimum=Decimal(20))
    result = compute(standard, Basis(value=Decimal(1464), left=Decimal(564)))
    assert (result.amount, codes(result)) == (Decimal(564), ["share_value", "cap_left"])


def test_half_a_unit_is_rounded_up():
    half = Standard("share_value", Decimal("0.5"))
    assert compute(half, Basis(value=Decimal("0.25"))).amount == Decimal("0.13")
    assert compute(half, Basis(value=Decimal(25)), Decimal(1)).amount == Decimal(13)


@given(
    st.sampled_from(compensation.METHODS),
    MONEY,
    MAYBE,
    MAYBE,
    MAYBE,
    st.booleans(),
    st.builds(Basis, MAYBE, MAYBE, MAYBE, MAYBE),
)
def test_no_case_gets_more_than_a_cap_or_less_than_nothing(
    method, rate, minimum, cap_amount, cap_freight, cap_value, basis
):
    standard = Standard(method, rate, Decimal(1), minimum, cap_amount, cap_freight, cap_value)
    result = compute(standard, basis)
    assert result.amount >= 0
    if cap_amount is not None:
        assert result.amount <= cap_amount
    if cap_freight is not None and basis.freight is not None:
        assert result.amount <= cap_freight * basis.freight + Decimal("0.005")
    if cap_value and basis.value is not None:
        assert result.amount <= basis.value
    if basis.left is not None:
        assert result.amount <= basis.left
    if (cap_value and basis.value is None) or (cap_freight is not None and basis.freight is None):
        assert result.amount == 0
    assert abs(result.amount - result.steps[-1].amount) <= Decimal("0.005")
