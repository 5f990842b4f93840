"""The score of a customer, against plain definitions and random populations."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.customer import scoring

numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 3))
populations = st.lists(numbers, min_size=1, max_size=60)


def criterion(**changes):
    values = {"key": 1, "dimension": "value", "method": scoring.LINEAR, "weight": 1.0}
    return scoring.Criterion(**{**values, **changes})


def slow_cuts(values):
    """The definition: the first value whose cumulated share reaches the quantile."""
    ordered = sorted(values)
    found = []
    for part in (1, 2, 3, 4):
        for position, value in enumerate(ordered, start=1):
            if position * 5 >= part * len(ordered):
                found.append(value)
                break
    return tuple(found)


@given(populations)
def test_cuts_follow_the_definition(values):
    assert scoring.cuts(values) == slow_cuts(values)


def test_cuts_of_nobody():
    assert scoring.cuts([]) == ()
    assert scoring.points(criterion(method=scoring.RANK), 5) is None


def test_fifths_of_ten_different_values():
    values = list(range(10))
    cuts = scoring.cuts(values)
    assert [scoring.fifth(value, cuts) for value in values] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_all_equal_is_the_middle():
    cuts = scoring.cuts([7] * 9)
    assert scoring.fifth(7, cuts) == 3


def test_nearly_all_equal_keeps_the_few_on_top():
    cuts = scoring.cuts([1] * 98 + [2, 3])
    assert [scoring.fifth(value, cuts) for value in (1, 2, 3)] == [3, 5, 5]


@given(populations, st.randoms())
def test_rank_is_monotonic_and_shared_by_equals(values, random):
    cuts = scoring.cuts(values)
    ordered = sorted(values)
    fifths = [scoring.fifth(value, cuts) for value in ordered]
    assert fifths == sorted(fifths)
    assert set(fifths) <= {1, 2, 3, 4, 5}
    random.shuffle(ordered)
    assert scoring.cuts(ordered) == cuts


@given(populations)
def test_low_is_good_mirrors_high_is_good(values):
    """Ranking the negated values from high is ranking the values from low."""
    low = criterion(
        method=scoring.RANK, descending=True, cuts=scoring.cuts([-v for v in values])
    )
    points = {value: scoring.points(low, value) for value in values}
    ordered = [points[value] for value in sorted(points)]
    assert ordered == sorted(ordered, reverse=True)


@pytest.mark.parametrize(
    ("value", "points"),
    [(-1, 0), (0, 0), (2.99, 0), (3, 25), (11, 50), (12, 75), (24, 100), (999, 100)],
)
def test_break_points(value, points):
    steps = ((3, 25), (6, 50), (12, 75), (24, 100))
    assert scoring.points(criterion(method=scoring.STEPS, steps=steps), value) == points


def test_break_points_may_fall():
    late = criterion(method=scoring.STEPS, steps=((-3650, 100), (1, 80), (31, 0)))
    assert [scoring.points(late, days) for days in (-5, 0.5, 1, 30, 31)] == [100, 100, 80, 80, 0]


@pytest.mark.parametrize(
    ("value", "points"), [(-50, 0), (0, 0), (2.5, 25), (10, 100), (11, 100)]
)
def test_linear(value, points):
    assert scoring.points(criterion(zero_at=0, full_at=10), value) == points


def test_linear_may_fall():
    assert scoring.points(criterion(zero_at=30, full_at=0), 7.5) == 75


def test_without_data_there_are_no_points():
    assert scoring.points(criterion(), None) is None


def test_score_is_the_weighted_mean_of_what_could_be_judged():
    criteria = [
        criterion(key="a", weight=3, full_at=100),
        criterion(key="b", weight=1, full_at=100, dimension="stability"),
        criterion(key="c", weight=9, dimension="complexity"),
    ]
    score = scoring.score(criteria, [80, 40, None])
    assert score.total == 70
    assert score.dimensions == {"value": 80, "stability": 40, "complexity": None}
    assert [(line.key, line.points) for line in score.lines] == [
        ("a", 80),
        ("b", 40),
        ("c", None),
    ]


def test_nothing_to_judge_is_no_score():
    assert scoring.score([criterion(), criterion()], [None, None]) is None
    assert scoring.score([], []) is None


def test_values_must_match_the_criteria():
    with pytest.raises(ValueError, match="shorter|longer"):
        scoring.score([criterion()], [1, 2])


@given(
    st.lists(
        st.tuples(st.floats(0.01, 100), st.none() | numbers), min_size=1, max_size=12
    )
)
def test_score_lies_between_its_points_and_is_explained_by_them(weighted):
    criteria = [criterion(key=i, weight=w, full_at=1000) for i, (w, _v) in enumerate(weighted)]
    score = scoring.score(criteria, [value for _w, value in weighted])
    judged = [(line.points, line.weight) for line in score.lines if line.points is not None] if (
        score
    ) else []
    if not judged:
        assert score is None
        return
    points = [value for value, _weight in judged]
    assert min(points) - 0.01 <= score.total <= max(points) + 0.01
    expected = math.fsum(p * w for p, w in judged) / math.fsum(w for _p, w in judged)
    assert score.total == pytest.approx(expected, abs=0.006)
