"""24,918 real tickets as cases in a database: what the clocks and reports say against pandas.

`INCIDENTS=<number>` replays that many of them, evenly spread, instead of all.
"""

import os

import load_incidents
import odoo_session
import pytest
from incidents import NEEDS_FILE, get_due, get_tickets, read_events, worked_seconds

from scripts.dev import drop_database, new_database

DATABASE = f"test_incidents_{os.getpid()}"
HOW_MANY = int(os.environ.get("INCIDENTS") or 0)

pytestmark = NEEDS_FILE


@pytest.fixture(scope="module")
def tickets():
    found = get_tickets(read_events())
    step = len(found) // HOW_MANY if HOW_MANY else 1
    return found.iloc[::step]


@pytest.fixture(scope="module")
def replayed(tickets):
    """The cases in a database of their own: the database and the ids by number of ticket."""
    drop_database(DATABASE)
    new_database(DATABASE)
    try:
        odoo_session.configure(DATABASE)
        with odoo_session.environment(DATABASE, commit=True) as env:
            cases = load_incidents.load(env, tickets)
        yield cases
    finally:
        drop_database(DATABASE)


@pytest.fixture
def env(replayed):
    with odoo_session.environment(DATABASE) as environment:
        yield environment


@pytest.fixture(scope="module")
def due(tickets):
    return get_due(tickets)


def rows(env, tickets, replayed, table, *names):
    """Return columns of the rows of a table in the order of the tickets."""
    key = "id" if table == "logistics_complaint" else "complaint_id"
    columns = ", ".join([key, *names])
    env.cr.execute(f"SELECT {columns} FROM {table} WHERE {key} = ANY(%s)", [[*replayed.values()]])
    held = {row[0]: row[1:] for row in env.cr.fetchall()}
    assert len(held) == len(tickets)
    return list(zip(*(held[replayed[number]] for number in tickets.index), strict=True))


def test_cases_have_the_times_of_the_tickets(env, tickets, replayed):
    names = ["received_at", "resolved_at", "closed_at", "phase", "reopen_count"]
    found = rows(env, tickets, replayed, "logistics_complaint", *names)
    received, resolved, closed, phases, reopened = found
    assert list(received) == tickets.opened_at.dt.to_pydatetime().tolist()
    assert list(resolved) == tickets.settled_at.dt.to_pydatetime().tolist()
    assert list(closed) == tickets.closed_at.dt.to_pydatetime().tolist()
    assert (set(phases), any(reopened)) == ({"closed"}, False)


def test_clocks_have_the_deadlines_and_times_of_pandas(env, tickets, replayed, due):
    names = ["due_at", "stopped_at", "elapsed_seconds", "state", "frozen", "next_at"]
    found = rows(env, tickets, replayed, "logistics_clock", *names)
    deadlines, stopped, elapsed, states, frozen, next_at = found
    assert list(deadlines) == due.dt.to_pydatetime().tolist()
    assert list(stopped) == tickets.settled_at.dt.to_pydatetime().tolist()
    worked = worked_seconds(tickets.settled_at) - worked_seconds(tickets.opened_at)
    assert list(elapsed) == worked.tolist()
    in_time = (tickets.settled_at <= due).map({True: "met", False: "breached"})
    assert list(states) == in_time.tolist()
    assert (set(frozen), set(next_at)) == ({True}, {None})


def test_share_in_time_by_priority(env, tickets, replayed, due):
    """The report's figures, the pivot's way, equal those that pandas computes of the file."""
    names = ["case_count:sum", "resolution_judged_count:sum", "resolution_sla_rate:sum"]
    found = env["logistics.complaint.report"]._read_group(
        [("complaint_id", "in", list(replayed.values()))], ["severity"], names
    )
    in_time = (tickets.settled_at <= due).groupby(tickets.priority)
    expected = {
        load_incidents.SEVERITIES[priority]: (size, size, share)
        for priority, size, share in zip(in_time.size().index, in_time.size(), in_time.mean(), strict=True)
    }
    assert {severity: tuple(figures) for severity, *figures in found} == expected


def test_nothing_is_left_for_the_cron(env, replayed):
    clocks = env["logistics.clock"]
    assert not clocks.search_count(clocks._get_due_domain())
    assert not env["logistics.escalation"].search_count([])
