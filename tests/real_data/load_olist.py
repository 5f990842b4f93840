#!/usr/bin/env python3
"""Load a folder of Olist's shape into a new database: `make load-olist DATA=<folder> DB=<name>`.

Persons become contacts, pieces become order lines of quantity one, the freight of an order one
delivery line. Orders keep their times, promises and states, deliveries their dates. Persons and
products are created by the ORM; documents as described in `bulk_rows`. Reviews are answers to the
questionnaire about a delivery and come in as every answer does. Payments and sellers are not
loaded.
"""

import argparse
import sys
import time
from collections import Counter
from datetime import UTC
from zoneinfo import ZoneInfo

import bulk_rows
import odoo_session
import olist_files

from scripts.dev import Problem, drop_database, new_database

TIME_ZONE = "America/Sao_Paulo"
CURRENCY = "BRL"
BATCH = 2000

ORDER_COLUMNS = {
    "order_id": "int",
    "picking_id": "int",
    "reference_id": "int",
    "kind": "text",
    "name": "text",
    "picking_name": "text",
    "ref": "text",
    "partner_id": "int",
    "placed": "timestamp",
    "promised": "timestamp",
    "delivered": "timestamp",
    "amount": "numeric",
    "pieces": "int",
}
LINE_COLUMNS = {
    "line_id": "int",
    "move_id": "int",
    "order_id": "int",
    "product_id": "int",
    "label": "text",
    "weight": "numeric",
    "price": "numeric",
    "is_freight": "boolean",
}


def load(folder, name, report=print):
    """Load a folder that was read into the new database `name`; drop it if that fails."""
    new_database(name)
    try:
        odoo_session.configure(name)
        _prepare(name)
        patterns = _patterns(name)
        with odoo_session.environment(name, commit=True) as env:
            OlistLoader(env, folder, patterns, report).run()
        _refresh(name, report)
    except BaseException:
        drop_database(name)
        raise


def _prepare(name):
    """The company lives where the shop did; its currency cannot change once it has entries."""
    with odoo_session.environment(name, commit=True) as env:
        currency = env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", CURRENCY)], limit=1)
        currency.active = True
        env.company.currency_id = currency
        env.company.partner_id.tz = TIME_ZONE


def _refresh(name, report):
    """Compute all profiles, as the nightly job does, with fresh statistics of the tables."""
    with odoo_session.environment(name, commit=True) as env:
        env.cr.execute("ANALYZE")
        started = time.monotonic()
        odoo_session.judge(env)
        report(f"outcomes judged in {time.monotonic() - started:.1f} s")
        started = time.monotonic()
        env["logistics.profile"]._refresh_all(env.company)
        report(f"profiles computed in {time.monotonic() - started:.1f} s")


def _patterns(name):
    """Make a document of each kind, keep its rows and forget the documents."""
    with odoo_session.environment(name) as env:
        products = env["product.product"].create(
            [
                {"name": "Goods", "type": "consu", "weight": 1.0, "taxes_id": False},
                {"name": "Freight", "type": "service", "taxes_id": False},
            ]
        )
        partner = {"name": "Pattern", "country_id": env.ref("base.br").id}
        partner = env["res.partner"].create(partner)
        return {
            kind: _order_pattern(env, kind, partner, products)
            for kind in ("draft", "cancel", "waiting", "assigned", "done")
        }


def _order_pattern(env, kind, partner, products):
    """Return the rows of an order of this kind, by table."""
    goods, freight = products
    lines = [
        {"product_id": goods.id, "price_unit": 1.0, "tax_ids": False},
        {"product_id": freight.id, "price_unit": 1.0, "tax_ids": False, "is_delivery": True},
    ]
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "user_id": env.ref("base.user_admin").id,
            "order_line": [(0, 0, line) for line in lines],
        }
    )
    _advance(order, kind)
    env.flush_all()
    moves = order.picking_ids.move_ids
    records = {
        "sale_order": order,
        "goods": order.order_line[0],
        "freight": order.order_line[1],
        "stock_picking": order.picking_ids,
        "stock_move": moves,
        "stock_move_line": moves.move_line_ids,
        "stock_reference": order.stock_reference_ids,
    }
    return {key: bulk_rows.row_pattern(record) for key, record in records.items() if record}


def _advance(order, kind):
    """Bring a new order into the state of its kind."""
    if kind == "draft":
        return
    order.action_confirm()
    if kind == "cancel":
        order._action_cancel()
    elif kind == "waiting":
        order.picking_ids.do_unreserve()
    elif kind == "done":
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()


class OlistLoader:
    """Puts the tables of a folder into one database."""

    def __init__(self, env, folder, patterns, report):
        self.env = env
        self.folder = folder
        self.orders = sorted(folder.orders, key=lambda order: (order.placed, order.ref))
        self.patterns = patterns
        self.report = report
        self.zone = ZoneInfo(TIME_ZONE)

    def run(self):
        """Load everything in one transaction."""
        steps = (
            self._load_persons,
            self._load_products,
            self._load_documents,
            self._load_reviews,
        )
        for step in steps:
            started = time.monotonic()
            count = step()
            seconds = time.monotonic() - started
            self.report(f"{step.__name__.removeprefix('_load_')}: {count} in {seconds:.1f} s")

    def _load_persons(self):
        """One contact for each person, however many orders they placed."""
        brazil = self.env.ref("base.br")
        states = {state.code: state.id for state in brazil.state_ids}
        values = [
            {
                "name": f"Customer {ref[:8]}",
                "ref": ref,
                "zip": address["zip"],
                "city": address["city"],
                "state_id": states.get(address["state"]),
                "country_id": brazil.id,
            }
            for ref, address in self.folder.persons.items()
        ]
        self.partners = dict(zip(self.folder.persons, self._create("res.partner", values), strict=True))
        return len(values)

    def _load_products(self):
        """Goods that are not tracked in stock: Olist's sellers keep their own."""
        categories = self._categories()
        values = [
            {
                "name": f"{product['category'].capitalize() or 'Product'} {ref[:8]}",
                "default_code": ref,
                "type": "consu",
                "categ_id": categories.get(product["category"]),
                "weight": product["weight"],
                "list_price": product["price"],
                "taxes_id": False,
                "supplier_taxes_id": False,
            }
            for ref, product in self.folder.products.items()
        ]
        ids = self._create("product.product", values)
        records = self.env["product.product"].browse(ids)
        self.products = dict(zip(self.folder.products, records, strict=True))
        self.carrier = self._create_carrier()
        return len(values)

    def _create(self, model, vals_list):
        """Create in batches that keep the cache small; return the ids."""
        ids = []
        for start in range(0, len(vals_list), BATCH):
            ids += self.env[model].create(vals_list[start : start + BATCH]).ids
            self.env.flush_all()
            self.env.invalidate_all()
        return ids

    def _categories(self):
        """Create the product categories; return their ids by name."""
        names = sorted({product["category"] for product in self.folder.products.values()} - {""})
        ids = self._create("product.category", [{"name": name} for name in names])
        return dict(zip(names, ids, strict=True))

    def _create_carrier(self):
        """The way of delivery whose product is the freight of the orders."""
        freight = {"name": "Freight", "type": "service", "taxes_id": False}
        freight = self.env["product.product"].create(freight)
        return self.env["delivery.carrier"].create({"name": "Freight", "product_id": freight.id})

    def _load_documents(self):
        """Orders with their lines and deliveries."""
        orders = self._order_rows()
        bulk_rows.temporary_table(self.env.cr, "olist_order", ORDER_COLUMNS, orders, "order_id")
        lines = self._line_rows(orders)
        bulk_rows.temporary_table(self.env.cr, "olist_line", LINE_COLUMNS, lines, "order_id")
        for kind, pattern in self.patterns.items():
            self._insert_orders(kind, pattern)
            if "stock_picking" in pattern:
                self._insert_deliveries(kind, pattern)
        self.env.invalidate_all()
        return len(orders)

    def _order_rows(self):
        """One row for each order, with the ids and numbers of its documents."""
        count, cr = len(self.orders), self.env.cr
        if not count:
            return []
        first_order = bulk_rows.reserve_ids(cr, "sale_order", count)
        first_picking = bulk_rows.reserve_ids(cr, "stock_picking", count)
        first_reference = bulk_rows.reserve_ids(cr, "stock_reference", count)
        names, picking_names = self._document_names(count)
        return [
            (
                first_order + number,
                first_picking + number,
                first_reference + number,
                order.kind,
                names[number],
                picking_names[number],
                order.ref,
                self.partners[order.person],
                self._utc(order.placed),
                self._utc(order.promised),
                self._utc(order.delivered),
                sum(item.price for item in order.items) + order.freight,
                len(order.items),
            )
            for number, order in enumerate(self.orders)
        ]

    def _document_names(self, count):
        """Reserve the numbers of as many orders and deliveries."""
        order_sequence = self.env["ir.sequence"].search([("code", "=", "sale.order")], limit=1)
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        return (
            bulk_rows.reserve_names(order_sequence, count),
            bulk_rows.reserve_names(warehouse.out_type_id.sequence_id, count),
        )

    def _line_rows(self, order_rows):
        """One row for each piece and one for the freight of each order that has any."""
        freight = self.carrier.product_id
        rows = []
        for order_id, order in enumerate(self.orders, start=order_rows[0][0] if order_rows else 0):
            for item in order.items:
                rows.append(self._line_row(order_id, self.products[item.product], item.price))
            if order.freight:
                rows.append(self._line_row(order_id, freight, order.freight, True))
        if not rows:
            return []
        first_line = bulk_rows.reserve_ids(self.env.cr, "sale_order_line", len(rows))
        first_move = bulk_rows.reserve_ids(self.env.cr, "stock_move", len(rows))
        return [(first_line + n, first_move + n, *row) for n, row in enumerate(rows)]

    def _line_row(self, order_id, product, price, is_freight=False):
        """The line of one piece, or of the freight."""
        return (order_id, product.id, product.display_name, product.weight, price, is_freight)

    def _utc(self, local):
        """Odoo stores UTC. A midnight that daylight saving skips becomes one o'clock that day."""
        if not local:
            return None
        return local.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def _load_reviews(self):
        """Reviews as answers: a request for each, and one without answer where nobody reviewed.

        Where an order was reviewed several times the delivery is judged by the latest; the others
        are answers about the order.
        """
        self.env["logistics.profile"]._insert_missing(self.env.company)
        subjects, self.policy = self._subjects(), self._create_policy()
        self._ask_everybody_for_words()
        reviewed = [
            (order, review, not review or review is order.reviews[-1])
            for order in self.orders
            for review in order.reviews or [None]
        ]
        for start in range(0, len(reviewed), BATCH):
            self._answer(reviewed[start : start + BATCH], subjects)
            self.env.flush_all()
            self.env.invalidate_all()
        return sum(review is not None for _order, review, _latest in reviewed)

    def _subjects(self):
        """Order reference → ids of order, delivery (if any) and profile (if any)."""
        self.env.cr.execute(
            """SELECT so.client_order_ref, so.id, sp.id, profile.id
                 FROM sale_order so
            LEFT JOIN stock_picking sp ON sp.sale_id = so.id
            LEFT JOIN logistics_profile profile ON profile.partner_id = so.partner_id"""
        )
        return {ref: ids for ref, *ids in self.env.cr.fetchall()}

    def _create_policy(self):
        """Nobody is asked by it, and what was said years ago starts no work."""
        survey = self.env.ref("logistics_customer_service.survey_delivery")
        return self.env["logistics.survey.policy"].create(
            {
                "name": "Reviews",
                "company_id": self.env.company.id,
                "trigger": "manual",
                "survey_id": survey.id,
                "reaction": "none",
            }
        )

    def _answer(self, reviewed, subjects):
        """Make the requests of a batch and answer them."""
        requests = self.env["logistics.survey.request"].create(
            [
                self._request_values(order, review, is_latest, subjects[order.ref])
                for order, review, is_latest in reviewed
            ]
        )
        answered = [
            (request, review)
            for request, (_order, review, _latest) in zip(requests, reviewed, strict=True)
            if review
        ]
        asked = requests.browse(request.id for request, _review in answered)
        asked._take_answers([self._answer_values(review) for _request, review in answered])

    def _request_values(self, order, review, is_latest, subject):
        order_id, picking_id, profile_id = subject
        return {
            "policy_id": self.policy.id,
            "survey_id": self.policy.survey_id.id,
            "company_id": self.env.company.id,
            "partner_id": self.partners[order.person],
            "profile_id": profile_id,
            "occasion": f"{order.ref}:{order.reviews.index(review) if review else 'none'}",
            "occurred_at": self._utc(order.delivered or order.promised or order.placed),
            "order_id": order_id,
            "picking_id": picking_id if is_latest else None,
            "channel": "import",
            "state": "sent" if review else "expired",
        }

    def _ask_everybody_for_words(self):
        """Have words asked after good scores, too: the shop did."""
        words = self.policy.survey_id.question_ids.filtered(lambda one: one.logistics_part == "text")
        words.write({"triggering_answer_ids": False, "logistics_when_low": False})

    def _answer_values(self, review):
        questions = self.policy.survey_id.question_ids.grouped("logistics_part")
        overall, comment = questions["overall"], questions["text"]
        stars = overall.suggested_answer_ids.filtered(
            lambda choice: choice.logistics_value == review.stars
        )
        return {
            "answers": {overall.id: stars.ids, comment.id: review.comment},
            "answered_at": self._utc(review.answered),
        }

    def _insert_orders(self, kind, pattern):
        """Insert the orders of a kind with their lines."""
        cr = self.env.cr
        source = f"""(SELECT o.*, (SELECT sum(weight) FROM olist_line l
                                    WHERE l.order_id = o.order_id) AS weight
                        FROM olist_order o WHERE kind = '{kind}') s"""
        values = {
            "id": "s.order_id",
            "name": "s.name",
            "client_order_ref": "s.ref",
            "date_order": "s.placed",
            "create_date": "s.placed",
            "validity_date": "NULL::date",
            "commitment_date": "s.promised",
            "promised_date": "s.promised" if kind in ("waiting", "assigned", "done") else None,
            "amount_untaxed": "s.amount",
            "amount_total": "s.amount",
            "carrier_id": str(self.carrier.id),
            "shipping_weight": "coalesce(s.weight, 0)",
            "effective_date": "s.delivered",
            # Without a line there is nothing to invoice or to deliver.
            "invoice_status": "CASE WHEN s.pieces > 0 THEN pattern.invoice_status ELSE 'no' END",
            "delivery_status": "CASE WHEN s.pieces > 0 THEN pattern.delivery_status END",
        } | dict.fromkeys(("partner_id", "partner_invoice_id", "partner_shipping_id"), "s.partner_id")
        bulk_rows.insert_like(cr, "sale_order", pattern["sale_order"], source, values)
        for key, is_freight in (("goods", "false"), ("freight", "true")):
            self._insert_lines(kind, pattern[key], is_freight)

    def _insert_lines(self, kind, pattern, is_freight):
        """Insert the lines of goods or of freight."""
        source = f"""(SELECT l.*, o.placed, o.promised, o.partner_id
                        FROM olist_line l JOIN olist_order o USING (order_id)
                       WHERE o.kind = '{kind}' AND l.is_freight = {is_freight}) s"""
        amounts = (
            "price_unit",
            "technical_price_unit",
            "price_subtotal",
            "price_total",
            "price_reduce_taxexcl",
            "price_reduce_taxinc",
        )
        values = {
            "id": "s.line_id",
            "order_id": "s.order_id",
            "order_partner_id": "s.partner_id",
            "product_id": "s.product_id",
            "name": "s.label",
            "create_date": "s.placed",
            "promised_date": (
                "s.promised"
                if kind in ("waiting", "assigned", "done") and is_freight == "false"
                else "NULL::timestamp"
            ),
            # The pattern's price is one: this is zero where nothing can be invoiced yet.
            "untaxed_amount_to_invoice": "pattern.untaxed_amount_to_invoice * s.price",
        } | dict.fromkeys(amounts, "s.price")
        bulk_rows.insert_like(self.env.cr, "sale_order_line", pattern, source, values)

    def _insert_deliveries(self, kind, pattern):
        """Insert the deliveries of the orders of a kind, each with all goods of its order."""
        cr = self.env.cr
        orders = f"""(SELECT o.*, coalesce(o.promised, o.placed) AS due,
                             (SELECT sum(weight) FROM olist_line l
                               WHERE l.order_id = o.order_id AND NOT l.is_freight) AS weight
                        FROM olist_order o WHERE kind = '{kind}' AND pieces > 0) s"""
        bulk_rows.insert_like(
            cr,
            "stock_reference",
            pattern["stock_reference"],
            orders,
            {"id": "s.reference_id", "name": "s.name", "create_date": "s.placed"},
        )
        self.env.cr.execute(
            f"""INSERT INTO stock_reference_sale_rel (sale_id, reference_id)
                SELECT s.order_id, s.reference_id FROM {orders}"""
        )
        bulk_rows.insert_like(
            cr, "stock_picking", pattern["stock_picking"], orders, self._picking_values(kind)
        )
        self._insert_moves(kind, pattern)

    def _picking_values(self, kind):
        """The columns of a delivery."""
        return {
            "id": "s.picking_id",
            "name": "s.picking_name",
            "origin": "s.name",
            "sale_id": "s.order_id",
            "partner_id": "s.partner_id",
            "carrier_id": str(self.carrier.id),
            "create_date": "s.placed",
            "scheduled_date": "s.due",
            "date_deadline": "s.promised",
            "date_done": "s.delivered",
            # What was delivered before the addon came, it knows nothing more of.
            "shipment_open": "NULL::boolean",
            "shipment_promised_at": "NULL::timestamp",
            "expected_arrival": "NULL::timestamp",
            "expected_arrival_source": "NULL::varchar",
            "delay_foreseen": "NULL::boolean",
            "weight": "0" if kind == "cancel" else "s.weight",
            # The pattern weighs one: this is zero where nothing is reserved.
            "shipping_weight": "pattern.shipping_weight * s.weight",
        }

    def _insert_moves(self, kind, pattern):
        """Insert the moves of the deliveries, and what of them is reserved or done."""
        cr = self.env.cr
        source = f"""(SELECT l.*, o.picking_id, o.reference_id, o.name, o.picking_name, o.placed,
                             o.partner_id, o.promised,
                             coalesce(o.delivered, o.promised, o.placed) AS at
                        FROM olist_line l JOIN olist_order o USING (order_id)
                       WHERE o.kind = '{kind}' AND NOT l.is_freight) s"""
        common = {
            "picking_id": "s.picking_id",
            "product_id": "s.product_id",
            "create_date": "s.placed",
            "date": "s.at",
        }
        move = common | {
            "id": "s.move_id",
            "sale_line_id": "s.line_id",
            "partner_id": "s.partner_id",
            "origin": "s.name",
            "reference": "s.picking_name",
            "date_deadline": "s.promised",
            "reservation_date": "s.placed::date",
            "weight": "s.weight",
        }
        bulk_rows.insert_like(cr, "stock_move", pattern["stock_move"], source, move)
        cr.execute(
            f"""INSERT INTO stock_reference_move_rel (move_id, reference_id)
                SELECT s.move_id, s.reference_id FROM {source}"""
        )
        if "stock_move_line" in pattern:
            detail = common | {"id": "nextval('stock_move_line_id_seq')", "move_id": "s.move_id"}
            bulk_rows.insert_like(cr, "stock_move_line", pattern["stock_move_line"], source, detail)


def main(argv=None):
    """Run from the command line; whatever the user can put right is one sentence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="a folder of Olist's shape")
    parser.add_argument("--db", required=True, help="name of the database to create")
    options = parser.parse_args(argv)
    try:
        folder = olist_files.read_folder(options.data)
        for reason, count in folder.skipped.items():
            print(f"left out: {count} × {reason}")
        load(folder, options.db)
    except (olist_files.BadFolder, Problem) as error:
        sys.exit(str(error))
    kinds = Counter(order.kind for order in folder.orders)
    print(f"loaded into {options.db}: {len(folder.orders)} orders {dict(kinds)}")


if __name__ == "__main__":
    main()
