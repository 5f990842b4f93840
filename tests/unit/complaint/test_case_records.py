"""Cases as other programs send them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.complaint.case_records import (
    MAX_DESCRIPTION,
    MAX_NUMBERS,
    BadRecord,
    CaseRecord,
    parse,
)

NOW = datetime(2026, 3, 2, 4)
FIELDS = tuple(CaseRecord.__dataclass_fields__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def refused(**values):
    with pytest.raises(BadRecord) as caught:
        parse({"external_reference": "R1", **values}, NOW)
    assert caught.value.reason
    return caught.value.field


def test_a_whole_record():
    record = parse(
        {
            "external_reference": 4711,
            "category": 12,
            "subject": " Two\tcartons \n broken ",
            "description": "a\x00b\ud800\r\nc",
            "received_at": "2026-03-02T11:59:30.5+08:00",
            "partner_id": 7,
            "order": "S1",
            "tracking_number": ["A 1", 2, "A 1"],
            "remedies": [],
            "email": "",
        },
        NOW,
    )
    assert record == CaseRecord(
        "4711",
        category=12,
        subject="Two cartons broken",
        description="ab\nc",
        received_at=datetime(2026, 3, 2, 3, 59, 30),
        partner_id=7,
        order=("S1",),
        tracking_number=("A 1", "2"),
    )


def test_a_clock_a_little_ahead_is_now():
    ahead = (NOW + timedelta(minutes=3)).isoformat() + "Z"
    assert parse({"external_reference": "R1", "received_at": ahead}, NOW).received_at == NOW


@pytest.mark.parametrize(
    "values",
    [
        {"external_reference": ""},
        {"external_reference": None},
        {"external_reference": "a\nb"},
        {"external_reference": "x" * 129},
        {"external_reference": {}},
        {"subject": 1},
        {"subject": "x" * 201},
        {"description": "x" * (MAX_DESCRIPTION + 1)},
        {"received_at": "2026-03-02T12:00:00"},
        {"received_at": "2026-03-02T12:00:00Z"},
        {"received_at": "1999-12-31T23:59:59Z"},
        {"received_at": "0001-01-01T00:00:00+14:00"},
        {"partner_id": 0},
        {"partner_id": True},
        {"partner_id": "7"},
        {"partner_id": 1.0},
        {"category": -1},
        {"category": False},
        {"order": [""]},
        {"order": {"a": 1}},
        {"tracking_number": [None]},
        {"remedies": list(range(MAX_NUMBERS + 1))},
        {"unheard_of": None},
    ],
)
def test_what_is_refused_names_its_field(values):
    assert refused(**values) == next(iter(values))


@pytest.mark.parametrize("sent", [None, 1, "x", [], ["external_reference"]])
def test_what_is_no_record(sent):
    with pytest.raises(BadRecord):
        parse(sent, NOW)


@given(JSON | st.fixed_dictionaries({"external_reference": JSON}, optional=dict.fromkeys(FIELDS[1:], JSON)))
def test_whatever_comes_is_a_record_or_refused(sent):
    try:
        record = parse(sent, NOW)
    except BadRecord as problem:
        assert problem.reason
    else:
        assert record.external_reference.strip() == record.external_reference != ""
        assert "\x00" not in (record.description or "") + (record.subject or "")
