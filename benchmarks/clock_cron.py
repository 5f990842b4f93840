#!/usr/bin/env python3
"""What the cron of deadlines takes with 100 clocks due among many open cases.

Cases are made by SQL; 100 of their clocks have just passed their deadline. Each round the cron's
work is done on them, escalation and all, and rolled back. With ten or a hundred times as many open
cases it should cost the same. Run it in a shell with the launcher's environment:
eval "$(make -s env)"; python benchmarks/clock_cron.py; --db uses a database that is there.
"""

import statistics
import time
from datetime import timedelta

import _command
import odoo_session

NAME = "bench_clock_cron"
SIZES = [1_000, 10_000, 100_000]
DUE = 100
ROUNDS = 7
# what only one row may have, or what the database gives by itself
OWN = {"id", "number", "access_token"}


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = _command.parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of open cases")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    _command.run(parser.parse_args(), NAME, measure)


def measure(name, options):
    """Return milliseconds and queries by number of open cases, and the ratio of the extremes."""
    odoo_session.configure(name, log_level="critical")
    results = {}
    for size in options.sizes:
        with odoo_session.environment(name) as env:
            generate(env, size)
            results[size] = rounds(env, options.rounds)
            results[size]["plan"] = plan(env)
    times = [results[size]["milliseconds"] for size in options.sizes]
    return {"due": DUE, "by_open_cases": results, "ratio": round(times[-1] / times[0], 2)}


def generate(env, size):
    """Make open cases whose clocks are due next week, but for those that have just become so."""
    partner = env["res.partner"].create({"name": "Benchmark"})
    case = env["logistics.complaint"].create({"name": "Benchmark", "partner_id": partner.id})
    env.flush_all()
    copy_rows(env, "logistics_complaint", f"id = {case.id}", size - 1)
    copy_clocks(env, case)
    env.cr.execute("ANALYZE logistics_complaint, logistics_clock")
    env.invalidate_all(flush=False)


def copy_rows(env, table, where, times):
    columns = ", ".join(columns_of(env, table))
    env.cr.execute(
        f"INSERT INTO {table} ({columns})"
        f" SELECT {columns} FROM {table}, generate_series(1, {times}) WHERE {where}"
    )


def copy_clocks(env, case):
    """Give every new case the clocks of the first, one of them due in the first hundred."""
    # switched off until a company has decided; clocks that run are looked at anew then
    env["logistics.escalation.rule"].with_context(active_test=False).search([]).active = True
    env.flush_all()
    columns = [name for name in columns_of(env, "logistics_clock") if name != "complaint_id"]
    listed = ", ".join(f"clock.{name}" for name in columns)
    env.cr.execute(
        f"""INSERT INTO logistics_clock (complaint_id, {', '.join(columns)})
            SELECT other.id, {listed} FROM logistics_clock clock, logistics_complaint other
             WHERE clock.complaint_id = %(case)s AND other.id > %(case)s""",
        {"case": case.id},
    )
    now = env.cr.now()
    env.cr.execute(
        "UPDATE logistics_clock SET due_at = %(later)s, next_at = %(later)s"
        " WHERE complaint_id >= %(case)s",
        {"case": case.id, "later": now + timedelta(days=7)},
    )
    env.cr.execute(
        """UPDATE logistics_clock SET next_at = %(past)s, started_at = %(start)s
            WHERE id IN (SELECT id FROM logistics_clock
                          WHERE complaint_id >= %(case)s AND target = 'first_response'
                          ORDER BY id LIMIT %(due)s)""",
        {
            "case": case.id,
            # the cron compares whole seconds
            "past": now - timedelta(seconds=2),
            "start": now - timedelta(days=30),
            "due": DUE,
        },
    )
    # the rules leave alone what was before them
    env.cr.execute(
        "UPDATE logistics_escalation_rule SET in_force_since = %s", [now - timedelta(days=99)]
    )
    env.registry.clear_cache()


def columns_of(env, table):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    return sorted({name for (name,) in env.cr.fetchall()} - OWN)


def rounds(env, count):
    """Return the median of the rounds; the first warms the caches and does not count."""
    taken = [watch(env) for _round in range(count + 1)][1:]
    return {
        "milliseconds": round(statistics.median(seconds for seconds, _queries in taken) * 1000, 1),
        "queries": taken[0][1],
    }


def watch(env):
    """Do the cron's work once; return seconds and queries, and undo it."""
    env.cr.execute("SAVEPOINT round")
    env.invalidate_all(flush=False)
    before, started = env.cr.sql_log_count, time.monotonic()
    seen = env["logistics.clock"]._watch_batch()
    result = time.monotonic() - started, env.cr.sql_log_count - before
    assert seen == DUE, f"{seen} clocks were looked at"
    env.invalidate_all(flush=False)
    env.cr.execute("ROLLBACK TO SAVEPOINT round")
    return result


def plan(env):
    """Return how PostgreSQL finds the clocks that are due."""
    clocks = env["logistics.clock"]
    query = clocks._search(clocks._get_due_domain(), order="next_at, id", limit=200).select()
    env.cr.execute("EXPLAIN " + query.code, query.params)
    return [line.strip() for (line,) in env.cr.fetchall() if "Scan" in line]


if __name__ == "__main__":
    main()
