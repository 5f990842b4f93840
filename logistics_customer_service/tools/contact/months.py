"""What the monthly report of visits counts: pure functions, no Odoo."""

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

DONE = "done"


class Counted(NamedTuple):
    """The records a figure counts, and those it is a share of."""

    ids: list
    target_ids: list


def first_day(day):
    """Return the first day of a date's month."""
    return day.replace(day=1)


def next_month(day):
    """Return the first day of the month after a date's."""
    return first_day(day) + relativedelta(months=1)


def previous_month(day):
    """Return the first day of the month before a date's."""
    return first_day(day) - relativedelta(months=1)


def is_due(last_on, interval_days, end):
    """Tell whether an interval that began on a day runs out before another day.

    :param end: the first day that does not count any more
    """
    return last_on + timedelta(days=interval_days) < end


def share(count, target):
    """Return a part of a whole between 0 and 1, or None where there is no whole."""
    return count / target if target else None


def cover(rows):
    """Return by key who was to be visited and who was: each once, however often.

    :param rows: iterable of key, state of the visits, ids of those visited
    :return: mapping of key to :class:`Counted`, ids in ascending order
    """
    due, visited = defaultdict(set), defaultdict(set)
    for key, state, ids in rows:
        due[key].update(ids)
        if state == DONE:
            visited[key].update(ids)
    return {key: Counted(sorted(visited[key]), sorted(ids)) for key, ids in due.items()}


def merge_names(rows):
    """Return name → ids; names that differ in case or blanks alone are one, as first written.

    :param rows: iterable of name, ids
    """
    written, found = {}, defaultdict(list)
    for name, ids in rows:
        plain = " ".join((name or "").split())
        if plain:
            written.setdefault(plain.casefold(), plain)
            found[plain.casefold()] += ids
    return {written[key]: sorted(ids) for key, ids in found.items()}
