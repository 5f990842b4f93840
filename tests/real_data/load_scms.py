#!/usr/bin/env python3
"""Load the SCMS delivery history into a new database; a line of the file is a delivery.

Each line becomes an order with the scheduled day as its promise and a delivery on the day it came
to the client; countries are the customers, modes of shipment the carriers. Otherwise as
`load_olist`, whose rows in bulk are used.
"""

import argparse
import csv
import gzip
import sys
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

import load_olist
import odoo_session
from olist_files import BadFolder, Folder, Item, Order

from scripts.dev import Problem, drop_database, new_database

FILE = "scms_delivery_history.csv.gz"
MODE = "Shipment Mode"
DATE = "%d-%b-%y"


def read_file(path):
    """Return the file as a `Folder`, and the mode of each delivery by its number."""
    file = Path(path) / FILE
    try:
        with gzip.open(file, "rt", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
        orders = [_order(row) for row in rows]
        modes = {row["ID"]: row[MODE] for row in rows}
    except (OSError, EOFError, KeyError, ValueError, InvalidOperation) as error:
        raise BadFolder(f"{file} cannot be read: {error!r}") from error
    countries = {row["Country"]: {"zip": "", "city": "", "state": ""} for row in rows}
    products = {
        row["Item Description"]: {"category": "", "weight": 0.0, "price": Decimal(1)}
        for row in rows
    }
    return Folder(orders, countries, products, {}), modes


def _order(row):
    """The file does not say when an order was placed: a month before it was to arrive."""
    promised = datetime.strptime(row["Scheduled Delivery Date"], DATE)
    delivered = datetime.strptime(row["Delivered to Client Date"], DATE)
    item = Item(row["Item Description"], Decimal(row["Line Item Value"]), Decimal())
    placed = min(promised, delivered) - timedelta(days=30)
    order = Order(row["ID"], row["Country"], "done", placed, promised, delivered)
    order.items.append(item)
    return order


class ScmsLoader(load_olist.OlistLoader):
    """Puts the deliveries into one database, each with its mode as the carrier."""

    def __init__(self, env, folder, modes, patterns, report):
        super().__init__(env, folder, patterns, report)
        self.modes = modes
        self.zone = ZoneInfo("UTC")

    def _load_documents(self):
        count = super()._load_documents()
        for mode in sorted(set(self.modes.values())):
            self._hand_over_to(self._create_mode(mode), mode)
        return count

    def _create_mode(self, mode):
        values = {"name": mode, "product_id": self.carrier.product_id.id}
        return self.env["delivery.carrier"].create(values)

    def _hand_over_to(self, carrier, mode):
        refs = [ref for ref, name in self.modes.items() if name == mode]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET carrier_id = %s WHERE client_order_ref = ANY(%s)",
            [carrier.id, refs],
        )
        self.env.cr.execute(
            """UPDATE stock_picking SET carrier_id = so.carrier_id
                 FROM sale_order so
                WHERE so.id = stock_picking.sale_id AND so.carrier_id = %s""",
            [carrier.id],
        )
        self.env.invalidate_all()


def load(path, name, report=print):
    """Load the file of a folder into the new database `name`; drop it if that fails."""
    folder, modes = read_file(path)
    new_database(name)
    try:
        odoo_session.configure(name)
        patterns = load_olist._patterns(name)
        with odoo_session.environment(name, commit=True) as env:
            env.company.partner_id.tz = "UTC"
            ScmsLoader(env, folder, modes, patterns, report).run()
        with odoo_session.environment(name, commit=True) as env:
            env.cr.execute("ANALYZE")
            odoo_session.judge(env)
    except BaseException:
        drop_database(name)
        raise
    return len(folder.orders)


def main(argv=None):
    """Run from the command line; whatever the user can put right is one sentence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help=f"a folder with {FILE}")
    parser.add_argument("--db", required=True, help="name of the database to create")
    options = parser.parse_args(argv)
    try:
        count = load(options.data, options.db)
    except (BadFolder, Problem) as error:
        sys.exit(str(error))
    print(f"loaded into {options.db}: {count} deliveries")


if __name__ == "__main__":
    main()
