#!/usr/bin/env python3
"""The nightly job against one plain GROUP BY of the same facts: `make bench`.

For each size a company is made by SQL; then a night where everything is new, a usual night and one
after a busy day are run, each in a process of its own, and held against the bound: time as a ratio,
facts one by one; and so is all that a day costs: its marks, their judging and the night. With `--db`
the job is run on a database that is there already, which it changes.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import time
from datetime import timedelta

import _paths
import generate
import odoo_session
from bound import differences, run_bound

from scripts.dev import Problem, connect, drop_database, new_database

SIZES = [200_000, 1_000_000, 2_000_000]
ORDERS_PER_CUSTOMER = 20
# label, how many days ago, and what share of the orders came in the day before; as many were delivered
NIGHTS = [
    ("everything new", 2, None),
    ("usual night", 1, 1 / generate.DAYS),
    ("0.5 % changed", 0, 0.0025),
]
# what the addon itself keeps of orders, filled when the company was made and by the first night
OWN_TABLES = [
    "logistics_outcome_line",
    "logistics_outcome_order",
    "logistics_outcome_delivery",
    "logistics_profile",
    "logistics_profile_fact",
    "logistics_profile_score",
    "logistics_mark",
    "logistics_order_day",
    "logistics_delivery_day",
    "logistics_tier_change",
]


def main():
    """Run from the command line; the results go to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", help="an existing database to run on, instead of new ones")
    parser.add_argument("--orders", type=int, nargs="+", default=SIZES, help="sizes to measure")
    parser.add_argument("--keep", action="store_true", help="keep the databases made")
    parser.add_argument("--json", help="file for all that was measured")
    options = parser.parse_args()
    try:
        if options.db:
            results = [measure(options.db, [("a night", 0, None)])]
        else:
            results = [measure_size(orders, options.keep) for orders in options.orders]
    except Problem as problem:
        sys.exit(str(problem))
    if options.json:
        with open(options.json, "w") as stream:
            json.dump(results, stream, indent=1)
    print(table(results))
    if any(night["differences"] for result in results for night in result["nights"]):
        sys.exit("The facts differ from the bound's.")


def measure_size(orders, keep):
    """Make a company with so many orders and measure its nights."""
    name = f"bench_{orders}"
    drop_database(name)
    new_database(name)
    try:
        odoo_session.configure(name)
        started = time.monotonic()
        generate.generate(name, orders // ORDERS_PER_CUSTOMER, orders)
        say(f"{name}: generated in {time.monotonic() - started:.0f} s")
        return measure(name, NIGHTS)
    finally:
        if not keep:
            drop_database(name)


def measure(name, nights):
    """Run the nights, each after its day of business, and the bound before and after each.

    :param nights: label, how many days ago the night was, and the share of orders new on that day
    """
    result = {"database": name, "orders": count_orders(name), "nights": []}
    for label, days_ago, share in nights:
        vacuum(name)
        day = {"marking": 0.0}
        if share:
            odoo_session.configure(name)
            day = generate.add_day(name, share)
        before, _differences = bound_of(name, days_ago)
        night = run_night(name, days_ago)
        after, found = bound_of(name, days_ago)
        # The machine may be busy with other things: the bound is measured on both sides.
        night |= {"label": label, "bound": (before + after) / 2, "differences": found}
        night["ratio"] = night["seconds"] / night["bound"]
        night |= day
        night["whole"] = (night["marking"] + night["judging"] + night["seconds"]) / night["bound"]
        result["nights"].append(night)
        say(f"{name}, {label}: {night['seconds']:.1f} s, bound {night['bound']:.1f} s")
    return result


def run_night(name, days_ago):
    """Run the job in a process of its own, so that its memory is its own."""
    command = [sys.executable, str(_paths.HERE / "night.py"), "--db", name]
    done = subprocess.run(
        [*command, "--days-ago", str(days_ago)], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"The nightly job failed on {name}; see above.")
    return json.loads(done.stdout.splitlines()[-1])


def bound_of(name, days_ago):
    """Return the seconds of the bound, and how its facts differ from the addon's."""
    odoo_session.configure(name)
    with odoo_session.environment(name) as env:
        company = env.company
        windows = env["logistics.profile.fact"]._get_windows(company)
        day = company._get_logistics_today() - timedelta(days=days_ago)
        # The job does without compiling plans, which takes longer than it saves here.
        env.cr.execute("SET LOCAL jit = off")
        seconds = run_bound(env.cr, company.id, windows, day, company._get_logistics_tz())
        return seconds, differences(env.cr, company.id)


def count_orders(name):
    """Return the number of orders of a database."""
    with contextlib.closing(connect(name)) as connection, connection.cursor() as cr:
        cr.execute("SELECT count(*) FROM sale_order")
        return cr.fetchone()[0]


def vacuum(name):
    """Leave the tables as they are after autovacuum."""
    with contextlib.closing(connect(name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(f"VACUUM ANALYZE {', '.join([*generate.TABLES, *OWN_TABLES])}")


def table(results):
    """Return the results as a table in Markdown."""
    lines = [
        "| orders | night | job | bound | ratio | marking, judging (s) | with the night ÷ bound "
        "| profiles, changes, facts, ranks, scores and tiers (s) "
        "| batches | customers: looked at, changed, scored | changed: facts, scores, tiers "
        "| memory at start and peak (MB) | differences |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for night in result["nights"]:
            lines.append(row(result["orders"], night))
    return "\n".join(lines)


def row(orders, night):
    """Return one line of the table."""
    phases = night["phases"].values()
    cells = [
        f"{orders:,}",
        night["label"],
        f"{night['seconds']:.1f} s",
        f"{night['bound']:.1f} s",
        f"{night['ratio']:.3f}",
        f"{night['marking']:.2f}, {night['judging']:.2f}",
        f"{night['whole']:.3f}",
        ", ".join(f"{phase['seconds']:.2f}" for phase in phases),
        str(sum(phase["batches"] for phase in phases)),
        f"{night['seen_count']:,}, {night['changed_count']:,}, {night['rated_count']:,}",
        f"{night['fact_count']:,}, {night['score_count']:,}, {night['tier_count']:,}",
        f"{night['memory_start']}, {night['memory_peak']}",
        str(night["differences"] or "none"),
    ]
    return f"| {' | '.join(cells)} |"


def say(text):
    """Tell how far it is, apart from the results."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
