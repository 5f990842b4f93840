"""What answers of customers come to: pure functions, no Odoo, nothing beside the standard library.

Scores are whole numbers, so the sums they are worked out from are exact however many there are.
Every function says None where there is nothing to say: no answer, no variation.
"""

from dataclasses import dataclass
from math import atanh, exp, lgamma, log, sqrt, tanh

# the normal distribution's 97.5 %: bounds that hold in 95 of 100 samples
Z95 = 1.959963984540054

SATISFIED = 4  # of 1 to 5
PROMOTER, DETRACTOR = 9, 6  # from, and up to, of 0 to 10
EASY = 5  # of 1 to 7

CONCENTRATE = "concentrate"
KEEP = "keep"
LOW_PRIORITY = "low_priority"
OVERDONE = "overdone"
UNDECIDED = "undecided"
# fewer points are each a good part of the mean they are held against
LEAST_POINTS = 4

# floats that come out of divisions stand a hair beside the mean they equal
HAIR = 1e-9
# causes that make up so much of all are the vital few (Juran)
VITAL = 0.8


@dataclass(frozen=True)
class Estimate:
    """A figure, how many answers it rests on, and between what it lies with 95 % confidence."""

    count: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Sums:
    """Of a list of numbers: how many, their sum, the sum of their squares."""

    count: int
    total: float
    squares: float

    @classmethod
    def of(cls, values):
        """Return the sums of a list of numbers."""
        return cls(len(values), sum(values), sum(value * value for value in values))

    @property
    def mean(self):
        """The mean, None of nothing."""
        return self.total / self.count if self.count else None

    @property
    def variance(self):
        """The sample variance, None of fewer than two."""
        if self.count < 2:
            return None
        return max(0.0, self.squares - self.total * self.total / self.count) / (self.count - 1)


def wilson(count, total):
    """Return a share and its 95 % interval (Wilson 1927), which holds for few answers, too.

    :param count: how many of them
    :param total: how many there are
    """
    if not total:
        return None
    share = count / total
    weight = Z95 * Z95 / total
    centre = (share + weight / 2) / (1 + weight)
    half = Z95 * sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    # at the ends the bound is the share itself; floats may stand a hair beside it
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return Estimate(total, share, low, high)


def satisfaction(scores):
    """Return CSAT, the share of scores from 4 on, of scores 1 to 5 (formula 14)."""
    return wilson(sum(score >= SATISFIED for score in scores), len(scores))


def net_promoter(promoters, detractors, total):
    """Return the NPS as a share, −1 to 1: promoters less detractors (formula 14).

    The interval is that of the mean of a variable worth 1, 0 or −1, by the normal distribution.
    """
    if not total:
        return None
    score = (promoters - detractors) / total
    spread = (promoters + detractors) / total - score * score
    half = Z95 * sqrt(max(0.0, spread) / total)
    return Estimate(total, score, max(-1.0, score - half), min(1.0, score + half))


def mean(sums):
    """Return the mean and its 95 % interval by Student's distribution.

    :param sums: :class:`Sums`; of a single number there is no interval
    """
    if not sums.count:
        return None
    if sums.count < 2:
        return Estimate(sums.count, sums.mean, None, None)
    half = student_quantile(sums.count - 1) * sqrt(sums.variance / sums.count)
    return Estimate(sums.count, sums.mean, sums.mean - half, sums.mean + half)


def difference(first, second):
    """Return how much the first mean lies above the second, and the 95 % interval (Welch 1947).

    :param first: :class:`Sums`
    :param second: :class:`Sums`
    """
    if not first.count or not second.count:
        return None
    value, count = first.mean - second.mean, first.count + second.count
    if min(first.count, second.count) < 2:
        return Estimate(count, value, None, None)
    errors = [sums.variance / sums.count for sums in (first, second)]
    if not sum(errors):
        return Estimate(count, value, value, value)
    freedom = sum(errors) ** 2 / sum(
        error * error / (sums.count - 1) for error, sums in zip(errors, (first, second), strict=True)
    )
    half = student_quantile(freedom) * sqrt(sum(errors))
    return Estimate(count, value, value - half, value + half)


def student_quantile(freedom, tail=0.025):
    """Return what Student's t exceeds with the probability ``tail``; bisection, to 1e-12.

    :param freedom: degrees of freedom, not necessarily whole
    """
    low, high = 0.0, 2.0
    while _student_tail(high, freedom) > tail:
        low, high = high, high * 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _student_tail(middle, freedom) > tail else (low, middle)
    return (low + high) / 2


def _student_tail(value, freedom):
    """Return the probability that Student's t is above ``value`` ≥ 0."""
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + value * value)) / 2


def _incomplete_beta(a, b, x):
    """Return the regularized incomplete beta function (DLMF 8.17.22, by Lentz's method)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # there the fraction converges slowly; the other end does not
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    return front * _beta_fraction(a, b, x)


def _beta_fraction(a, b, x):
    tiny = 1e-300
    c, d = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or tiny)
    fraction = d
    for m in range(1, 500):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + term * d) or tiny)
            c = (1 + term / c) or tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return fraction


@dataclass(frozen=True)
class PairSums:
    """Of pairs of numbers of which both are known: the sums a correlation is worked out from."""

    count: int
    first: float
    second: float
    first_squares: float
    second_squares: float
    products: float

    @classmethod
    def of(cls, pairs):
        """Return the sums of pairs; those with a None are left out (pairwise complete)."""
        known = [(x, y) for x, y in pairs if x is not None and y is not None]
        return cls(
            len(known),
            sum(x for x, _y in known),
            sum(y for _x, y in known),
            sum(x * x for x, _y in known),
            sum(y * y for _x, y in known),
            sum(x * y for x, y in known),
        )


def correlation(sums):
    """Return Pearson's correlation with Fisher's 95 % interval (formula 15).

    :param sums: :class:`PairSums`; of fewer than three pairs, or where one side never varies,
        there is no correlation
    """
    if sums.count < 3:
        return None
    spread_first = sums.count * sums.first_squares - sums.first * sums.first
    spread_second = sums.count * sums.second_squares - sums.second * sums.second
    if spread_first <= 0 or spread_second <= 0:
        return None
    together = sums.count * sums.products - sums.first * sums.second
    value = max(-1.0, min(1.0, together / sqrt(spread_first * spread_second)))
    if sums.count < 4:
        return Estimate(sums.count, value, None, None)
    if abs(value) > 1 - HAIR:
        return Estimate(sums.count, value, value, value)
    half = Z95 / sqrt(sums.count - 3)
    return Estimate(sums.count, value, tanh(atanh(value) - half), tanh(atanh(value) + half))


def cross_hair(points):
    """Return the means of importance and performance, where the four fields meet (formula 15).

    :param points: mapping of a key to (importance, performance)
    :return: (importance, performance), or None of fewer than two points: alone, nothing is more
        important than the rest
    """
    if len(points) < 2:
        return None
    return tuple(sum(values) / len(points) for values in zip(*points.values(), strict=True))


def importance_performance(points):
    """Return the field each point lies in: mapping of its key to one of the four constants.

    A point is in a field only where its intervals cross neither line, and where there are enough
    points for lines to mean anything; any other is undecided.

    :param points: mapping of a key to (importance, performance), each an :class:`Estimate`
    """
    centre = cross_hair({key: [one.value for one in point] for key, point in points.items()})
    if centre is None:
        return {}
    if len(points) < LEAST_POINTS:
        return dict.fromkeys(points, UNDECIDED)
    fields = {
        (True, False): CONCENTRATE,
        (True, True): KEEP,
        (False, False): LOW_PRIORITY,
        (False, True): OVERDONE,
    }
    return {
        key: fields.get(tuple(_side(one, line) for one, line in zip(point, centre, strict=True)), UNDECIDED)
        for key, point in points.items()
    }


def _side(estimate, line):
    """Return whether an estimate lies above a line, None where its interval does not tell."""
    if estimate.low is None or estimate.low - HAIR <= line <= estimate.high + HAIR:
        return None
    return estimate.value > line


def rank_drivers(importances):
    """Return keys, that which moves the overall score most first.

    :param importances: mapping of a key to its :class:`Estimate`, or None where it is not known
    """
    known = {key: estimate for key, estimate in importances.items() if estimate is not None}
    return sorted(known, key=lambda key: (-known[key].value, -known[key].count))


@dataclass(frozen=True)
class Bar:
    """A bar of a Pareto chart: its count, its share of all, and the share up to and with it."""

    key: object
    count: int
    share: float
    cumulated: float
    is_vital: bool


def pareto(counts):
    """Return the bars of a Pareto chart, the most frequent first.

    :param counts: mapping of a key to how often it was named
    """
    total = sum(counts.values())
    bars, before = [], 0
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        if count:
            is_vital = before < VITAL * total
            before += count
            bars.append(Bar(key, count, count / total, before / total, is_vital))
    return bars
