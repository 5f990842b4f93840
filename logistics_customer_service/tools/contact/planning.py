"""Whom to visit when, and by whom: pure functions, no Odoo.

Visits are given out one after the other, the one due first first. Each goes to a day not later
than its due day where there is room, to a visitor who has no more than the others by the days
they work, on a day on which the visitor is in the region anyway, or has nothing else.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import pytz

from ..foundation.periods import local_date, local_midnight
from .reach import Hours

QUARTER = timedelta(minutes=15)
# who has so many visits more than a fair share gets none while others have room
SLACK = 2
EVERY_DAY = frozenset(range(7))


class Demand(NamedTuple):
    """A customer to be visited.

    ``first_on`` to ``due_on`` are the days that keep the cadence; ``refused`` are visitors who do
    not go there, ``preferred`` one who knows the customer, or None.
    """

    key: object
    first_on: date
    due_on: date
    region: object
    hours: Hours
    refused: frozenset
    preferred: object = None


class Place(NamedTuple):
    """A visitor and a naive UTC instant found for a visit."""

    visitor: object
    start: datetime


class Visitor:
    """When somebody works, and what is on already.

    :param key: who it is
    :param zone: time zone in whose days the visitor works
    :param work: list of naive UTC intervals (start, end) of working time, leaves taken out
    :param days: numbers from Monday (0) of the days on which visits are made
    """

    def __init__(self, key, zone, work, days=EVERY_DAY):
        self.key = key
        self.zone = zone
        self.load = 0
        self.work = defaultdict(list)
        for start, end in work:
            for day, piece in _split_by_day(start, end, zone):
                if day.weekday() in days:
                    self.work[day].append(piece)
        self._busy = defaultdict(list)
        self.visits = defaultdict(int)
        self.regions = defaultdict(set)

    @property
    def excess(self):
        """Visits per day of work: what makes two visitors comparable."""
        return self.load / max(1, len(self.work))

    def block(self, start, end):
        """Keep naive UTC time free of visits."""
        for day, piece in _split_by_day(start, end, self.zone):
            self._busy[day].append(piece)

    def book(self, start, end, region):
        """Note a visit that is planned."""
        day = local_date(start, self.zone)
        self.block(start, end)
        self.load += 1
        self.visits[day] += 1
        self.regions[day].add(region)

    def find(self, day, hours, duration, travel):
        """Return the first instant of a day at which a visit fits, or None.

        :param hours: when the customer wants to be visited
        :param duration, travel: timedelta of a visit, and of the way between two
        """
        for start, end in self.work.get(day, ()):
            for opens, closes in windows(day, hours):
                found = self._fit(day, max(start, opens), min(end, closes), duration, travel)
                if found:
                    return found
        return None

    def _fit(self, day, start, end, duration, travel):
        start = _round_up(start)
        for begun, ended in sorted(self._busy[day]):
            if start + duration + travel <= begun:
                break
            start = max(start, _round_up(ended + travel))
        return start if start + duration <= end else None


class Planner:
    """Gives out visits.

    :param visitors: list of :class:`Visitor`
    :param duration, travel: timedelta of a visit, and of the way between two
    :param max_per_day: visits of one visitor on one day, at most
    :param last_on: the last day that is planned
    """

    def __init__(self, visitors, duration, travel, max_per_day, last_on):
        self.visitors = visitors
        self.duration = duration
        self.travel = travel
        self.max_per_day = max_per_day
        self.last_on = last_on

    def place(self, demand):
        """Return the :class:`Place` of a visit and book it; None where there is no room."""
        visitors = [one for one in self.visitors if one.key not in demand.refused]
        options = self._get_options(demand, visitors, demand.first_on, demand.due_on)
        day = max(demand.first_on, demand.due_on + timedelta(days=1))
        while not options and day <= self.last_on:
            options = self._get_options(demand, visitors, day, day)
            day += timedelta(days=1)
        if not options:
            return None
        visitor, _day, start = self._choose(demand, options)
        visitor.book(start, start + self.duration, demand.region)
        return Place(visitor.key, start)

    def _get_options(self, demand, visitors, first, last):
        """Return (visitor, day, instant) that are possible from one day to another."""
        last = min(last, self.last_on)
        return [
            (visitor, day, start)
            for visitor in visitors
            for day in days_between(first, last)
            if visitor.visits[day] < self.max_per_day
            and (start := visitor.find(day, demand.hours, self.duration, self.travel))
        ]

    def _choose(self, demand, options):
        least = min(visitor.excess for visitor, _day, _start in options)
        fair = [
            option
            for option in options
            if option[0].load - least * max(1, len(option[0].work)) < SLACK
        ]

        def rank(option):
            visitor, day, start = option
            there = demand.region in visitor.regions[day]
            return (
                not there,
                visitor.key != demand.preferred,
                visitor.visits[day] if not there else 0,
                visitor.excess,
                start,
            )

        return min(fair, key=rank)


def days_between(first, last):
    """Return the days from one to another, both included."""
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def without(intervals, start, end):
    """Return intervals from which another one is taken out."""
    left = [(begins, min(ends, start)) for begins, ends in intervals if begins < start]
    right = [(max(begins, end), ends) for begins, ends in intervals if ends > end]
    return sorted({*left, *right})


@lru_cache(maxsize=4096)
def windows(day, hours):
    """Return the naive UTC intervals around a day in which somebody wants to be visited.

    The visitor's day may begin or end on another day of the customer's.
    """
    return [
        (_to_utc(one, hours.opens, hours.zone), _to_utc(one, hours.closes, hours.zone))
        for one in days_between(day - timedelta(days=1), day + timedelta(days=1))
        if one.weekday() in hours.days
    ]


def _to_utc(day, hour, zone):
    """Return the naive UTC instant of an hour of a day; one jumped over lies after the jump."""
    zone = pytz.timezone(zone)
    clock = datetime.combine(day, time.min) + timedelta(minutes=round(hour * 60))
    local = zone.normalize(zone.localize(clock, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def _round_up(instant):
    """Return the next full quarter of an hour."""
    begun = instant.replace(minute=0, second=0, microsecond=0)
    quarters = -((begun - instant) // QUARTER)
    return begun + quarters * QUARTER


def _split_by_day(start, end, zone):
    """Yield (day, (start, end)) of a naive UTC interval, cut at the zone's midnights."""
    if start >= end:
        return
    for day in days_between(local_date(start, zone), local_date(end, zone)):
        midnight = local_midnight(day + timedelta(days=1), zone)
        if start < midnight:
            yield day, (start, min(end, midnight))
            start = midnight
        if start >= end:
            return
