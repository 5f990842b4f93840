#!/usr/bin/env python3
"""What the addon adds to Odoo's own work: confirming, delivering, invoicing, copying a contact.

Two databases are filled by the same code: one with the addon, its customers having a profile and a
tier, and one with nothing but what the addon depends on. A sale order with a carrier and a promised
date is confirmed, a delivery validated, a customer invoice posted, a contact copied: one, and many
in one call, each of another customer. Each database has a process of its own; they take turns, each
round is undone, and the medians of the rounds count. What is done after a commit (Odoo's mails) is
not measured. Run it in a shell with the launcher's environment:

    eval "$(make -s env)"; python benchmarks/core_flows.py
    python benchmarks/core_flows.py --db <with the addon> --bare <without it> --rounds 3

A table goes to standard error, one JSON object to standard output.
"""

import argparse
import contextlib
import gc
import json
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import _command
import odoo_session

from scripts.dev import Problem

NAME = "bench_core_flows"
MANY, ROUNDS = 100, 5
SIDES = ("with", "without")
FIGURES = ("queries", "milliseconds", "python_milliseconds")
# else Odoo asks whether to send texts
PERSON = {"skip_sms": True}


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", help="an existing database with the addon, in which nothing is left behind")
    parser.add_argument("--bare", help="the same without the addon")
    parser.add_argument("--many", type=int, default=MANY, help="records in one call")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    try:
        with (
            _command.database(options.db, f"{NAME}_with") as ours,
            _command.database(options.bare, NAME, addon=False) as bare,
        ):
            results = measure(dict(zip(SIDES, (ours, bare), strict=True)), options.many, options.rounds)
    except Problem as problem:
        sys.exit(str(problem))
    print(table(results), file=sys.stderr)
    print(json.dumps({"rounds": options.rounds, "flows": results}, indent=1))


def measure(names, many, rounds):
    """Return the figures by flow and number of records.

    :param names: of the databases by side
    """
    jobs = [(flow, count) for flow in FLOWS for count in dict.fromkeys((1, many))]
    taken = {job: {side: [] for side in SIDES} for job in jobs}
    with contextlib.ExitStack() as stack:
        workers = {side: stack.enter_context(worker(name, many)) for side, name in names.items()}
        for job in jobs:
            for number in range(rounds + 1):
                for side in SIDES[:: 1 if number % 2 else -1]:
                    taken[job][side].append(workers[side].submit(work, *job).result())
    # the first of each fills the caches
    return [
        {"flow": flow, "records": count, **summary({side: rows[1:] for side, rows in sides.items()})}
        for (flow, count), sides in taken.items()
    ]


def worker(name, many):
    """Return one process of its own, which has prepared what is to be done in a database."""
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=spawn, initializer=prepare, initargs=(name, many))


def summary(rows):
    """Return medians of each side, what the addon adds, and how many times as much that is."""
    medians = {
        side: dict(zip(FIGURES, map(statistics.median, zip(*rounds, strict=True)), strict=True))
        for side, rounds in rows.items()
    }
    ours, bare = (medians[side] for side in SIDES)
    return {
        **{side: {name: round(value, 1) for name, value in row.items()} for side, row in medians.items()},
        "ratio": {name: round(ours[name] / bare[name], 2) for name in FIGURES},
    }


def table(results):
    """Return the results as a table in Markdown."""
    lines = [
        "| flow | records | queries with and without | ratio | time with and without (ms) | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for row in results:
        ours, bare = (row[side] for side in SIDES)
        lines.append(
            f"| {row['flow']} | {row['records']} | {ours['queries']:,.0f}, {bare['queries']:,.0f}"
            f" | {row['ratio']['queries']:.2f} | {ours['milliseconds']:,.0f}, {bare['milliseconds']:,.0f}"
            f" | {row['ratio']['milliseconds']:.2f} |"
        )
    return "\n".join(lines)


_session = {}


def prepare(name, many):
    """Open a database and make what is to be worked on; nothing is ever committed."""
    odoo_session.configure(name, log_level="critical")
    stack = _session["stack"] = contextlib.ExitStack()
    quiet = stack.enter_context(odoo_session.environment(name))
    admin = quiet.ref("base.user_admin")
    # messages and tracked fields are part of what is measured
    env = quiet(user=admin.id, context={"allowed_company_ids": admin.company_id.ids, **PERSON})
    _session["flows"] = Flows(env, many)
    env.cr.flush()


def work(flow, count):
    """Do one flow with so many records and undo it; return queries, and milliseconds."""
    flows = _session["flows"]
    cr, do = flows.env.cr, FLOWS[flow]
    flows.env.invalidate_all()
    cr.execute("SAVEPOINT round")
    gc.collect()
    before, started, worked = cr.sql_log_count, time.perf_counter(), time.process_time()
    do(flows, count)
    cr.flush()  # with what is to be done before a commit: tracked values
    spent = time.perf_counter() - started, time.process_time() - worked
    queries = cr.sql_log_count - before
    flows.env.invalidate_all(flush=False)
    cr.execute("ROLLBACK TO SAVEPOINT round")
    cr.postcommit.clear()
    return queries, *(seconds * 1000 for seconds in spent)


class Flows:
    """What is to be worked on, and the work."""

    def __init__(self, env, many):
        self.env = env
        self.customers = self._make_customers(many)
        self.lines = self._prepare_lines()
        self.carrier = self._make_carrier()
        self.orders = self._make_orders()
        confirmed = self._make_orders()
        confirmed.action_confirm()
        self.deliveries = confirmed.picking_ids
        self.deliveries.action_assign()
        for move in self.deliveries.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        self.invoices = self._make_invoices()

    def _make_customers(self, many):
        customers = self.env["res.partner"].create(
            [
                {"name": f"Benchmark {row}", "is_company": True, "email": f"c{row}@customer.example"}
                for row in range(many)
            ]
        )
        if "logistics.profile" in self.env:
            tier = self.env.ref("logistics_customer_service.tier_vip")
            # by their rules nobody enters a tier
            self.env["logistics.profile"].sudo().create(
                [{"partner_id": customer.id, "tier_id": tier.id} for customer in customers]
            )
        return customers

    def _prepare_lines(self):
        """Return lines for orders and invoices, of goods that are in stock."""
        goods = self.env["product.product"].create(
            [
                {"name": f"Benchmark {row}", "type": "consu", "is_storable": True, "weight": 1.0}
                for row in range(2)
            ]
        )
        place = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for product in goods:
            self.env["stock.quant"].sudo()._update_available_quantity(product, place, 1_000_000)
        return [(0, 0, {"product_id": product.id, "price_unit": 10.0}) for product in goods]

    def _make_carrier(self):
        service = self.env["product.product"].create({"name": "Benchmark carrier", "type": "service"})
        return self.env["delivery.carrier"].create({"name": "Benchmark", "product_id": service.id})

    def _make_orders(self):
        promised = self.env.cr.now() + timedelta(days=3)
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "carrier_id": self.carrier.id,
                    "commitment_date": promised,
                    "order_line": self.lines,
                }
                for customer in self.customers
            ]
        )

    def _make_invoices(self):
        day = self.env.cr.now().date()
        return self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": day,
                    "invoice_line_ids": self.lines,
                }
                for customer in self.customers
            ]
        )

    def confirm(self, count):
        """Confirm sale orders."""
        orders = self.orders[:count]
        orders.action_confirm()
        assert set(orders.mapped("state")) == {"sale"}, "an order is not confirmed"

    def deliver(self, count):
        """Validate deliveries."""
        deliveries = self.deliveries[:count]
        deliveries.button_validate()
        assert set(deliveries.mapped("state")) == {"done"}, "a delivery is not done"

    def post(self, count):
        """Post customer invoices."""
        invoices = self.invoices[:count]
        invoices.action_post()
        assert set(invoices.mapped("state")) == {"posted"}, "an invoice is not posted"

    def copy(self, count):
        """Copy contacts."""
        assert len(self.customers[:count].copy()) == count, "a contact is not copied"


FLOWS = {
    "confirm orders": Flows.confirm,
    "validate deliveries": Flows.deliver,
    "post invoices": Flows.post,
    "copy contacts": Flows.copy,
}


if __name__ == "__main__":
    main()
