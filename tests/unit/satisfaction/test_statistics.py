"""What answers come to, against scipy, numpy and pandas on random data, and at the edges."""

import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from logistics_customer_service.tools.satisfaction import statistics
from logistics_customer_service.tools.satisfaction.statistics import Estimate, PairSums, Sums

scores = st.lists(st.integers(1, 5), min_size=1, max_size=60)
recommendations = st.lists(st.integers(0, 10), min_size=1, max_size=60)
pairs = st.lists(st.tuples(st.none() | st.integers(1, 5), st.none() | st.integers(1, 5)), max_size=60)
HUNDRED = settings(max_examples=100, deadline=None)


def close(found, expected):
    return found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@HUNDRED
@given(scores)
def test_satisfaction_is_wilsons(answers):
    happy = sum(answer >= 4 for answer in answers)
    interval = stats.binomtest(happy, len(answers)).proportion_ci(0.95, "wilson")
    found = statistics.satisfaction(answers)
    assert found.count == len(answers)
    assert close(found.value, happy / len(answers))
    assert close(found.low, interval.low)
    assert close(found.high, interval.high)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Wilson's bounds of textbook examples: one answer, none of ten, all of ten, 81 of 263
    [(1, 1, 0.2065, 1), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_at_the_edges(count, total, low, high):
    found = statistics.wilson(count, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_nobody_is_not_dissatisfied():
    assert statistics.satisfaction([]) is None
    assert statistics.net_promoter(0, 0, 0) is None
    assert statistics.mean(Sums.of([])) is None


@HUNDRED
@given(recommendations)
def test_net_promoter_score(answers):
    points = [(answer >= 9) - (answer <= 6) for answer in answers]
    found = statistics.net_promoter(points.count(1), points.count(-1), len(points))
    error = np.std(points) / math.sqrt(len(points))
    assert close(found.value, np.mean(points))
    assert close(found.low, max(-1, np.mean(points) - stats.norm.ppf(0.975) * error))
    assert close(found.high, min(1, np.mean(points) + stats.norm.ppf(0.975) * error))


@HUNDRED
@given(st.lists(st.integers(1, 7), min_size=2, max_size=60))
def test_mean(answers):
    found = statistics.mean(Sums.of(answers))
    assert close(found.value, np.mean(answers))
    if np.ptp(answers):
        low, high = stats.t.interval(0.95, len(answers) - 1, np.mean(answers), stats.sem(answers))
        assert close((found.low, found.high), (low, high))
    else:
        assert found.low == found.high == found.value


def test_one_answer_has_a_mean_and_no_interval():
    assert statistics.mean(Sums.of([4])) == Estimate(1, 4, None, None)


@HUNDRED
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=40),
    st.lists(st.integers(1, 5), min_size=2, max_size=40),
)
def test_difference_is_welchs(late, on_time):
    found = statistics.difference(Sums.of(late), Sums.of(on_time))
    assert close(found.value, np.mean(late) - np.mean(on_time))
    assert found.count == len(late) + len(on_time)
    if np.ptp(late) or np.ptp(on_time):
        interval = stats.ttest_ind(late, on_time, equal_var=False).confidence_interval(0.95)
        assert close((found.low, found.high), (interval.low, interval.high))
    else:
        assert found.low == found.high == found.value


def test_difference_with_few():
    assert statistics.difference(Sums.of([]), Sums.of([3, 4])) is None
    assert statistics.difference(Sums.of([2]), Sums.of([3, 4])) == Estimate(3, -1.5, None, None)


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 3, 7.25, 30, 250, 14999, 1e6])
@pytest.mark.parametrize("tail", [0.025, 0.005, 0.1])
def test_student_quantile(freedom, tail):
    assert statistics.student_quantile(freedom, tail) == pytest.approx(
        stats.t.ppf(1 - tail, freedom), rel=1e-8
    )


@HUNDRED
@given(pairs)
def test_correlation_is_pearsons_of_what_is_known(answers):
    frame = pd.DataFrame(answers, columns=["aspect", "overall"], dtype="float").dropna()
    found = statistics.correlation(PairSums.of(answers))
    if len(frame) < 3 or frame.nunique().min() < 2:
        assert found is None
        return
    assert found.count == len(frame)
    assert close(found.value, frame["aspect"].corr(frame["overall"]))
    if len(frame) >= 4 and abs(found.value) < 1 - 1e-6:
        interval = stats.pearsonr(frame["aspect"], frame["overall"]).confidence_interval(0.95)
        assert close((found.low, found.high), (interval.low, interval.high))


def test_correlation_needs_an_overall_score_and_variation():
    assert statistics.correlation(PairSums.of([(4, None)] * 9)) is None
    assert statistics.correlation(PairSums.of([(4, value) for value in (1, 3, 5)])) is None
    assert statistics.correlation(PairSums.of([(1, 1), (5, 5)])) is None
    assert statistics.correlation(PairSums.of([(n, n) for n in range(1, 6)])).value == 1
    assert statistics.correlation(PairSums.of([(n, 6 - n) for n in range(1, 6)])).value == -1


def test_correlation_of_very_many_is_exact():
    """Sums of whole numbers lose nothing: very many answers that hardly vary."""
    chance = random.Random(7)
    answers = [(5, 5)] * 199_000 + [(chance.randint(1, 5), chance.randint(1, 5)) for _number in range(1000)]
    expected = stats.pearsonr(*zip(*answers, strict=True)).statistic
    assert statistics.correlation(PairSums.of(answers)).value == pytest.approx(expected, rel=1e-9)


def _sure(points, spread=0.0):
    """Return points as estimates that lie so far about their values."""
    return {
        key: [Estimate(50, value, value - spread, value + spread) for value in point]
        for key, point in points.items()
    }


FOUR = {"late": (0.8, 3.0), "kind": (0.7, 4.6), "price": (0.2, 3.2), "signing": (0.3, 4.8)}


def test_four_fields():
    assert statistics.cross_hair(FOUR) == pytest.approx((0.5, 3.9))
    assert statistics.importance_performance(_sure(FOUR, 0.15)) == {
        "late": statistics.CONCENTRATE,
        "kind": statistics.KEEP,
        "price": statistics.LOW_PRIORITY,
        "signing": statistics.OVERDONE,
    }


def test_no_verdict_where_an_interval_reaches_over_a_line():
    found = statistics.importance_performance(_sure(FOUR, 0.25))
    assert found["late"] == statistics.CONCENTRATE
    assert found["kind"] == found["signing"] == statistics.UNDECIDED  # 0.7 and 0.3, the line at 0.5
    assert set(statistics.importance_performance(_sure(FOUR, 2)).values()) == {statistics.UNDECIDED}


def test_no_verdict_without_an_interval():
    points = _sure(FOUR, 0.1)
    points["late"] = [Estimate(3, 0.8, None, None), points["late"][1]]
    assert statistics.importance_performance(points)["late"] == statistics.UNDECIDED


def test_no_verdict_on_three_points():
    points = _sure({key: FOUR[key] for key in ("late", "kind", "price")})
    assert set(statistics.importance_performance(points).values()) == {statistics.UNDECIDED}


def test_a_point_alone_lies_in_no_field():
    assert statistics.importance_performance(_sure({"late": (0.8, 3.0)})) == {}
    assert statistics.importance_performance({}) == {}


def test_what_lies_on_a_line_is_undecided():
    same = _sure(dict.fromkeys("abcd", (0.1 + 0.2, 4.1)))
    assert set(statistics.importance_performance(same).values()) == {statistics.UNDECIDED}


@HUNDRED
@given(
    st.dictionaries(
        st.integers(0, 20),
        st.tuples(st.floats(-1, 1), st.floats(1, 5)),
        min_size=4,
    )
)
def test_fields_against_plain_means(points):
    frame = pd.DataFrame(points.values(), index=list(points), columns=["importance", "performance"])
    away = (frame - frame.mean()).abs() > 0.1 + 1e-6
    high = frame > frame.mean()
    for key, found in statistics.importance_performance(_sure(points, 0.1)).items():
        important, good = high.loc[key]
        if not away.loc[key].all():
            assert found == "undecided" or (frame - frame.mean()).abs().loc[key].min() > 0.1 - 1e-6
        else:
            assert (found in ("concentrate", "keep"), found in ("keep", "overdone")) == (important, good)


def test_drivers_are_ranked_by_importance():
    estimates = {
        "price": Estimate(40, 0.2, 0, 0.4),
        "late": Estimate(40, 0.8, 0.7, 0.9),
        "unknown": None,
        "more": Estimate(90, 0.2, 0.1, 0.3),
    }
    assert statistics.rank_drivers(estimates) == ["late", "more", "price"]


@HUNDRED
@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=9))
def test_pareto(counts):
    bars = statistics.pareto(counts)
    named = pd.Series(counts, dtype="float64").loc[lambda found: found > 0].sort_values(ascending=False)
    assert [bar.count for bar in bars] == named.tolist()
    assert close([bar.share for bar in bars], (named / named.sum()).tolist())
    assert close([bar.cumulated for bar in bars], (named.cumsum() / named.sum()).tolist())


def test_the_vital_few_make_up_four_fifths():
    bars = statistics.pareto({"late": 60, "torn": 25, "rude": 10, "other": 5, "never": 0})
    assert [(bar.key, bar.is_vital) for bar in bars] == [
        ("late", True),
        ("torn", True),
        ("rude", False),
        ("other", False),
    ]
