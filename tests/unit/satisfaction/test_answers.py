"""Answers from outside against the questions they are to fit."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.satisfaction.answers import (
    BadAnswer,
    Question,
    check,
    fingerprint,
    read,
    recommends,
)

OVERALL = Question(
    key=1, kind="simple_choice", mandatory=True, choices=frozenset({11, 12, 13, 14, 15})
)
REASON = Question(
    key=2, kind="multiple_choice", choices=frozenset({21, 22}), triggers=frozenset({11, 12})
)
DETAIL = Question(key=3, kind="char_box", mandatory=True, triggers=frozenset({22}))
SCALE = Question(key=4, kind="scale", low=0, high=10)
COMMENT = Question(key=5, kind="text_box")
NUMBER = Question(key=6, kind="numerical_box", low=0.5, high=9)
DAY = Question(key=7, kind="date")
FORM = [OVERALL, REASON, DETAIL, SCALE, COMMENT, NUMBER, DAY]


def refused(answers, complete=True):
    with pytest.raises(BadAnswer) as caught:
        check(FORM, answers, complete)
    return caught.value.reason, caught.value.key


def test_answers_as_a_form_sends_them():
    checked = check(
        FORM,
        {"1": ["12"], 2: [22, "21", ""], 3: " box 4 ", "4": "0", 5: "", 6: "1.5", 7: "2026-02-28"},
    )
    assert checked.values == {
        1: (12,), 2: (21, 22), 3: "box 4", 4: 0, 6: 1.5, 7: "2026-02-28"
    }
    assert checked.asked == (1, 2, 3, 4, 5, 6, 7)


def test_what_was_not_asked_is_left_out_and_need_not_be_answered():
    checked = check(FORM, {1: 15, 2: [21], 3: "left over"})
    assert checked.values == {1: (15,)}
    assert checked.asked == (1, 4, 5, 6, 7)


def test_a_question_is_asked_by_what_was_answered_to_one_that_is_asked():
    assert check(FORM, {1: 15, 2: [22]}).asked == (1, 4, 5, 6, 7)


def test_what_is_begun_may_lack_answers_but_not_all():
    assert check(FORM, {4: "7"}, complete=False).values == {4: 7}
    assert refused({4: "7"}) == ("missing", 1)
    assert refused({1: 11, 2: [22]}) == ("missing", 3)
    assert refused({}, complete=False) == ("empty", None)
    assert refused({5: "  \n", 1: [], 4: None}, complete=False) == ("empty", None)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({99: "x"}, ("unknown", None)),
        ({"one": "x"}, ("unknown", None)),
        ({True: 11}, ("unknown", None)),
        ({"9" * 40: "x"}, ("unknown", None)),
        ({1: [99]}, ("foreign_choice", 1)),
        ({1: ["x"]}, ("foreign_choice", 1)),
        ({1: [True]}, ("foreign_choice", 1)),
        ({1: [[11]]}, ("foreign_choice", 1)),
        ({1: [11, 12]}, ("one_choice", 1)),
        ({1: 11, 4: "11"}, ("out_of_range", 4)),
        ({1: 11, 4: "-1"}, ("out_of_range", 4)),
        ({1: 11, 4: "2.5"}, ("not_a_number", 4)),
        ({1: 11, 4: 2.5}, ("not_a_number", 4)),
        ({1: 11, 4: "9" * 5000}, ("not_a_number", 4)),
        ({1: 11, 4: True}, ("unreadable", 4)),
        ({1: 11, 4: {"a": 1}}, ("unreadable", 4)),
        ({1: 11, 5: "x" * 5001}, ("too_long", 5)),
        ({1: 11, 5: "a\0b"}, ("unreadable", 5)),
        ({1: 11, 5: "\ud83d"}, ("unreadable", 5)),
        ({1: 11, 6: "nan"}, ("not_a_number", 6)),
        ({1: 11, 6: "inf"}, ("not_a_number", 6)),
        ({1: 11, 6: "0.4"}, ("out_of_range", 6)),
        ({1: 11, 7: "2026-02-30"}, ("not_a_date", 7)),
    ],
)
def test_what_does_not_fit_is_refused(answers, expected):
    assert refused(answers) == expected


def test_lengths_of_texts():
    asked = Question(key=1, kind="char_box", shortest=2, longest=4)
    assert read(asked, " abcd ") == "abcd"
    for text, reason in (("a", "too_short"), ("abcde", "too_long")):
        with pytest.raises(BadAnswer, match=reason):
            read(asked, text)


def test_full_width_digits_are_numbers():
    assert read(SCALE, "\uff17") == 7


@given(
    st.dictionaries(
        st.one_of(st.integers(0, 8), st.text(max_size=3), st.booleans()),
        st.one_of(
            st.none(), st.text(), st.integers(), st.floats(), st.booleans(),
            st.lists(st.one_of(st.integers(0, 30), st.text(max_size=3), st.none())),
            st.dictionaries(st.text(max_size=2), st.integers()),
        ),
    )
)
def test_whatever_comes_is_kept_in_range_or_refused(answers):
    try:
        checked = check(FORM, answers)
    except BadAnswer:
        return
    values = checked.values
    assert values[1][0] in OVERALL.choices
    assert set(values) <= set(checked.asked)
    assert 0 <= values.get(4, 0) <= 10
    assert all("\0" not in value for value in values.values() if isinstance(value, str))


def test_the_same_answer_has_the_same_fingerprint():
    one = fingerprint({1: (12,), 5: "好"}, False)
    assert one == fingerprint({5: "好", 1: (12,)}, None)
    assert one != fingerprint({1: (12,), 5: "好"}, True)
    assert one != fingerprint({1: (12,), 5: "好。"}, False)


def test_recommendation():
    found = [recommends(value) for value in range(11)]
    assert found == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
