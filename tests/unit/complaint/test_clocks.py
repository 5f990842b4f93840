"""Deadlines against a slow, obvious reference that walks through the calendar minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics_customer_service.tools.complaint import clocks
from logistics_customer_service.tools.complaint.clocks import (
    ALWAYS,
    BREACHED,
    CANCEL,
    CANCELLED,
    MET,
    MISSED,
    PAUSE,
    PAUSED,
    REOPENED,
    RESUME,
    RUNNING,
    STARTED,
    STOPPED,
    Event,
    Target,
    Timeline,
    attainment,
    elapsed,
    instant_at,
    read,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
THOUSANDS = settings(max_examples=2000, deadline=None)
HUNDREDS = settings(max_examples=400, deadline=None)


class Calendar:
    """A week of attendances in a time zone, with days off, over a few weeks.

    The reference asks of every minute whether its local wall clock is inside an attendance; the
    engine gets the attendances of every local day as intervals.
    """

    def __init__(self, zone, week, first, days=42, off=()):
        self.zone, self.week, self.off = ZoneInfo(zone), week, off
        self.days = [first + timedelta(days=count) for count in range(days)]
        self.start = self._instant(first, 0)
        self.stop = self._instant(first + timedelta(days=days), 0)
        minutes = (self.stop - self.start) // MINUTE
        self.open = [self._is_open(self.start + count * MINUTE) for count in range(minutes)]
        self.timeline = Timeline(self._intervals(), self.stop)

    def _instant(self, day, minutes):
        day += timedelta(days=minutes // 1440)
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        local = local.replace(hour=minutes % 1440 // 60, minute=minutes % 60)
        return local.astimezone(UTC).replace(tzinfo=None)

    def _is_open(self, instant):
        local = instant.replace(tzinfo=UTC).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return local.date() not in self.off and any(
            start <= minute < stop for start, stop in self.week.get(local.weekday(), ())
        )

    def _intervals(self):
        for day in self.days:
            if day not in self.off:
                for start, stop in self.week.get(day.weekday(), ()):
                    yield self._instant(day, start), self._instant(day, stop)


def hours(*parts):
    return [(int(start * 60), int(stop * 60)) for start, stop in parts]


OFFICE = {day: hours((9, 12), (13, 17.5)) for day in range(5)}
SHIFTS = {day: hours((0, 6), (8, 12.25), (22, 24)) for day in range(6)}
SATURDAY = {5: hours((10, 11))}
ROUND_THE_CLOCK = {day: hours((0, 24)) for day in range(7)}
GOLDEN_WEEK = tuple(date(2026, 10, day) for day in range(1, 8))
EASTER = (date(2026, 4, 3), date(2026, 4, 6))
CALENDARS = [
    Calendar("Asia/Shanghai", OFFICE, date(2026, 9, 21), off=GOLDEN_WEEK),
    Calendar("Asia/Shanghai", SHIFTS, date(2026, 9, 21), off=GOLDEN_WEEK[:3]),
    Calendar("Europe/Berlin", OFFICE, date(2026, 3, 16), off=EASTER),  # summer time begins
    Calendar("Europe/Berlin", SHIFTS, date(2026, 3, 16), off=EASTER),
    Calendar("Europe/Berlin", SHIFTS, date(2026, 10, 12)),  # and ends
    Calendar("America/New_York", OFFICE, date(2026, 2, 23)),
    Calendar("America/New_York", ROUND_THE_CLOCK, date(2026, 10, 19)),
    Calendar("Australia/Lord_Howe", SATURDAY, date(2026, 3, 16)),  # half an hour of it
    Calendar("UTC", {}, date(2026, 6, 1)),
]
KINDS = [PAUSE, RESUME, PAUSE, RESUME, STOPPED, REOPENED, CANCEL]


@st.composite
def ledgers(draw, kinds=KINDS, most=10):
    """A calendar, a ledger within its first four weeks and a time to read it, in whole minutes.

    Half of them keep to few instants: much happens at once, and at the time of reading.
    """
    calendar = draw(st.sampled_from(CALENDARS))
    instants = st.integers(0, 28 * 1440)
    if draw(st.booleans()):
        instants = st.sampled_from(draw(st.lists(instants, min_size=1, max_size=3)))
    minutes = draw(st.lists(instants, min_size=1, max_size=most))
    start, *later = sorted(minutes)
    events = [Event(STARTED, calendar.start + start * MINUTE)]
    for minute in later:
        events.append(Event(draw(st.sampled_from(kinds)), calendar.start + minute * MINUTE))
    told = st.sampled_from([start, *later])
    now = calendar.start + draw(told | st.integers(start, 30 * 1440)) * MINUTE
    return calendar, events, now


TARGETS = st.integers(1, 60 * 60).map(lambda minutes: Target(minutes * MINUTE))


def walk(calendar, events, now):
    """Yield (instant, state) of every minute from the start on, by the words of the rules."""
    state, left = None, sorted(events, key=lambda event: event.at)
    instant = left[0].at
    while instant < calendar.stop:
        while left and left[0].at <= instant and left[0].at <= now:
            kind = left.pop(0).kind
            if kind == STARTED and state is None:
                state = RUNNING
            elif kind == PAUSE and state == RUNNING:
                state = PAUSED
            elif kind == RESUME and state == PAUSED:
                state = RUNNING
            elif kind == STOPPED and state in (RUNNING, PAUSED):
                state = STOPPED
            elif kind == CANCEL and state in (RUNNING, PAUSED):
                state = CANCELLED
            elif kind == REOPENED and state in (STOPPED, CANCELLED):
                state = RUNNING
        yield instant, state
        instant += MINUTE


def slow(calendar, events, target, now):
    """Read a clock by walking: (state, due, minutes elapsed, minutes paused)."""
    run = paused = 0
    due, late, state = None, False, None
    for instant, state_then in walk(calendar, events, now):
        if instant >= now and state is None:
            state = state_then  # as it stands now
            elapsed_now, paused_now = run, paused
        if instant >= now and state in (PAUSED,):
            break
        runs_on = state_then == RUNNING or (instant >= now and state != PAUSED)
        if instant < now and due is not None and due <= instant and state_then == RUNNING:
            late = True
        if calendar.open[(instant - calendar.start) // MINUTE]:
            if runs_on:
                run += 1
            elif state_then == PAUSED:
                paused += 1
            if run == target.time // MINUTE and due is None:
                due = instant + MINUTE
        if due and instant >= now:
            break
    result = {STOPPED: MET, CANCELLED: CANCELLED}.get(state, state)
    return BREACHED if late and state != CANCELLED else result, due, elapsed_now, paused_now


@THOUSANDS
@given(ledgers(), TARGETS)
def test_equal_to_the_reference(case, target):
    calendar, events, now = case
    state, due, spent, paused = slow(calendar, events, target, now)
    reading = read(events, target, calendar.timeline, now)
    assert reading.elapsed == spent * MINUTE
    assert reading.paused == paused * MINUTE
    assert reading.remaining == target.time - spent * MINUTE
    assert reading.state == state
    if state in (RUNNING, PAUSED, BREACHED):  # an end leaves the due time hypothetical
        assert reading.due_at == due


@HUNDREDS
@given(ledgers(), TARGETS)
def test_an_ended_clock_was_due_after_its_end_when_met(case, target):
    calendar, events, now = case
    reading = read(events, target, calendar.timeline, now)
    if reading.state == MET and reading.due_at:
        assert reading.due_at >= reading.stopped_at
        assert calendar.timeline.worked(reading.stopped_at, reading.due_at) == reading.remaining


@HUNDREDS
@given(ledgers(), TARGETS, TARGETS)
def test_another_policy_keeps_the_pauses(case, target, other):
    calendar, events, now = case
    before, after = (read(events, one, calendar.timeline, now) for one in (target, other))
    assert (before.elapsed, before.paused) == (after.elapsed, after.paused)
    assert before.remaining - after.remaining == target.time - other.time


@HUNDREDS
@given(ledgers(kinds=[PAUSE, RESUME, STOPPED]), TARGETS)
def test_effective_time_is_working_time_less_that_paused(case, target):
    """Formula 10."""
    calendar, events, now = case
    reading = read(events, target, calendar.timeline, now)
    end = reading.stopped_at or now
    total = calendar.timeline.worked(reading.started_at, end)
    assert reading.elapsed + reading.paused == total


@HUNDREDS
@given(ledgers(kinds=[PAUSE, RESUME]), TARGETS)
def test_a_paused_clock_does_not_tick(case, target):
    calendar, events, now = case
    reading = read(events, target, calendar.timeline, now)
    told = [event for event in events if event.at <= now]
    later = read(told, target, calendar.timeline, now + 100 * HOUR)
    if reading.state == PAUSED:
        assert later.state == PAUSED
        assert later.remaining == reading.remaining
        assert reading.due_at is None or reading.remaining <= clocks.NOTHING


@HUNDREDS
@given(ledgers(), TARGETS, st.randoms(use_true_random=False))
def test_told_twice_or_out_of_order(case, target, rng):
    """Events of different instants may arrive in any order, and repeated."""
    calendar, events, now = case
    events = list({event.at: event for event in reversed(events)}.values())
    arrived = [event for event in events for _time in range(2) if event.kind != REOPENED]
    arrived += [event for event in events if event.kind == REOPENED]
    rng.shuffle(arrived)
    first = min(events, key=lambda event: event.at)
    if first.kind == STARTED:
        timeline = calendar.timeline
        assert read(arrived, target, timeline, now) == read(events, target, timeline, now)


@HUNDREDS
@given(ledgers(kinds=[PAUSE, RESUME]), TARGETS, st.floats(0.05, 1.0), st.integers(0, 600))
def test_instants_of_escalation(case, target, share, minutes):
    """What is due at a share of the time comes no later than the due time, what is after it no
    earlier; the share is spent at that instant, and not before."""
    calendar, events, now = case
    timeline = calendar.timeline
    due = read(events, target, timeline, now).due_at
    assert instant_at(events, target, timeline, now) == due
    early = instant_at(events, target, timeline, now, share)
    late = instant_at(events, target, timeline, now, after=minutes * MINUTE)
    assert not (early and due) or early <= due
    assert not (due and late) or due <= late
    if early and early <= now:
        assert elapsed(events, timeline, early) == target.time * share
        assert elapsed(events, timeline, early - MINUTE) < target.time * share


@HUNDREDS
@given(ledgers())
def test_worked_and_advance_are_inverse(case):
    calendar, events, now = case
    timeline, start = calendar.timeline, events[0].at
    time = timeline.worked(start, now)
    reached = timeline.advance(start, time)
    if time:
        assert timeline.worked(start, reached) == time
        assert reached <= now
        assert timeline.worked(start, reached - MINUTE) < time
    assert timeline.worked(now + MINUTE, now) == clocks.NOTHING


SLOW_ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]


@HUNDREDS
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(microsecond=0)),
    st.integers(1, 120),
    st.sampled_from(SLOW_ZONES),
)
def test_calendar_days_end_with_the_last_of_them(start, days, zone):
    due = read([Event(STARTED, start)], Target(days=days, zone=zone), Timeline([]), start).due_at
    here = ZoneInfo(zone)
    first, last = (instant.replace(tzinfo=UTC).astimezone(here) for instant in (start, due))
    after = (due + clocks.SECOND).replace(tzinfo=UTC).astimezone(here)
    assert (last.date() - first.date()).days == days
    assert (after.date() - first.date()).days == days + 1


@HUNDREDS
@given(ledgers(kinds=[PAUSE, RESUME]), st.integers(1, 30), st.sampled_from(SLOW_ZONES))
def test_calendar_days_never_pause(case, days, zone):
    calendar, events, now = case
    target = Target(days=days, zone=zone)
    reading = read(events, target, calendar.timeline, now)
    alone = read(events[:1], target, calendar.timeline, now)
    assert reading == alone
    assert reading.paused == clocks.NOTHING
    assert reading.elapsed == now - events[0].at
    assert reading.state == (BREACHED if now > reading.due_at else RUNNING)


def slow_days(events, days, zone, now):
    """Read a clock of calendar days by walking: (state, due, elapsed, end), by the words of the rules.

    Nothing pauses it; an end taken back while there is time was none; after that it stands.
    """
    here = ZoneInfo(zone)
    left = sorted(events, key=lambda event: event.at)
    instant = left[0].at
    first = instant.replace(tzinfo=UTC).astimezone(here).date()
    ended = end = None
    due = spent = 0
    while instant <= now:
        today = instant.replace(tzinfo=UTC).astimezone(here).date()
        in_time = (today - first).days <= days
        while left and left[0].at <= instant:
            kind = left.pop(0).kind
            if kind in (STOPPED, CANCEL, MISSED) and not ended:
                ended, end = kind, (instant, spent, in_time)
            elif kind == REOPENED and in_time:
                ended = end = None
        due = due or (not in_time and not ended)
        instant += MINUTE
        spent += 1
    at, minutes, met = end or (None, spent - 1, not due)
    if ended == MISSED or (ended != CANCEL and not met):
        state = BREACHED
    else:
        state = {STOPPED: MET, CANCEL: CANCELLED}.get(ended, RUNNING)
    return state, minutes, at if ended in (STOPPED, MISSED) else None


@HUNDREDS
@given(ledgers(kinds=[*KINDS, MISSED]), st.integers(0, 30), st.sampled_from(SLOW_ZONES))
def test_calendar_days_equal_to_the_reference(case, days, zone):
    _calendar, events, now = case
    reading = read(events, Target(days=days, zone=zone), Timeline([]), now)
    state, minutes, ended_at = slow_days(events, days, zone, now)
    assert reading.state == state
    assert reading.elapsed == minutes * MINUTE
    assert reading.stopped_at == ended_at


@HUNDREDS
@given(
    ledgers(kinds=[*KINDS, MISSED]),
    TARGETS | st.builds(Target, days=st.integers(0, 30), zone=st.sampled_from(SLOW_ZONES)),
)
def test_what_is_to_come_has_not_happened(case, target):
    """Of either kind: a reading is that of the ledger as far as it happened."""
    calendar, events, now = case
    happened = [event for event in events if event.at <= now]
    timeline = calendar.timeline
    assert read(events, target, timeline, now) == read(happened, target, timeline, now)
    assert instant_at(events, target, timeline, now, 0.8) == instant_at(
        happened, target, timeline, now, 0.8
    )


@pytest.mark.parametrize("target", [Target(HOUR), Target(days=1, zone="UTC")])
def test_a_start_to_come(target):
    """Whoever starts later has nothing to be read, by whatever it is counted."""
    later = [Event(STARTED, NOON + HOUR)]
    with pytest.raises(ValueError, match="start"):
        read(later, target, ALWAYS, NOON)
    assert instant_at(later, target, ALWAYS, NOON) is None


@pytest.mark.parametrize("target", [Target(HOUR), Target(days=1, zone="UTC")])
def test_what_was_told_before_the_start_at_its_instant(target):
    events = [Event(STOPPED, NOON), Event(STARTED, NOON)]
    assert read(events, target, ALWAYS, NOON + MINUTE).state == RUNNING


@pytest.mark.parametrize("ends", [PAUSE, STOPPED])
def test_an_instant_of_running_breaks_nothing(ends):
    """All the time is spent when it pauses; running on for no time at all is not late."""
    told = [(STARTED, 0), (PAUSE, 60), (RESUME, 90), (ends, 90), (STOPPED, 100)]
    events = [Event(kind, NOON + minutes * MINUTE) for kind, minutes in told]
    reading = read(events, Target(HOUR), ALWAYS, NOON + 5 * HOUR)
    assert (reading.state, reading.elapsed) == (MET, HOUR)


NOON = datetime(2026, 3, 2, 4)  # Monday in Shanghai


def test_seven_days_of_the_express_regulations():
    target = Target(days=7, zone="Asia/Shanghai")
    due = read([Event(STARTED, NOON)], target, ALWAYS, NOON).due_at
    assert due == datetime(2026, 3, 9, 15, 59, 59)
    answered = [Event(STARTED, NOON), Event(STOPPED, due)]
    assert read(answered, target, ALWAYS, due + 9 * HOUR).state == MET
    late = [Event(STARTED, NOON), Event(STOPPED, due + clocks.SECOND)]
    assert read(late, target, ALWAYS, due + 9 * HOUR).state == BREACHED


def test_reopened_calendar_days():
    """Reopened in time it runs on to the same day; after that day the answer given stands."""
    target = Target(days=7, zone="Asia/Shanghai")
    start, stop = Event(STARTED, NOON), Event(STOPPED, NOON + 48 * HOUR)
    early, late = Event(REOPENED, NOON + 72 * HOUR), Event(REOPENED, NOON + 400 * HOUR)
    due = read([start], target, ALWAYS, NOON).due_at
    again = read([start, stop, early], target, ALWAYS, NOON + 100 * HOUR)
    assert (again.state, again.due_at, again.stopped_at) == (RUNNING, due, None)
    assert again.elapsed == 100 * HOUR
    stands = read([start, stop, late], target, ALWAYS, NOON + 500 * HOUR)
    assert (stands.state, stands.stopped_at) == (MET, stop.at)


SHANGHAI = CALENDARS[0]


def local(day, hour, minute=0, month=9):
    zoned = datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
    return zoned.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        (local(21, 11), 2, local(21, 14)),  # over lunch
        (local(21, 12, 30), 1, local(21, 14)),  # from within lunch
        (local(21, 17), 1, local(22, 9, 30)),  # over night
        (local(25, 17), 1, local(28, 9, 30)),  # Friday to Monday
        (local(26, 3), 3, local(28, 12)),  # from Saturday night
        (local(30, 17), 1, local(8, 9, 30, month=10)),  # over the Golden Week
        (local(28, 9), 7.5, local(28, 17, 30)),  # to the last minute of the day
    ],
)
def test_timetable(start, length, due):
    target = Target(length * HOUR)
    assert read([Event(STARTED, start)], target, SHANGHAI.timeline, start).due_at == due


def test_a_pause_over_the_holidays():
    """Two hours before, one after; what the customer took is paused, not spent."""
    events = [
        Event(STARTED, local(30, 9)),
        Event(PAUSE, local(30, 11)),
        Event(RESUME, local(9, 9, month=10)),
    ]
    reading = read(events, Target(3 * HOUR), SHANGHAI.timeline, local(9, 9, 15, month=10))
    assert reading.due_at == local(9, 10, month=10)
    assert reading.paused == 1 * HOUR + 4.5 * HOUR + 7.5 * HOUR
    assert reading.remaining == 0.75 * HOUR


def test_reopening_goes_on_where_it_stood():
    """The time in which the customer held the matter settled is nobody's."""
    events = [
        Event(STARTED, local(21, 9)),
        Event(STOPPED, local(21, 11)),
        Event(REOPENED, local(23, 9)),
    ]
    before = read(events, Target(4 * HOUR), SHANGHAI.timeline, local(22, 9))
    assert (before.state, before.elapsed, before.due_at) == (MET, 2 * HOUR, local(21, 14))
    after = read(events, Target(4 * HOUR), SHANGHAI.timeline, local(23, 10))
    assert (after.state, after.elapsed, after.due_at) == (RUNNING, 3 * HOUR, local(23, 11))


def test_a_breach_is_not_undone_by_reopening_or_a_pause():
    late = [Event(STARTED, local(21, 9)), Event(STOPPED, local(21, 11))]
    for more in ([], [Event(REOPENED, local(22, 9))], [Event(PAUSE, local(21, 10, 30))]):
        reading = read(late + more, Target(HOUR), SHANGHAI.timeline, local(23, 9))
        assert (reading.state, reading.due_at) == (BREACHED, local(21, 10))


def test_a_deadline_at_closing_time_passes_over_night():
    """Due on Friday at the close, answered on Saturday: late, though no working time went by."""
    events = [Event(STARTED, local(25, 16, 30)), Event(STOPPED, local(26, 10))]
    reading = read(events, Target(HOUR), SHANGHAI.timeline, local(28, 9))
    assert (reading.due_at, reading.elapsed, reading.state) == (local(25, 17, 30), HOUR, BREACHED)
    on_time = [events[0], Event(STOPPED, local(25, 17, 30))]
    assert read(on_time, Target(HOUR), SHANGHAI.timeline, local(28, 9)).state == MET


def test_aware_overlapping_and_unordered_intervals():
    zone = ZoneInfo("Asia/Shanghai")
    timeline = Timeline(
        [
            (datetime(2026, 3, 2, 13, tzinfo=zone), datetime(2026, 3, 2, 17, tzinfo=zone)),
            (datetime(2026, 3, 2, 1), datetime(2026, 3, 2, 3)),
            (datetime(2026, 3, 2, 2), datetime(2026, 3, 2, 4)),
            (datetime(2026, 3, 2, 4), datetime(2026, 3, 2, 4)),
            (datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 8)),
        ]
    )
    assert timeline.worked(datetime(2026, 3, 2), datetime(2026, 3, 3)) == 7 * HOUR
    assert timeline.advance(datetime(2026, 3, 2), 4 * HOUR) == datetime(2026, 3, 2, 6)


def test_a_calendar_that_ends_has_no_deadline():
    """The caller asks again with a longer piece of the calendar, or another one."""
    start = Event(STARTED, NOON)
    reading = read([start], Target(HOUR), Timeline([]), NOON + 100 * HOUR)
    assert (reading.due_at, reading.state, reading.elapsed) == (None, RUNNING, clocks.NOTHING)
    assert not Timeline([])
    short = Timeline([(NOON, NOON + 2 * HOUR)], NOON + 2 * HOUR)
    assert read([start], Target(2 * HOUR), short, NOON).due_at == NOON + 2 * HOUR
    assert read([start], Target(3 * HOUR), short, NOON).due_at is None


def test_cancelled_and_taken_up_again():
    events = [Event(STARTED, NOON), Event(CANCEL, NOON + HOUR), Event(REOPENED, NOON + 5 * HOUR)]
    cancelled = read(events, Target(30 * MINUTE), ALWAYS, NOON + 2 * HOUR)
    assert cancelled.state == CANCELLED
    again = read(events, Target(2 * HOUR), ALWAYS, NOON + 5.5 * HOUR)
    assert (again.state, again.elapsed) == (RUNNING, 1.5 * HOUR)


@pytest.mark.parametrize("target", [Target(HOUR), Target(days=3)])
def test_a_ledger_begins_with_its_start(target):
    for events in ([], [Event(STOPPED, NOON)]):
        with pytest.raises(ValueError, match="start"):
            read(events, target, ALWAYS, NOON)
    early = [Event(STOPPED, NOON - HOUR), Event(STARTED, NOON)]
    assert read(early, target, ALWAYS, NOON).state == RUNNING


def test_attainment():
    """Formula 11: what is open and not due is left out."""
    assert attainment([MET, MET, MET, BREACHED, RUNNING, PAUSED, CANCELLED]) == 0.75
    assert attainment([RUNNING, CANCELLED]) is None
