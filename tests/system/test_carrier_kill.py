"""Workers killed while carriers report: what was answered with 200 is there, and only once."""

import itertools
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from scripts.dev import server

from ..support.carrier import PREPARE, Carrier, key_of, report

DELIVERIES, BATCH, CLIENTS, SECONDS, KILLS = 50, 5, 3, 20, 6


@pytest.fixture
def served(plain_database):
    """The database served by worker processes: the address and the process over them."""
    database = plain_database
    database.shell(PREPARE % DELIVERIES)
    port = server.free_port()
    options = ("--workers=2", "--max-cron-threads=0")
    with server.serving(database.config, database.name, port, database.log, *options) as process:
        yield f"http://{server.HOST}:{port}", process


def test_nothing_accepted_is_lost(plain_database, served):
    url, process = served
    carrier = Carrier(url, *key_of(plain_database.sql))
    end = time.monotonic() + SECONDS
    accepted, failures = set(), []
    clients = [
        threading.Thread(target=stream, args=(carrier, name, end, accepted, failures))
        for name in "abc"[:CLIENTS]
    ]
    for client in clients:
        client.start()
    killed = kill_workers(process.pid, end)
    for client in clients:
        client.join(SECONDS + 120)
    rows = plain_database.sql("SELECT external_id FROM logistics_shipment_event WHERE source = 'carrier'")
    kept = [row[0] for row in rows]
    assert killed >= 3
    assert failures, "no request was caught by a kill: the test has shown nothing"
    assert len(accepted) > 100
    assert len(kept) == len(set(kept))
    assert accepted <= set(kept)
    wrong = plain_database.sql(
        """SELECT picking.id FROM stock_picking picking
             JOIN logistics_shipment_event event ON event.picking_id = picking.id
            GROUP BY picking.id HAVING count(*) != picking.shipment_event_count"""
    )
    assert not wrong, "the state of a delivery is not that of its events"


def stream(carrier, name, end, accepted, failures):
    """Report batch after batch; one that was not answered is sent again, as a carrier does."""
    rng = random.Random(name)
    for turn in itertools.count():
        events = [
            report(f"{name}-{turn}-{number}", f"T{rng.randrange(DELIVERIES)}")
            for number in range(BATCH)
        ]
        while time.monotonic() < end:
            status = carrier.post(events)
            if status == 200:
                accepted.update(event["id"] for event in events)
                break
            failures.append(status)
            time.sleep(0.2)
        else:
            return


def kill_workers(master, end):
    """Kill one worker after the other with SIGKILL, as long as clients report; return how many."""
    killed = 0
    while killed < KILLS and time.monotonic() < end - 4:
        time.sleep(2)
        workers = [pid for pid in children(master) if not is_gevent(pid)]
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)
            killed += 1
    return killed


def children(pid):
    """Return the ids of a process's children."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def is_gevent(pid):
    """Tell whether a process is the one for long polling, which takes no requests of ours."""
    try:
        return b"gevent" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
