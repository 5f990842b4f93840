"""Names and places with only their last part readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.shipment.masking import mask_name, mask_place


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "**明"),
        ("李明", "*明"),
        ("王", "*"),
        ("欧阳小明", "**明"),
        ("沪鲜达冷链食品批发有限公司", "***批发有限公司"),
        ("华康有限公司", "***有限公司"),
        ("东海化工集团", "***化工集团"),
        ("有限公司", "**司"),
        ("锦绣家居生活馆", "***活馆"),
        ("John Smith", "*** Smith"),
        ("Fresh Dock Foods", "*** Foods"),
        ("Fresh Dock Foods Ltd.", "*** Foods Ltd."),
        ("Remedia Pharmacies S.A.", "*** Pharmacies S.A."),
        ("Ikea B.V.", "***ea B.V."),
        ("Madonna", "***na"),
        ("Bo", "***"),
        ("X", "*"),
        ("  Anna \n Weber ", "*** Weber"),
        ("", ""),
        (False, ""),
    ],
)
def test_names(name, masked):
    assert mask_name(name) == masked


@given(st.text(alphabet="王小明有限公司 abXY.Ltd", min_size=1, max_size=30))
def test_a_name_is_never_shown_whole(name):
    masked = mask_name(name)
    assert not name.strip() or masked != " ".join(name.split())
    assert not name.strip() or "*" in masked


@pytest.mark.parametrize(
    ("city", "street", "masked"),
    [
        ("Hamburg", "88 Harbour Road", "Hamburg, ***Road"),
        ("上海", "浦东新区世纪大道100号", "上海, ***00号"),
        ("London", "Mews 1", "London, ***"),
        ("London", False, "London"),
        (False, "88 Harbour Road", "***Road"),
        (False, False, ""),
    ],
)
def test_places(city, street, masked):
    assert mask_place(city, street) == masked
