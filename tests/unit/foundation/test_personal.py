import json
import re
import unicodedata

import pytest

from logistics_customer_service.tools.foundation.personal import (
    get_phone_forms,
    is_distinct,
    is_telling,
    make_hints,
    make_patterns,
)

MARKS = {
    "emails": ["jo.lee@post.example.net"],
    "phones": get_phone_forms("+86 138 0013 0001", "CN"),
    "words": ["Jo Anne Lee", "王小明"],
}


def find(text):
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in make_patterns(**MARKS))


@pytest.mark.parametrize(
    "text",
    [
        "write to Jo.Lee@post.example.net.",
        '"Jo" <jo.lee@post.example.net>',
        "call 138 0013 0001",
        "call 0086-138-0013-0001, please",
        "+8613800130001",
        "JO  ANNE\u00a0LEE was here",
        "请王小明先生签收",
        '{"name": "Jo Anne Lee"}',
    ],
)
def test_is_found(text):
    assert find(text)


@pytest.mark.parametrize(
    "text",
    [
        "major.jo.lee@post.example.net",
        "jo.lee@post.example.network",
        "parcel 9913800130001234",
        "Jo Anne Leeds",
        "王小",
    ],
)
def test_is_somebody_else(text):
    assert not find(text)


def test_what_is_found_is_hinted_at():
    tokens, digits = make_hints(**MARKS)
    assert tokens == [
        "\\u738b\\u5c0f\\u660e", "anne", "jo.lee%40post.example.net", "jo.lee@post.example.net", "王小明",
    ]  # fmt: skip
    assert digits == ["13800130001", "8613800130001"]


def test_nothing_is_looked_for_where_nothing_is_known():
    assert make_patterns() == []
    assert make_hints() == ([], [])


def test_many_are_looked_for_in_parts():
    assert len(make_patterns(emails=[f"{number}@x.example" for number in range(50)])) == 3


@pytest.mark.parametrize("words, telling", [("王明", True), ("Li", False), ("Lena", True), ("明", False)])
def test_is_long_enough(words, telling):
    assert is_telling(words) == telling


@pytest.mark.parametrize(
    "words, distinct",
    [("Lena", False), ("Lena Moor", True), ("Dock 7", True), ("王明", False), ("王小明", True)],
)
def test_is_hardly_anothers(words, distinct):
    assert is_distinct(words) == distinct


WRITTEN = [
    ("Zoë D'Arc & Söhne", "<p>Zoë D&#39;Arc &amp; Söhne</p>"),
    ("Zoë D'Arc & Söhne", "Zoë&nbsp;D\u2019Arc &amp;&nbsp;Söhne"),
    ("Zoë D'Arc & Söhne", json.dumps({"x": "Zoë D'Arc & Söhne"})),
    ("Zoë D'Arc & Söhne", unicodedata.normalize("NFD", "to Zoë D'Arc & Söhne")),
    (unicodedata.normalize("NFD", "Jürgen Bäcker"), "Jürgen Bäcker"),
    ("Jürgen Bäcker", json.dumps("JÜRGEN BÄCKER")),
    ('Jack "Red" Smith', json.dumps('it was Jack "Red" Smith')),
    ('Jack "Red"', json.dumps('it was Jack "Red"')),
    ("Jo Anne Lee", json.dumps("Dear Sir,\nJo Anne Lee said")),
    ("Jo Anne Lee", "letter_Jo_Anne_Lee_2.pdf"),
    ("Jo Anne Lee", "Lee, Jo Anne"),
    ("Back\\slash Jo", json.dumps("Back\\slash Jo")),
    ("王小明", json.dumps("请王小明先生")),
    ("Иван Петров", json.dumps("Иван Петров")),
    ("राजेश कुमार", "श्री राजेश कुमार ने"),
]


@pytest.mark.parametrize("name, text", WRITTEN)
def test_is_found_however_it_is_written(name, text):
    (pattern,) = make_patterns(words=[name])
    assert re.search(pattern, text, re.IGNORECASE)
    tokens, _digits = make_hints(words=[name])
    assert any(token in text.lower() for token in tokens)
    if text[0] in '"{':
        json.loads(re.sub(pattern, "erased-1", text, flags=re.IGNORECASE))


@pytest.mark.parametrize("text", ["?to=jo%2Blee%40post.example.net&x", "jo+lee@post.example.net"])
def test_an_address_is_found_in_another(text):
    (pattern,) = make_patterns(emails=["jo+lee@post.example.net"])
    assert re.search(pattern, text, re.IGNORECASE)
    assert any(token in text.lower() for token in make_hints(emails=["jo+lee@post.example.net"])[0])
