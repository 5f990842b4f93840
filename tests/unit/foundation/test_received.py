import pytest

from logistics_customer_service.tools.foundation.received import MAX_LINE, clean, clean_line


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
