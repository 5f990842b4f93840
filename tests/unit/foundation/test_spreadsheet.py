"""Texts that a spreadsheet program must not run."""

import pytest

from logistics_customer_service.tools.foundation.spreadsheet import as_text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"],
)
def test_what_begins_like_a_formula_is_marked(text):
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "a=1", " =1", "王敏", 5, -5.0, None, False, b"=1", ("=1",)])
def test_all_else_stays_as_it_is(value):
    assert as_text(value) is value


def test_what_a_formula_begins_with_can_be_told():
    assert as_text("+86 21", ("=",)) == "+86 21"
    assert as_text("{=A1}", ("=", "{=")) == "'{=A1}"
