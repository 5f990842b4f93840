#!/usr/bin/env python3
"""The reports on indicators against plain SQL of the same figures, on a database of `make bench`.

Each report is read as its pivot reads it, by month; the bare statement beside it computes the
same counts from the same tables with nothing that a careful report adds (returns, units,
substitutes, time zones of companies, rights). Both are run in turns; the best of each counts.
"""

import argparse
import sys
import time

import _paths  # noqa: F401  # finds the helpers
import odoo_session

ROUNDS = 2
ORDERS = """
    SELECT date_trunc('month', o.promised), count(*),
           count(*) FILTER (WHERE d.delivered::date <= o.promised::date),
           count(*) FILTER (WHERE d.closed AND o.in_full)
      FROM (SELECT order_id, max(promised_date) AS promised,
                   bool_and(qty_delivered >= product_uom_qty) AS in_full
              FROM sale_order_line WHERE state = 'sale' GROUP BY order_id) o
      LEFT JOIN (SELECT sale_id, max(date_done) AS delivered, bool_and(state = 'done') AS closed
                   FROM stock_picking WHERE state <> 'cancel' GROUP BY sale_id) d
        ON d.sale_id = o.order_id
     GROUP BY 1
"""
SHIPMENTS = """
    SELECT date_trunc('month', so.promised_date), count(*),
           count(*) FILTER (WHERE sp.date_done::date > so.promised_date::date)
      FROM stock_picking sp
      LEFT JOIN sale_order so ON so.id = sp.sale_id
     WHERE sp.state <> 'cancel'
     GROUP BY 1
"""
PIECES = """
    SELECT date_trunc('month', so.promised_date), count(*), sum(moved.pieces),
           count(*) FILTER (WHERE sp.date_done::date > so.promised_date::date)
      FROM stock_picking sp
      LEFT JOIN sale_order so ON so.id = sp.sale_id
      LEFT JOIN (SELECT picking_id, sum(quantity) AS pieces FROM stock_move
                  WHERE state = 'done' GROUP BY picking_id) moved ON moved.picking_id = sp.id
     WHERE sp.state <> 'cancel'
     GROUP BY 1
"""
INVOICES = """
    SELECT date_trunc('month', invoice_date), count(*),
           count(*) FILTER (WHERE logistics_reason_id IS NOT NULL)
      FROM account_move WHERE move_type = 'out_invoice' AND state = 'posted' GROUP BY 1
"""
# label, report, date, figures, bare statement, and what narrows the report
CASES = [
    (
        "orders: on time, in full, OTIF",
        "logistics.delivery.report",
        "promised_date",
        ["due_count", "on_time_rate", "in_full_rate", "otif_rate"],
        ORDERS,
    ),
    (
        "orders: perfect",
        "logistics.delivery.report",
        "promised_date",
        ["due_count", "otif_rate", "perfect_rate"],
        ORDERS,
    ),
    (
        "deliveries: delayed, missed",
        "logistics.shipment.report",
        "promised_date",
        ["delivery_count", "delay_rate", "missed_rate"],
        SHIPMENTS,
    ),
    (
        "deliveries: all rates",
        "logistics.shipment.report",
        "promised_date",
        ["delivery_count", "delay_rate", "missed_rate", "damage_rate", "short_rate"]
        + ["reroute_rate", "return_rate", "silent_rate", "no_consent_rate"],
        PIECES,
    ),
    (
        "orders with lines of more than five pieces (no sums of days): OTIF",
        "logistics.delivery.report",
        "promised_date",
        ["due_count", "otif_rate"],
        ORDERS,
        [("ordered_qty", ">", 5)],
    ),
    (
        "invoices: wrong",
        "logistics.invoice.report",
        "invoice_date",
        ["invoice_count", "error_rate"],
        INVOICES,
    ),
]


def main():
    """Run from the command line; the results go to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", required=True, help="a database with the addon and many orders")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="a part of the names of the figures to measure")
    options = parser.parse_args()
    odoo_session.configure(options.db)
    print("| figures by month | report | bare SQL | ratio |\n|---|---|---|---|")
    with odoo_session.environment(options.db) as env:
        print(f"| deliveries | {count_deliveries(env):,} | | |")
        for label, *case in (case for case in CASES if options.only in case[0]):
            report, bare = measure(env, options.rounds, *case)
            print(f"| {label} | {report:.3f} s | {bare:.1f} s | {report / bare:.3f} |")
            sys.stdout.flush()


def measure(env, rounds, model, date, figures, statement, domain=()):
    """Return the best seconds of the report and of the bare statement, run in turns."""
    aggregates = [f"{name}:sum" for name in figures]
    report, bare = [], []
    for _round in range(rounds):
        bare.append(timed(lambda: (env.cr.execute(statement), env.cr.fetchall())))
        report.append(
            timed(lambda: env[model]._read_group(domain, [f"{date}:month"], aggregates))
        )
    return min(report), min(bare)


def timed(work):
    """Return how many seconds it takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def count_deliveries(env):
    """Return the number of deliveries of the database."""
    env.cr.execute("SELECT count(*) FROM stock_picking")
    return env.cr.fetchone()[0]


if __name__ == "__main__":
    main()
