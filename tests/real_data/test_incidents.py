"""24,918 real tickets replayed by the clocks: the share in time per priority against pandas.

The file says whether a ticket kept its agreement, but not what was agreed; the targets here are
ours, and pandas judges them by means of its own. The data is no part of the project. Where it is
missing the tests say so and are skipped.
"""

from datetime import datetime, timedelta

import pytest
from incidents import CLOSES, NEEDS_FILE, OPENS, get_due, get_tickets, read_events, worked_seconds

from logistics_customer_service.tools.complaint import clocks
from logistics_customer_service.tools.complaint.clocks import Event, Target, Timeline

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

ENDED = ["Resolved", "Closed"]
HALF_A_MINUTE = timedelta(seconds=30)

pytestmark = NEEDS_FILE


@pytest.fixture(scope="module")
def events():
    return read_events()


@pytest.fixture(scope="module")
def tickets(events):
    return get_tickets(events)


@pytest.fixture(scope="module")
def office():
    """Monday to Friday, nine to five."""
    days = pd.bdate_range("2016-02-01", "2018-12-31")
    hour = timedelta(hours=1)
    return Timeline((day + OPENS * hour, day + CLOSES * hour) for day in days.to_pydatetime())


def replay(tickets, timeline, target_of):
    """Return the readings of clocks from opening to settling."""
    rows = zip(
        tickets.opened_at.dt.to_pydatetime(),
        tickets.settled_at.dt.to_pydatetime(),
        tickets.hours,
        strict=True,
    )
    return [
        clocks.read(
            [Event(clocks.STARTED, opened), Event(clocks.STOPPED, settled)],
            target_of(hours),
            timeline,
            settled,
        )
        for opened, settled, hours in rows
    ]


def shares(tickets, states):
    """Return priority → share in time, by the engine's own formula."""
    by_priority = pd.Series(states, tickets.index).groupby(tickets.priority)
    return by_priority.agg(clocks.attainment).to_dict()


def means(tickets, in_time):
    """Return priority → share in time, by pandas."""
    return in_time.groupby(tickets.priority).mean().to_dict()


def hours_of(hours):
    return Target(timedelta(hours=hours))


def test_the_file_is_the_one_that_is_known(tickets, events):
    assert (len(tickets), len(events)) == (24918, 141712)
    kept = pd.Series(np.where(tickets.made_sla, clocks.MET, clocks.BREACHED), tickets.index)
    percent = {key: round(100 * share, 2) for key, share in shares(tickets, kept).items()}
    assert percent == {1: 1.85, 2: 0.49, 3: 64.54, 4: 84.11}
    assert round(100 * clocks.attainment(kept), 2) == 63.42


def test_hours_round_the_clock(tickets):
    readings = replay(tickets, clocks.ALWAYS, hours_of)
    length = tickets.settled_at - tickets.opened_at
    expected = length <= pd.to_timedelta(tickets.hours, unit="h")
    assert shares(tickets, [reading.state for reading in readings]) == means(tickets, expected)
    assert [reading.elapsed for reading in readings] == list(length)


def test_working_hours(tickets, office):
    """The deadlines are those of pandas' business hours."""
    readings = replay(tickets, office, hours_of)
    due = get_due(tickets)
    assert [reading.due_at for reading in readings] == due.dt.to_pydatetime().tolist()
    assert shares(tickets, [reading.state for reading in readings]) == means(
        tickets, tickets.settled_at <= due
    )


def test_calendar_days(tickets):
    readings = replay(tickets, clocks.ALWAYS, lambda _hours: Target(days=7))
    days = (tickets.settled_at.dt.normalize() - tickets.opened_at.dt.normalize()).dt.days
    assert shares(tickets, [reading.state for reading in readings]) == means(tickets, days <= 7)


@pytest.fixture(scope="module")
def segments(events):
    """One row per state of a ticket: since when, until when, and which of ours it is."""
    log = events.sort_values(["number", "sys_mod_count", "sys_updated_at"], kind="stable")
    log = log[["number", "priority", "ident_state", "sys_updated_at"]].copy()
    log["since"] = log.groupby("number").sys_updated_at.cummax()
    log["until"] = log.groupby("number").since.shift(-1).fillna(log.since)
    log["ended"] = log.ident_state.isin(ENDED)
    log["waits"] = log.ident_state.str.startswith("Awaiting")
    return log


def ledger(rows):
    """Return the events of a ticket's states as they would be noted."""
    noted, before = [], None
    for since, ended, waits in rows:
        state = clocks.STOPPED if ended else clocks.PAUSE if waits else clocks.RUNNING
        if before is None:
            noted.append(Event(clocks.STARTED, since))
        elif before == clocks.STOPPED and not ended:
            noted.append(Event(clocks.REOPENED, since))
        elif before == clocks.PAUSE and not waits:
            noted.append(Event(clocks.RESUME, since))
        if state != clocks.RUNNING:
            noted.append(Event(state, since))
        before = state
    return noted


def test_pauses_and_reopenings(segments, tickets, office):
    """What ran, by the states of the log, in working time; targets that no ticket hits exactly."""
    running = ~segments.ended & ~segments.waits
    seconds = worked_seconds(segments.until) - worked_seconds(segments.since)
    by_number = segments.number
    spent = seconds.where(running, 0).groupby(by_number).sum().reindex(tickets.index)
    paused = seconds.where(segments.waits, 0).groupby(by_number).sum().reindex(tickets.index)
    instants = segments.since.dt.to_pydatetime()
    rows = pd.Series(list(zip(instants, segments.ended, segments.waits, strict=True)), segments.index)
    ledgers = rows.groupby(by_number).agg(list).reindex(tickets.index)
    readings = [
        clocks.read(ledger(noted), Target(timedelta(hours=hours) + HALF_A_MINUTE), office, NOW)
        for noted, hours in zip(ledgers, tickets.hours, strict=True)
    ]
    open_still = ~segments.groupby("number").ended.last().reindex(tickets.index)
    assert open_still.sum() < 10  # the log ends with nearly all of them settled
    settled = ~open_still
    assert [reading.elapsed.total_seconds() for reading in readings if reading.stopped_at] == (
        spent[settled].tolist()
    )
    assert [reading.paused.total_seconds() for reading in readings if reading.stopped_at] == (
        paused[settled].tolist()
    )
    states = pd.Series([reading.state for reading in readings], tickets.index)
    assert shares(tickets[settled], states[settled]) == means(
        tickets[settled], (spent <= tickets.hours * 3600 + 30)[settled]
    )
    assert (paused > 0).sum() > 5000
    assert sum(event.kind == clocks.REOPENED for noted in ledgers for event in ledger(noted)) > 250


NOW = datetime(2017, 3, 1)
