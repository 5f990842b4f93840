"""A server killed while carriers report, and the job that makes events of it killed, too.

What was answered with 200 is there, waiting or taken, and only once.
"""

import itertools
import random
import signal
import subprocess
import threading
import time

from scripts.dev import server
from scripts.dev.paths import RUN, VENV_PYTHON

from ..support.carrier import PREPARE, Carrier, key_of, report

DELIVERIES, BATCH, KILLS = 50, 5, 3
# two of one name report the same events at the same time
CLIENTS = "aabc"
PATIENCE = 120
# so many that the job takes several batches
WAITING = 600
JOB = "env['logistics.carrier.inbox']._cron_take()"
HELD = """
    SELECT external_id FROM logistics_shipment_event WHERE source = 'carrier'
    UNION ALL SELECT external_id FROM logistics_carrier_inbox
"""


def test_nothing_accepted_is_lost(plain_database):
    database = plain_database
    log = database.shell(PREPARE % DELIVERIES).log
    port = server.free_port()
    carrier = Carrier(f"http://{server.HOST}:{port}", *key_of(log))
    accepted, failures, done = set(), [], threading.Event()
    clients = [
        threading.Thread(target=stream, args=(carrier, name, accepted, failures, done))
        for name in CLIENTS
    ]
    for client in clients:
        client.start()
    try:
        for kill in range(KILLS):
            serve_and_kill(database, port, accepted, WAITING if kill == 0 else 100)
            assert_held(database, accepted.copy())
    finally:
        done.set()
        for client in clients:
            client.join(PATIENCE)
    assert failures, "no request was caught by a kill: the test has shown nothing"
    assert set(failures) == {None}, "somebody was refused"
    kill_job(database)
    assert_held(database, accepted)
    jobs = [start_job(database) for _job in range(2)]
    assert not any(job.wait(PATIENCE) for job in jobs)
    assert_kept(database, accepted)


def serve_and_kill(database, port, accepted, count):
    """Serve until so many more events were accepted, then kill the server mid-stream."""
    options = ("--max-cron-threads=0",)
    with server.serving(database.config, database.name, port, database.log, *options) as process:
        enough, end = len(accepted) + count, time.monotonic() + PATIENCE
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


def start_job(database):
    """Start the job that takes what waits, in a process of its own."""
    command = [VENV_PYTHON, "-m", "odoo", "shell", "-c", database.config.path, "-d", database.name]
    with database.log.open("ab") as log:
        job = subprocess.Popen(
            [*map(str, command), "--no-http"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=RUN,
            env={**database.environ(), "PYTHONPATH": ""},
        )
    job.stdin.write(JOB.encode())
    job.stdin.close()
    return job


def kill_job(database):
    """Kill the job when it has taken a part of what waits."""
    job, end = start_job(database), time.monotonic() + PATIENCE
    try:
        while not database.sql("SELECT 1 FROM logistics_shipment_event WHERE source = 'carrier' LIMIT 1"):
            assert job.poll() is None and time.monotonic() < end, "the job takes nothing"
            time.sleep(0.01)
    finally:
        job.kill()
        job.wait()
    assert database.sql("SELECT 1 FROM logistics_carrier_inbox LIMIT 1"), "the job was not killed half-way"


def assert_held(database, accepted):
    """Check that what was accepted waits or was taken, once each."""
    held = [external_id for (external_id,) in database.sql(HELD)]
    assert len(held) == len(set(held))
    assert accepted <= set(held)


def assert_kept(database, accepted):
    """Check that all are events, once each, and that deliveries have the state of theirs."""
    assert not database.sql("SELECT 1 FROM logistics_carrier_inbox")
    assert_held(database, accepted)
    wrong = database.sql(
        """SELECT picking.id FROM stock_picking picking
             JOIN logistics_shipment_event event ON event.picking_id = picking.id
            GROUP BY picking.id HAVING count(*) != picking.shipment_event_count"""
    )
    assert not wrong
