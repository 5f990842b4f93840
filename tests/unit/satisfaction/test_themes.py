"""Words in comments, with and without spaces between them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.satisfaction import themes


def find(words, comment):
    return themes.find_words(themes.compile_words(themes.split_words(words)), themes.normalise(comment))


@pytest.mark.parametrize(
    ("words", "comment", "found"),
    [
        ("late", "It was LATE, again late.", ["late"]),
        ("late", "A chocolate plate", []),
        ("late*", "later than promised", ["late"]),
        ("late", "later than promised", []),
        ("late", "much_late", ["late"]),
        ("too late", "came  too\nlate", ["too late"]),
        ("don't", "I don't know", ["don't"]),
        ("晚", "送得太晚了", ["晚"]),
        ("送货慢, 态度", "快递员态度不好，送货慢", ["态度", "送货慢"]),
        ("破损；包装", "包装破损严重", ["包装", "破损"]),
        ("late, 晚", "ＬＡＴＥ！太晚", ["late", "晚"]),
        ("cod费", "COD费太高", ["cod费"]),
        ("app", "用app下单", ["app"]),
        ("c++ (x", "a c++ (x b", ["c++ (x"]),
        ("", "anything", []),
        (" , *,\n", "anything *", []),
        ("late", "", []),
    ],
)
def test_words(words, comment, found):
    assert find(words, comment) == found


def test_words_are_listed_once():
    assert themes.split_words("Late,late\n 晚；晚, too   late") == ["late", "晚", "too late"]


@given(st.text(max_size=40), st.text(max_size=200))
def test_whatever_is_typed_is_only_looked_for(words, comment):
    for word in find(words, comment):
        assert word in themes.normalise(comment)


def test_a_long_comment_takes_no_time():
    words = ", ".join(f"word{number}*" for number in range(300))
    started = time.process_time()
    find(words, "word" * 1_000 + " a" * 1_000)
    assert time.process_time() - started < 2
