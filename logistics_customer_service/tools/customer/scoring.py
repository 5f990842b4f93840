"""Score of a customer: pure functions, no Odoo.

A criterion turns one metric of a customer into 0–100 points; the score is the weighted mean of
the points of the criteria that could be judged.
"""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

RANK, STEPS, LINEAR = "rank", "steps", "linear"
FIFTHS = 5
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Criterion:
    """How one metric is judged.

    :param key: identifier of the criterion, returned with its points
    :param dimension: the dimension the points count for
    :param method: ``rank``, ``steps`` or ``linear``
    :param weight: positive weight in the mean
    :param descending: for ``rank``, true when a low value is the good one
    :param cuts: for ``rank``, the four ascending values that part the fifths (see :func:`cuts`),
        of the negated metric when ``descending``
    :param steps: for ``steps``, ascending pairs (from value, points)
    :param zero_at: for ``linear``, the value worth 0 points
    :param full_at: for ``linear``, the value worth 100 points
    :param today: where the metric is the age of something, today as a number of days; the value of
        a customer is then the day it happened, as such a number: it stays while the age grows
    :param unit: days of a unit of the age
    """

    key: object
    dimension: str
    method: str
    weight: float
    descending: bool = False
    cuts: tuple = ()
    steps: tuple = ()
    zero_at: float = 0.0
    full_at: float = 1.0
    today: int | None = None
    unit: float = 1.0


@dataclass(frozen=True)
class Line:
    """One criterion's part in a score: the metric's value and the points (None: not judged).

    :ivar is_day: whether the value is the day from which the metric's age counts
    """

    key: object
    value: float | None
    points: float | None
    weight: float
    is_day: bool = False


@dataclass(frozen=True)
class Score:
    """A score of 0–100 with the score of each dimension and the line of each criterion."""

    total: float
    dimensions: dict
    lines: tuple


def to_number(day):
    """Return a day as the number that it is among the values of an age."""
    return (day - EPOCH).days


def to_day(number):
    """Return the day that :func:`to_number` made a number of."""
    return EPOCH + timedelta(days=int(number))


def cuts(values):
    """Return the values that part a population into fifths.

    ``percentile_disc`` of PostgreSQL at 0.2, 0.4, 0.6 and 0.8: the first value whose share of
    the population, counted from the lowest, reaches the quantile.

    :param values: the metric of each customer, in any order
    :return: four ascending values, or an empty tuple when there is no value
    """
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        return ()
    return tuple(ordered[math.ceil(count * part / FIFTHS) - 1] for part in range(1, FIFTHS))


def fifth(value, cut_values):
    """Return the fifth of ``value``, 1 (lowest) to 5 (formula 17).

    Equal values share one. Where they span several fifths it is the middle one: a metric that is
    the same for everybody neither lifts nor lowers anybody.
    """
    return 1 + (bisect_left(cut_values, value) + bisect_right(cut_values, value)) // 2


def points(criterion, value):
    """Return the points (0–100) of a metric's value, or None when it cannot be judged."""
    if value is None:
        return None
    return _METHODS[criterion.method](criterion, float(value))


def score(criteria, values):
    """Score one customer.

    :param criteria: sequence of :class:`Criterion`
    :param values: the metrics' values in the same order, None where there is no data
    :return: :class:`Score`, or None when no criterion could be judged
    """
    lines = tuple(
        Line(
            criterion.key,
            value,
            points(criterion, value),
            criterion.weight,
            criterion.today is not None,
        )
        for criterion, value in zip(criteria, values, strict=True)
    )
    total = _weighted_mean(lines)
    if total is None:
        return None
    grouped = {}
    for criterion, line in zip(criteria, lines, strict=True):
        grouped.setdefault(criterion.dimension, []).append(line)
    return Score(total, {name: _weighted_mean(group) for name, group in grouped.items()}, lines)


def _rank_points(criterion, value):
    if not criterion.cuts:
        return None
    # a low age is a late day
    is_low_best = criterion.descending != (criterion.today is not None)
    oriented = -value if is_low_best else value
    return (fifth(oriented, criterion.cuts) - 1) * 100.0 / (FIFTHS - 1)


def _step_points(criterion, value):
    starts = [start for start, _points in criterion.steps]
    reached = bisect_right(starts, _to_metric(criterion, value))
    return float(criterion.steps[reached - 1][1]) if reached else 0.0


def _linear_points(criterion, value):
    metric = _to_metric(criterion, value)
    share = (metric - criterion.zero_at) / (criterion.full_at - criterion.zero_at)
    return 100.0 * min(max(share, 0.0), 1.0)


def _to_metric(criterion, value):
    return value if criterion.today is None else (criterion.today - value) / criterion.unit


_METHODS = {RANK: _rank_points, STEPS: _step_points, LINEAR: _linear_points}


def _weighted_mean(lines):
    judged = [line for line in lines if line.points is not None]
    weight = sum(line.weight for line in judged)
    if not weight:
        return None
    return round(sum(line.points * line.weight for line in judged) / weight, 2)
