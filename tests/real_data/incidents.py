"""The log of incidents as tables of pandas, and what our targets come to by pandas alone."""

import os
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SHARED_DATA") or HERE.parents[2] / "shared" / "data")
FILE = SHARED / "incidents" / "incident_event_log.zip"
TIMES = ["opened_at", "resolved_at", "closed_at", "sys_updated_at"]
# the file does not say what was agreed: these targets are ours
HOURS = {1: 4, 2: 8, 3: 24, 4: 40}
OPENS, CLOSES = 9, 17

NEEDS_FILE = pytest.mark.skipif(
    not FILE.exists(),
    reason=f"the incidents are not at {FILE}; set SHARED_DATA to the folder that holds it",
)


def read_events():
    """Return every change of every ticket."""
    log = pd.read_csv(FILE, na_values="?", low_memory=False)
    for name in TIMES:
        log[name] = pd.to_datetime(log[name], format="%d/%m/%Y %H:%M")
    return log


def get_tickets(events):
    """Return a row a ticket, with the hours of its priority and when it was settled."""
    last = events.groupby("number").last()
    last["settled_at"] = last.resolved_at.fillna(last.closed_at)
    last["hours"] = last.priority.map(HOURS)
    return last


def get_due(tickets):
    """Return the deadlines by pandas' business hours, Monday to Friday, nine to five."""
    offsets = {
        hours: pd.offsets.BusinessHour(hours, start=f"{OPENS:02}:00", end=f"{CLOSES:02}:00")
        for hours in HOURS.values()
    }
    due = tickets.apply(lambda ticket: ticket.opened_at + offsets[ticket.hours], axis=1)
    # where the time ends with the day, pandas names the next opening, we the close
    closing = due.dt.normalize() - pd.offsets.BDay(1) + pd.Timedelta(hours=CLOSES)
    return due.where((due.dt.hour != OPENS) | (due.dt.minute != 0), closing)


def worked_seconds(instants):
    """Return the working seconds between 2016-01-01 and each instant, by numpy's own calendar."""
    days = instants.dt.normalize().to_numpy().astype("datetime64[D]")
    whole = np.busday_count(np.datetime64("2016-01-01"), days) * (CLOSES - OPENS) * 3600
    of_day = (instants - instants.dt.normalize()).dt.total_seconds() - OPENS * 3600
    today = of_day.clip(0, (CLOSES - OPENS) * 3600).to_numpy() * np.is_busday(days)
    return pd.Series(whole + today, instants.index)


