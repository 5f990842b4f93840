"""Deadlines from a ledger of events and a working calendar: pure functions, no Odoo.

A clock is nothing but its ledger: started, paused, resumed, stopped, missed, reopened, cancelled,
each with its instant. Due time, time spent and result are read from it anew, by whatever target and calendar
are in force: a change of policy cannot lose a pause. Instants are naive UTC throughout.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..foundation.periods import local_date, local_midnight

STARTED = "started"
PAUSE = "paused"
RESUME = "resumed"
STOPPED = "stopped"
MISSED = "missed"
REOPENED = "reopened"
CANCEL = "cancelled"
KINDS = (STARTED, PAUSE, RESUME, STOPPED, MISSED, REOPENED, CANCEL)

RUNNING = "running"
PAUSED = "paused"
MET = "met"
BREACHED = "breached"
CANCELLED = "cancelled"

NOTHING = timedelta()
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# an event that is not listed changes nothing: told twice, or late, it does no harm
_TRANSITIONS = {
    (None, STARTED): RUNNING,
    (RUNNING, PAUSE): PAUSED,
    (PAUSED, RESUME): RUNNING,
    (RUNNING, STOPPED): STOPPED,
    (PAUSED, STOPPED): STOPPED,
    (RUNNING, MISSED): MISSED,
    (PAUSED, MISSED): MISSED,
    (STOPPED, REOPENED): RUNNING,
    (MISSED, REOPENED): RUNNING,
    (RUNNING, CANCEL): CANCELLED,
    (PAUSED, CANCEL): CANCELLED,
    (CANCELLED, REOPENED): RUNNING,
}


@dataclass(frozen=True)
class Event:
    """What happened to a clock, and when."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Span:
    """A part of a clock's life, from ``start`` to before ``stop``."""

    state: str
    start: datetime
    stop: datetime


@dataclass(frozen=True)
class Target:
    """What a clock is measured against: working time, or calendar days in a time zone.

    Calendar days are those of the law: the day on which the clock starts does not count, the last
    one counts to its end, nothing pauses them.
    """

    time: timedelta | None = None
    days: int | None = None
    zone: str = "UTC"

    @property
    def is_calendar(self):
        """Whether the target is one of calendar days."""
        return self.days is not None


@dataclass(frozen=True)
class Reading:
    """A clock as it stands at an instant.

    ``due_at`` is None while a pause keeps it open, and where the calendar has no more hours; once
    the clock ended it is when it would have been due. ``elapsed`` is the time that counts,
    ``paused`` what pauses took from it, ``remaining`` what is left of the target, negative once it
    is exceeded.
    """

    state: str
    started_at: datetime
    due_at: datetime | None
    elapsed: timedelta
    paused: timedelta
    remaining: timedelta
    paused_since: datetime | None
    stopped_at: datetime | None


class Timeline:
    """Working time along a calendar, by prefix sums: every question costs one bisection."""

    def __init__(self, intervals, until=datetime.max):
        """Read the calendar.

        :param intervals: pairs of instants, naive UTC or aware; they may touch or overlap
        :param until: the instant up to which the calendar is known
        """
        self.until = _to_naive(until)
        self._starts, self._stops = _merge((_to_naive(start), _to_naive(stop)) for start, stop in intervals)
        self._before = [NOTHING]
        for start, stop in zip(self._starts, self._stops, strict=True):
            self._before.append(self._before[-1] + (stop - start))

    def __bool__(self):
        return bool(self._starts)

    def worked(self, start, stop):
        """Return the working time between two instants, nothing when they are not in order."""
        return max(self._measure(stop) - self._measure(start), NOTHING)

    def advance(self, start, time):
        """Return the first instant at which ``time`` has been worked since ``start``.

        :return: None when the calendar has not that much time
        """
        goal = self._measure(start) + time
        index = bisect_left(self._before, goal, lo=1) - 1
        if index == len(self._starts):
            return None
        return max(start, self._starts[index] + (goal - self._before[index]))

    def _measure(self, instant):
        """Return the working time before an instant."""
        index = bisect_right(self._starts, instant) - 1
        if index < 0:
            return NOTHING
        return self._before[index] + (min(instant, self._stops[index]) - self._starts[index])


def _to_naive(instant):
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _merge(intervals):
    """Return the starts and the stops of intervals, joined where they touch."""
    starts, stops = [], []
    for start, stop in sorted(intervals):
        if stop <= start:
            continue
        if stops and start <= stops[-1]:
            stops[-1] = max(stops[-1], stop)
        else:
            starts.append(start)
            stops.append(stop)
    return starts, stops


ALWAYS = Timeline([(datetime.min, datetime.max)])


def spans_of(events, until):
    """Return the life of a clock up to an instant as a list of :class:`Span`, oldest first.

    Events of the same instant count in the order given.
    """
    spans, state, since = [], None, None
    for event in _happened(events, until):
        follows = _TRANSITIONS.get((state, event.kind))
        if follows is None:
            continue
        if state:
            spans.append(Span(state, since, event.at))
        state, since = follows, event.at
    if state:
        spans.append(Span(state, since, until))
    return spans


def elapsed(events, timeline, until, state=RUNNING):
    """Return the time a clock spent in a state up to an instant, running unless told otherwise.

    The only place where time is counted: working time from start to stop, less the working time
    paused, less that between a stop and a reopening (formula 10).
    """
    return _time_in(spans_of(events, until), timeline, state)


def read(events, target, timeline, now):
    """Return the :class:`Reading` of a clock at an instant.

    :param events: the ledger; an iterable of :class:`Event`, the first of which starts the clock;
        what is to come after ``now`` has not happened
    :param target: a :class:`Target`
    :param timeline: the working calendar; calendar days don't need it
    :raise ValueError: when the ledger does not start the clock
    """
    events, timeline, time = _resolve(events, target, timeline, now)
    spans = spans_of(events, now)
    if not spans:
        raise ValueError("A ledger begins with the start of its clock.")
    due_at = _instant_of(spans, timeline, time)
    spent = _time_in(spans, timeline, RUNNING)
    last = spans[-1]
    return Reading(
        state=_result(spans, due_at),
        started_at=spans[0].start,
        due_at=due_at,
        elapsed=spent,
        paused=_time_in(spans, timeline, PAUSED),
        remaining=time - spent,
        paused_since=last.start if last.state == PAUSED else None,
        stopped_at=last.start if last.state in (STOPPED, MISSED) else None,
    )


def instant_at(events, target, timeline, now, share=1.0, after=NOTHING):
    """Return the instant at which a share of the target is spent, and ``after`` on top of it.

    :param share: 1.0 is the whole of it, which gives the due time
    :param after: further time of the clock's own kind: working time, or any
    :return: None while a pause keeps it open, when the calendar has no more hours, and where the
        ledger has not started the clock
    """
    events, timeline, time = _resolve(events, target, timeline, now)
    spans = spans_of(events, now)
    return _instant_of(spans, timeline, time * share + after) if spans else None


def attainment(states):
    """Return met ÷ (met + breached), None when neither is among the states (formula 11)."""
    states = list(states)
    met, breached = states.count(MET), states.count(BREACHED)
    return met / (met + breached) if met + breached else None


def _happened(events, until):
    """Return the events up to an instant, oldest first; those of one instant as they were given."""
    return sorted((event for event in events if event.at <= until), key=lambda event: event.at)


def _resolve(events, target, timeline, now):
    """Return ledger, timeline and length that make a target of either kind one of time."""
    events = _happened(events, now)
    if not target.is_calendar:
        return events, timeline, target.time
    start = next((event.at for event in events if event.kind == STARTED), None)
    if start is None:
        return [], ALWAYS, NOTHING
    due_at = last_second(start, target.days, target.zone)
    return _without_interruptions(events, due_at), ALWAYS, due_at - start


def last_second(start, days, zone):
    """Return the last second of the ``days``-th calendar day after that of ``start``."""
    first = local_date(start, zone)
    return local_midnight(first + DAY * (days + 1), zone) - SECOND


def _without_interruptions(events, due_at):
    """Drop what calendar days don't know: pauses, and stops undone while time was left.

    Who reopens in time has to answer by the same day; after it, the answer given stands.
    """
    kept = []
    for event in events:
        ended = len(kept) > 1
        if not kept:
            kept = [event] if event.kind == STARTED else []
        elif event.kind in (STOPPED, MISSED, CANCEL) and not ended:
            kept.append(event)
        elif event.kind == REOPENED and ended and event.at <= due_at:
            kept.pop()
    return kept


def _time_in(spans, timeline, state):
    parts = (timeline.worked(span.start, span.stop) for span in spans if span.state == state)
    return sum(parts, NOTHING)


def _instant_of(spans, timeline, time):
    """Return the first instant at which a clock has run for a time, were it to run on.

    A clock that ended counts from its end; one that is paused has no such instant.
    """
    left = time
    for span in spans:
        if span.state != RUNNING:
            continue
        worked = timeline.worked(span.start, span.stop)
        if worked >= left:
            return timeline.advance(span.start, left)
        left -= worked
    last = spans[-1]
    if last.state == PAUSED:
        return None
    return timeline.advance(last.stop if last.state == RUNNING else last.start, left)


def _result(spans, due_at):
    """Return the state of a clock; who gave up before the time was over has missed it."""
    last = spans[-1].state
    if last == CANCELLED:
        return CANCELLED
    if last == MISSED:
        return BREACHED
    # what began and ended at once took no time, whenever it was
    ran = (span for span in spans if span.state == RUNNING and span.start < span.stop)
    if due_at and any(span.stop > due_at for span in ran):
        return BREACHED
    return MET if last == STOPPED else last
