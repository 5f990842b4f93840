#!/usr/bin/env python3
"""Do one nightly run in a process of its own and print, as JSON, what it took."""

import argparse
import json
import resource
import time
from datetime import timedelta
from pathlib import Path

import _paths  # noqa: F401  # finds the helpers
import odoo_session

PAGE = resource.getpagesize()


def judge(env):
    """Judge what was marked; return the seconds it took.

    Each batch is committed, as the scheduled action does.
    """
    started = time.monotonic()
    while env["logistics.outcome.judge"]._judge_marked():
        env.cr.commit()
    return time.monotonic() - started


def fill(env):
    """Judge all where something asks for it, or nothing is judged yet; return the seconds it took."""
    started = time.monotonic()
    rebuilds = env["logistics.outcome.rebuild"]
    if not env["logistics.outcome.order"].search_count([], limit=1):
        rebuilds._start("installation")
    while rebuild := rebuilds.search([("state", "=", "running")], limit=1):
        rebuild._advance()
        env.cr.commit()
    return time.monotonic() - started


def run_night(env, days_ago=0):
    """Do a run batch by batch, each committed, as the scheduled action does.

    :param days_ago: pretend that it is so many days earlier
    :return: seconds and batches by phase, memory in MB, and the counts of the run
    """
    filling, judging = fill(env), judge(env)
    started = time.monotonic()
    run = env["logistics.run"]._start(env.company)
    run.date -= timedelta(days=days_ago)
    env.cr.commit()
    phases, memory, remains = {}, [resident()], True
    while remains:
        phase = phases.setdefault(run.phase, {"seconds": 0.0, "batches": 0})
        before = time.monotonic()
        remains = run._advance()
        env.cr.commit()
        phase["seconds"] += time.monotonic() - before
        phase["batches"] += 1
        memory.append(resident())
    seconds = time.monotonic() - started
    filling += fill(env)  # first tiers are those of the orders before
    counts = ["profile_count", "seen_count", "changed_count", "rated_count"]
    counts += ["fact_count", "score_count", "tier_count", "error_count"]
    return {
        "seconds": seconds,
        "judging": judging,
        "filling": filling,
        "phases": phases,
        "memory_start": memory[0],
        "memory_peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "memory": memory,
        **run.read(counts, load=None)[0],
    }


def resident():
    """Return the memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE // 2**20


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", required=True)
    parser.add_argument("--days-ago", type=int, default=0)
    options = parser.parse_args()
    odoo_session.configure(options.db)
    with odoo_session.environment(options.db, commit=True) as env:
        print(json.dumps(run_night(env, options.days_ago)))


if __name__ == "__main__":
    main()
