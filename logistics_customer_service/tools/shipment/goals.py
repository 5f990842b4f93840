"""Figures against their goals, and the months they belong to: pure functions, no Odoo."""

from dateutil.relativedelta import relativedelta

from ..foundation.periods import local_midnight

MET = "met"
CLOSE = "close"
MISSED = "missed"
NO_GOAL = "no_goal"
NO_DATA = "no_data"

# floats that come out of divisions stand a hair beside the goal they reach
HAIR = 1e-9


def judge(value, goal, margin, higher_is_better):
    """Return how a figure stands against its goal.

    :param value: the figure, None where nothing was counted
    :param goal: the goal in the same unit, None where there is none
    :param margin: how far short of the goal still counts as close, in the same unit
    :param higher_is_better: the direction of the indicator
    """
    if value is None:
        return NO_DATA
    if goal is None:
        return NO_GOAL
    shortfall = goal - value if higher_is_better else value - goal
    if shortfall <= HAIR:
        return MET
    return CLOSE if shortfall <= margin + HAIR else MISSED


def ratio(numerator, denominator, factor, is_ratio):
    """Return the figure of two sums, None where the denominator of a ratio is zero.

    :param factor: 100 for percent, 1000 for per thousand, else 1
    :param is_ratio: False for indicators that are a sum alone
    """
    if not is_ratio:
        return numerator * factor
    return numerator * factor / denominator if denominator else None


def month_of(day):
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def next_month(first):
    """Return the first day of the month after the one that begins at ``first``."""
    return first + relativedelta(months=1)


def month_before(first):
    """Return the first day of the month before the one that begins at ``first``."""
    return first - relativedelta(months=1)


def months_between(first, last):
    """Return the first days of the months from that of ``first`` to that of ``last``."""
    months = [month_of(first)]
    while months[-1] < month_of(last):
        months.append(next_month(months[-1]))
    return months


def month_instants(first, last, tz_name):
    """Return the naive UTC instants at which months begin and end in a time zone.

    :param first: first day of the first month
    :param last: first day of the last month
    """
    return local_midnight(first, tz_name), local_midnight(next_month(last), tz_name)
