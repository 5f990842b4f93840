"""A server killed while carriers report: what was answered with 200 is there, and only once."""

import itertools
import random
import signal
import threading
import time

from scripts.dev import server

from ..support.carrier import PREPARE, Carrier, key_of, report

DELIVERIES, BATCH, CLIENTS, KILLS = 50, 5, 3, 3
PATIENCE = 120


def test_nothing_accepted_is_lost(plain_database):
    database = plain_database
    log = database.shell(PREPARE % DELIVERIES).log
    port = server.free_port()
    carrier = Carrier(f"http://{server.HOST}:{port}", *key_of(log))
    accepted, failures, done = set(), [], threading.Event()
    clients = [
        threading.Thread(target=stream, args=(carrier, name, accepted, failures, done))
        for name in "abc"[:CLIENTS]
    ]
    for client in clients:
        client.start()
    try:
        for _kill in range(KILLS):
            serve_and_kill(database, port, accepted)
    finally:
        done.set()
        for client in clients:
            client.join(PATIENCE)
    assert failures, "no request was caught by a kill: the test has shown nothing"
    assert_kept(database, accepted)


def serve_and_kill(database, port, accepted):
    """Serve until some more events were accepted, then kill the server mid-stream."""
    options = ("--max-cron-threads=0",)
    with server.serving(database.config, database.name, port, database.log, *options) as process:
        enough, end = len(accepted) + 100, time.monotonic() + PATIENCE
        while len(accepted) < enough:
            assert time.monotonic() < end, "the server does not take events"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()


def stream(carrier, name, accepted, failures, done):
    """Report batch after batch; one that was not answered is sent again, as a carrier does."""
    rng = random.Random(name)
    for turn in itertools.count():
        events = [
            report(f"{name}-{turn}-{number}", f"T{rng.randrange(DELIVERIES)}")
            for number in range(BATCH)
        ]
        while not done.is_set():
            status = carrier.post(events)
            if status == 200:
                accepted.update(event["id"] for event in events)
                break
            failures.append(status)
            time.sleep(0.2)
        else:
            return


def assert_kept(database, accepted):
    """Check that events are there, once each, and that deliveries have the state of theirs."""
    kept = [
        external_id
        for (external_id,) in database.sql(
            "SELECT external_id FROM logistics_shipment_event WHERE source = 'carrier'"
        )
    ]
    assert len(kept) == len(set(kept))
    assert accepted <= set(kept)
    wrong = database.sql(
        """SELECT picking.id FROM stock_picking picking
             JOIN logistics_shipment_event event ON event.picking_id = picking.id
            GROUP BY picking.id HAVING count(*) != picking.shipment_event_count"""
    )
    assert not wrong
