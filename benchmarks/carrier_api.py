#!/usr/bin/env python3
"""What the endpoint for carriers takes, beside an empty route of Odoo that asks for the same signature.

A database is made and served by processes on loopback; clients report in parallel, each as fast as
it is answered: to the endpoint, to the empty route, and so on in turns. Then the job takes what was
accepted, and whether any got lost is counted. Run it in a shell with the launcher's environment:
eval "$(make -s env)"; python benchmarks/carrier_api.py
"""

import contextlib
import itertools
import random
import statistics
import threading
import time
from dataclasses import dataclass, field

import _command
import _empty_route

from tests.support import carrier as endpoint
from tests.support.carrier import PREPARE, Carrier, key_of, report
from tests.support.database import Database

NAME = "bench_carrier_api"
MOST_EVENTS = 100_000
ROUTES = {"events": endpoint.PATH, "empty": _empty_route.PATH}


@dataclass
class Client:
    """One client's answers: seconds per request, events answered with 200, other answers."""

    name: str
    path: str
    seconds: list = field(default_factory=list)
    accepted: int = 0
    failed: dict = field(default_factory=dict)
    numbers: itertools.count = field(default_factory=itertools.count)

    def report(self, carrier, options, end):
        """Report events until the end."""
        rng = random.Random(self.name)
        while time.monotonic() < end and self.accepted < MOST_EVENTS:
            events = [
                report(f"{self.name}-{next(self.numbers)}", f"T{rng.randrange(options.deliveries)}")
                for _number in range(options.batch)
            ]
            started = time.monotonic()
            status = carrier.post(events, path=self.path)
            self.seconds.append(time.monotonic() - started)
            if status == 200:
                self.accepted += len(events)
            else:
                self.failed[str(status)] = self.failed.get(str(status), 0) + 1


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = _command.parser(__doc__, left="all that is reported stays")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=20, help="of each of the two routes")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each of the two routes")
    parser.add_argument("--batch", type=int, default=1, help="events in a request")
    parser.add_argument("--workers", type=int, default=2, help="processes of Odoo, each on a port")
    parser.add_argument("--deliveries", type=int, default=1000)
    _command.run(parser.parse_args(), NAME, measure)


def measure(name, options):
    """Serve the database, let the clients report, and count what is there afterwards."""
    database = Database(name)
    key = key_of(database.shell(PREPARE % options.deliveries).log)
    clients = {
        route: [Client(f"{route}-{number}", path) for number in range(options.clients)]
        for route, path in ROUTES.items()
    }
    with contextlib.ExitStack() as stack:
        extra = stack.enter_context(_empty_route.options(database.config))
        serve = [database.serve("--max-cron-threads=0", *extra) for _worker in range(options.workers)]
        carriers = [Carrier(stack.enter_context(server), *key) for server in serve]
        for carrier, path in itertools.product(carriers, ROUTES.values()):
            carrier.post([report("warm", "T0")], path=path)  # each process loads its registry first
        elapsed = in_turns(clients, carriers, options)
    started = time.monotonic()
    database.shell("env['logistics.carrier.inbox']._cron_take()")
    taking = time.monotonic() - started
    return {**result(clients, elapsed, count_kept(database), options), "taking_s": round(taking, 1)}


def in_turns(clients, carriers, options):
    """Let the clients report to one route and the other; return the seconds each had, by route."""
    elapsed = dict.fromkeys(ROUTES, 0)
    for _round in range(options.rounds):
        for route in ROUTES:
            started = time.monotonic()
            run(clients[route], carriers, options, started + options.seconds / options.rounds)
            elapsed[route] += time.monotonic() - started
    return elapsed


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
        "SELECT count(*) FROM logistics_shipment_event WHERE starts_with(external_id, 'events-')"
    )[0][0]


def result(clients, elapsed, kept, options):
    """Return what was measured."""
    seconds = {
        route: sorted(itertools.chain.from_iterable(client.seconds for client in clients[route]))
        for route in ROUTES
    }
    per_second = {route: len(seconds[route]) / elapsed[route] for route in ROUTES}
    accepted = sum(client.accepted for client in clients["events"])
    everybody = itertools.chain.from_iterable(clients.values())
    return {
        **vars(options),
        "requests": len(seconds["events"]),
        "events_accepted": accepted,
        "events_per_second": round(accepted / elapsed["events"], 1),
        "latency_median_ms": round(statistics.median(seconds["events"]) * 1000, 1),
        "latency_p95_ms": round(seconds["events"][int(len(seconds["events"]) * 0.95)] * 1000, 1),
        "requests_per_second": {route: round(rate, 1) for route, rate in per_second.items()},
        "share_of_empty_route": round(per_second["events"] / per_second["empty"], 2),
        "lost": max(accepted - kept, 0),
        "other_answers": {client.name: client.failed for client in everybody if client.failed},
    }


if __name__ == "__main__":
    main()
