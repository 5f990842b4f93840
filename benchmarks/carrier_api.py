#!/usr/bin/env python3
"""What the endpoint for carriers takes: events a second, latency, and whether any got lost.

A database is made and served by processes on loopback; clients report in parallel, each
as fast as it is answered. It ends after a set time. Run it in a shell with the launcher's
environment: eval "$(make -s env)"; python benchmarks/carrier_api.py
"""

import contextlib
import itertools
import random
import statistics
import threading
import time
from dataclasses import dataclass, field

import _command

from tests.support.carrier import PREPARE, Carrier, key_of, report
from tests.support.database import Database

NAME = "bench_carrier_api"
MOST_EVENTS = 100_000


@dataclass
class Client:
    """One client's answers: seconds per request, events answered with 200, other answers."""

    name: str
    seconds: list = field(default_factory=list)
    accepted: int = 0
    failed: dict = field(default_factory=dict)

    def report(self, carrier, options, end):
        """Report events until the end."""
        rng = random.Random(self.name)
        for turn in itertools.count():
            if time.monotonic() >= end or self.accepted >= MOST_EVENTS:
                return
            events = [
                report(f"{self.name}-{turn}-{number}", f"T{rng.randrange(options.deliveries)}")
                for number in range(options.batch)
            ]
            started = time.monotonic()
            status = carrier.post(events)
            self.seconds.append(time.monotonic() - started)
            if status == 200:
                self.accepted += len(events)
            else:
                self.failed[str(status)] = self.failed.get(str(status), 0) + 1


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = _command.parser(__doc__, left="all that is reported stays")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--batch", type=int, default=10, help="events in a request")
    parser.add_argument("--workers", type=int, default=2, help="processes of Odoo, each on a port")
    parser.add_argument("--deliveries", type=int, default=1000)
    _command.run(parser.parse_args(), NAME, measure)


def measure(name, options):
    """Serve the database, let the clients report, and count what is there afterwards."""
    database = Database(name)
    key = key_of(database.shell(PREPARE % options.deliveries).log)
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(database.serve()) for _worker in range(options.workers)]
        carriers = [Carrier(url, *key) for url in urls]
        for carrier in carriers:  # each process loads its registry first
            carrier.post([report("warm", "T0")])
        clients = [Client(f"c{number}") for number in range(options.clients)]
        started = time.monotonic()
        run(clients, carriers, options, started + options.seconds)
        elapsed = time.monotonic() - started
    return result(clients, elapsed, count_kept(database), options)


def run(clients, carriers, options, end):
    """Let the clients report side by side until the end, spread over the processes."""
    threads = [
        threading.Thread(target=client.report, args=(carrier, options, end))
        for client, carrier in zip(clients, itertools.cycle(carriers), strict=False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def count_kept(database):
    """Return the number of events kept, without those that warmed the workers up."""
    return database.sql(
        "SELECT count(*) FROM logistics_shipment_event WHERE starts_with(external_id, 'c')"
    )[0][0]


def result(clients, elapsed, kept, options):
    """Return what was measured."""
    seconds = sorted(itertools.chain.from_iterable(client.seconds for client in clients))
    accepted = sum(client.accepted for client in clients)
    return {
        **vars(options),
        "elapsed_s": round(elapsed, 1),
        "requests": len(seconds),
        "events_accepted": accepted,
        "events_per_second": round(accepted / elapsed, 1),
        "latency_median_ms": round(statistics.median(seconds) * 1000, 1),
        "latency_p95_ms": round(seconds[int(len(seconds) * 0.95)] * 1000, 1),
        "lost": max(accepted - kept, 0),
        "other_answers": {client.name: client.failed for client in clients if client.failed},
    }


if __name__ == "__main__":
    main()
