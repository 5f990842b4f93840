import pytest

from logistics_customer_service.tools.foundation.received import (
    MAX_ID,
    MAX_LINE,
    clean,
    clean_line,
    number_of,
)


@pytest.mark.parametrize(
    "text, kept",
    [
        (None, ""),
        ("", ""),
        (" \n\0\x07 ", ""),
        (" two\nlines ", "two\nlines"),
        ("hidden\u202e\u200bsigns", "hiddensigns"),
        ("王小明", "王小明"),
        (12, "12"),
    ],
)
def test_what_nobody_sees_is_left_out(text, kept):
    assert clean(text) == kept


def test_no_longer_than_allowed():
    assert clean("  abcdef", 3) == "abc"
    assert clean("x" * 9999) == "x" * 9999
    assert clean_line("x" * 9999) == "x" * MAX_LINE


def test_a_line_is_one():
    assert clean_line(" two \n\n  lines\tof  words ") == "two linesof words"


@pytest.mark.parametrize(("value", "number"), [("12", 12), (str(MAX_ID), MAX_ID), ("0", 0), ("٣", 3)])
def test_numbers(value, number):
    assert number_of(value) == number


@pytest.mark.parametrize("value", [None, "", "x", "-1", "1.5", "²", " 1", "1\0"])
def test_no_numbers(value):
    assert number_of(value) is None


@pytest.mark.parametrize("value", ["9" * 5000, str(MAX_ID + 1), "0" * 11])
def test_numbers_that_nothing_has(value):
    with pytest.raises(ValueError, match="Nothing has"):
        number_of(value)
