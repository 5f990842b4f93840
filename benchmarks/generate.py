"""A company of any size, made by SQL.

`generate(name, customers, orders)` fills a database that has the addon with customers, orders of
the past three years, their lines, deliveries, invoices, payments and credit notes. All rows are
made from patterns of the ORM (see `tests/real_data/bulk_rows.py`), all figures from hashes of the
row's number, so that the same sizes always give the same company.
"""

import contextlib
import time
from datetime import date

import _paths  # noqa: F401  # finds the helpers
import bulk_rows
import odoo_session

DAYS = 3 * 365
PRODUCTS = 200
TABLES = [
    "res_partner",
    "sale_order",
    "sale_order_line",
    "stock_picking",
    "stock_move",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
]


def generate(name, customers, orders):
    """Fill the database with so many customers and orders; return the seconds of judging them."""
    with odoo_session.environment(name) as env:
        patterns = _patterns(env)
    with odoo_session.environment(name, commit=True) as env:
        Generator(env, patterns, customers, orders).run()
    with odoo_session.environment(name, commit=True) as env:
        env.cr.execute("ANALYZE")
        started = time.monotonic()
        odoo_session.judge(env)
        return time.monotonic() - started


def add_day(name, share=1 / DAYS):
    """Add the business of one more day: new orders, and as many deliveries of what was open.

    :param share: of the orders, how many are new
    :return: numbers of orders and deliveries, and the seconds it took to mark them
    """
    with odoo_session.environment(name) as env:
        patterns = _patterns(env)
    with odoo_session.environment(name, commit=True) as env:
        env.cr.execute("SELECT count(*) FROM res_partner WHERE ref LIKE 'BENCH-%'")
        (customers,) = env.cr.fetchone()
        env.cr.execute("SELECT count(*) FROM sale_order")
        (orders,) = env.cr.fetchone()
        day = Generator(env, patterns, customers, max(1, round(orders * share)))
        return day.run_day()


def _patterns(env):
    """Make one document of each kind by the ORM and keep its rows; nothing is committed."""
    env.ref("base.EUR").active = True
    partner = env["res.partner"].create({"name": "Pattern", "is_company": True})
    contact = env["res.partner"].create({"name": "Pattern", "parent_id": partner.id})
    goods = env["product.product"].create({"name": "Pattern", "type": "consu"})
    patterns = {"partner": partner, "contact": contact}
    for kind in ("draft", "assigned", "done"):
        patterns |= _order_patterns(env, kind, partner, goods)
    patterns |= _invoice_patterns(env, partner, goods)
    env.flush_all()
    return {key: bulk_rows.row_pattern(record) for key, record in patterns.items()}


def _order_patterns(env, kind, partner, goods):
    line = {"product_id": goods.id, "price_unit": 1.0, "tax_ids": False}
    order = env["sale.order"].create({"partner_id": partner.id, "order_line": [(0, 0, line)]})
    patterns = {f"order {kind}": order, f"line {kind}": order.order_line}
    if kind == "draft":
        return patterns
    order.action_confirm()
    picking = order.picking_ids
    if kind == "done":
        picking.move_ids.picked = True
        picking._action_done()
    return patterns | {f"picking {kind}": picking, f"move {kind}": picking.move_ids}


def _invoice_patterns(env, partner, goods):
    day = date.today()
    line = {"product_id": goods.id, "quantity": 1.0, "price_unit": 1.0, "tax_ids": False}
    values = {"partner_id": partner.id, "invoice_date": day, "invoice_line_ids": [(0, 0, line)]}
    invoice, refund, unpaid = env["account.move"].create(
        [values | {"move_type": kind} for kind in ("out_invoice", "out_refund", "out_invoice")]
    )
    (invoice | refund | unpaid).action_post()
    register = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    register.create({"payment_date": day}).action_create_payments()
    receivable = _receivable(invoice)
    partial = receivable.matched_credit_ids
    return {
        "invoice paid": invoice,
        "receivable paid": receivable,
        "income": invoice.line_ids - receivable,
        "invoice open": unpaid,
        "receivable open": _receivable(unpaid),
        "refund": refund,
        "payment": partial.credit_move_id.move_id,
        "payment line": partial.credit_move_id,
        "partial": partial,
    }


def _receivable(move):
    return move.line_ids.filtered(lambda line: line.display_type == "payment_term")


class Generator:
    """Inserts the rows of one company."""

    def __init__(self, env, patterns, customers, orders):
        self.env = env
        self.cr = env.cr
        self.patterns = patterns
        self.customers = customers
        self.orders = orders
        self.euro = env.ref("base.EUR").id

    def run(self):
        """Insert everything, indexes last."""
        self._prepare()
        with self._without_indexes():
            self._insert_partners()
            self._insert_orders(DAYS)
            self._insert_invoices()

    def run_day(self):
        """Insert the orders of one more day and deliver what was open; return how many."""
        self._prepare()
        self.first_partner = self._first_partner()
        self.cr.execute(
            """UPDATE stock_picking
                  SET state = 'done', date_done = date_trunc('second', now() AT TIME ZONE 'UTC')
                WHERE id IN (SELECT id FROM stock_picking WHERE state = 'assigned'
                              ORDER BY id LIMIT %s)
                RETURNING id""",
            [self.orders],
        )
        done = [row for (row,) in self.cr.fetchall()]
        self.cr.execute(
            """UPDATE stock_move SET state = 'done', quantity = product_uom_qty
                WHERE picking_id = ANY(%s)""",
            [done],
        )
        self._insert_orders(1)
        return {
            "orders": self.orders,
            "deliveries": len(done),
            "marking": self._mark_orders(done),
        }

    def _mark_orders(self, pickings):
        """Mark what is new or was delivered, each order and delivery as its own transaction would.

        Return the seconds that took.
        """
        self.cr.execute(
            """SELECT so.id, sp.id, ARRAY_AGG(line.id), ARRAY_AGG(sm.id)
                 FROM sale_order so
                 JOIN sale_order_line line ON line.order_id = so.id
            LEFT JOIN stock_move sm ON sm.sale_line_id = line.id
            LEFT JOIN stock_picking sp ON sp.id = sm.picking_id
                WHERE so.id IN (SELECT i FROM bench_order
                          UNION SELECT sale_id FROM stock_picking WHERE id = ANY(%s))
                GROUP BY so.id, sp.id""",
            [pickings],
        )
        delivered, marks, rows = set(pickings), self.env["logistics.mark"], self.cr.fetchall()
        started = time.monotonic()
        for order, picking, lines, moves in rows:
            if picking not in delivered:
                for purpose in ("facts", "outcome"):
                    marks._append(purpose, "sale.order", [order])
            marks._append("outcome", "sale.order.line", lines)
            if picking:
                marks._append("outcome", "stock.picking", [picking])
                marks._append("outcome", "stock.move", moves)
            marks._write_down()
        return time.monotonic() - started

    def _prepare(self):
        """Define the noise of a row's number: uniform between 0 and 1, the same in every run."""
        self.cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
        self.cr.execute("SET LOCAL synchronous_commit = off")
        with contextlib.suppress(Exception), self.cr.savepoint():
            # Foreign keys hold by construction; only a superuser may leave their check out.
            self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute(
            """CREATE FUNCTION pg_temp.noise(number bigint, seed int) RETURNS float8
               LANGUAGE sql IMMUTABLE PARALLEL SAFE
               AS $$ SELECT (hashint8extended($1, $2) & 1048575)::float8 / 1048576 $$"""
        )
        self.cr.execute(
            """CREATE FUNCTION pg_temp.price(number bigint, piece int) RETURNS numeric
               LANGUAGE sql IMMUTABLE PARALLEL SAFE
               AS $$ SELECT round((5 + 500 * pg_temp.noise($1, 100 + $2))::numeric, 2) $$"""
        )
        self.cr.execute("SELECT id FROM product_product WHERE default_code = 'BENCH' ORDER BY id")
        self.products = [product for (product,) in self.cr.fetchall()] or self._create_products()

    def _create_products(self):
        values = {"type": "consu", "default_code": "BENCH", "taxes_id": False}
        products = self.env["product.product"].create(
            [values | {"name": f"Product {number}"} for number in range(PRODUCTS)]
        )
        self.env.flush_all()
        return products.ids

    @contextlib.contextmanager
    def _without_indexes(self):
        """Build the indexes once at the end instead of row by row."""
        self.cr.execute(
            """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
                 FROM pg_index
                WHERE indrelid = ANY(%s::regclass[])
                  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)""",
            [TABLES],
        )
        indexes = self.cr.fetchall()
        for index, _definition in indexes:
            self.cr.execute(f"DROP INDEX {index}")
        yield
        for _index, definition in indexes:
            self.cr.execute(definition)

    def _insert(self, table, pattern, source, values):
        return bulk_rows.insert_like(self.cr, table, self.patterns[pattern], source, values)

    def _insert_partners(self):
        """Companies, and one contact for every tenth that orders in its name."""
        self.first_partner = bulk_rows.reserve_ids(self.cr, "res_partner", 2 * self.customers)
        company = f"{self.first_partner} + i"
        self._insert(
            "res_partner",
            "partner",
            f"generate_series(0, {self.customers - 1}) i",
            {
                "id": company,
                "commercial_partner_id": company,
                "name": "'Customer ' || i",
                "complete_name": "'Customer ' || i",
                "ref": "'BENCH-' || i",
            },
        )
        self._insert(
            "res_partner",
            "contact",
            f"generate_series(0, {self.customers - 1}, 10) i",
            {
                "id": f"{self.first_partner + self.customers} + i",
                "parent_id": company,
                "commercial_partner_id": company,
                "name": "'Contact ' || i",
                "complete_name": "'Customer ' || i || ', Contact ' || i",
            },
        )

    def _first_partner(self):
        self.cr.execute("SELECT id FROM res_partner WHERE ref = 'BENCH-0'")
        return self.cr.fetchone()[0]

    def _insert_orders(self, days):
        """Orders of the past `days` days: a few customers order much, most order little."""
        first = bulk_rows.reserve_ids(self.cr, "sale_order", self.orders)
        self.cr.execute(
            f"""CREATE TEMPORARY TABLE bench_order ON COMMIT DROP AS
                SELECT *, CASE WHEN draw < 0.04 THEN 'draft' WHEN placed > now() - '3 days'
                               ::interval THEN 'assigned' ELSE 'done' END AS kind,
                       placed + interval '3 days' AS promised,
                       date_trunc('second', placed + interval '1 day'
                           + pg_temp.noise(i, 4) * interval '2.5 days') AS delivered,
                       {self.first_partner} + customer + CASE
                           WHEN mod(customer, 10) = 0 AND pg_temp.noise(i, 5) < 0.5
                           THEN {self.customers} ELSE 0 END AS partner_id
                  FROM (SELECT i::bigint AS i,
                               date_trunc('second', now() AT TIME ZONE 'UTC'
                                   - pg_temp.noise(i, 1) * {days} * interval '1 day') AS placed,
                               floor({self.customers} * power(pg_temp.noise(i, 2), 1.5))::int
                               AS customer,
                               pg_temp.noise(i, 3) AS draw,
                               1 + (pg_temp.noise(i, 6) < 0.4)::int
                                 + (pg_temp.noise(i, 6) < 0.1)::int AS pieces
                          FROM generate_series({first}, {first + self.orders - 1}) i) drawn"""
        )
        self.cr.execute("ANALYZE bench_order")
        for kind in ("draft", "assigned", "done"):
            source = f"(SELECT * FROM bench_order WHERE kind = '{kind}') s"
            self._insert("sale_order", f"order {kind}", source, self._order_values(kind))
        self._insert_lines()
        for kind in ("assigned", "done"):
            source = f"(SELECT * FROM bench_order WHERE kind = '{kind}') s"
            self._insert("stock_picking", f"picking {kind}", source, self._picking_values(kind))
        self._advance_sequence("stock_picking")

    def _order_values(self, kind):
        """A twentieth of the orders is in another currency, at its own rate."""
        partner = dict.fromkeys(("partner_id", "partner_invoice_id", "partner_shipping_id"), "s.partner_id")
        foreign = "pg_temp.noise(s.i, 7) < 0.05"
        amount = " + ".join(
            f"CASE WHEN s.pieces >= {n} THEN pg_temp.price(s.i, {n}) ELSE 0 END" for n in (1, 2, 3)
        )
        return partner | {
            "id": "s.i",
            "name": "'B' || s.i",
            "state": f"CASE WHEN s.draw < 0.02 THEN 'cancel' ELSE '{_state(kind)}' END",
            "date_order": "s.placed",
            "create_date": "s.placed",
            "validity_date": "NULL::date",
            "commitment_date": "s.promised",
            "promised_date": "s.promised" if kind != "draft" else None,
            "currency_id": f"CASE WHEN {foreign} THEN {self.euro} ELSE pattern.currency_id END",
            "currency_rate": f"CASE WHEN {foreign} THEN 0.9 ELSE pattern.currency_rate END",
            "amount_untaxed": amount,
            "amount_total": amount,
            "effective_date": "s.delivered" if kind == "done" else "NULL::timestamp",
        }

    def _insert_lines(self):
        """One to three lines an order, each with its move; few are delivered short."""
        last = "(SELECT greatest(coalesce(max(id), 0), 0) FROM sale_order_line)"
        self.cr.execute(f"SELECT {last}, (SELECT coalesce(max(id), 0) FROM stock_move)")
        line, move = self.cr.fetchone()
        self.cr.execute(
            f"""CREATE TEMPORARY TABLE bench_line ON COMMIT DROP AS
                SELECT o.i, o.kind, o.placed, o.promised, o.delivered, o.partner_id, o.draw, piece,
                       row_number() OVER () AS n, pg_temp.price(o.i, piece) AS price,
                       CASE WHEN pg_temp.noise(o.i, 10 + piece) < 0.02 THEN 3 ELSE 4 END AS shipped,
                       ('{{{",".join(map(str, self.products))}}}'::int[])[
                           1 + floor({len(self.products)} * pg_temp.noise(o.i, 20 + piece))::int
                       ] AS product_id
                  FROM bench_order o CROSS JOIN generate_series(1, 3) piece
                 WHERE piece <= o.pieces"""
        )
        for kind in ("draft", "assigned", "done"):
            source = f"(SELECT * FROM bench_line WHERE kind = '{kind}') s"
            self._insert("sale_order_line", f"line {kind}", source, self._line_values(kind, line))
        for kind in ("assigned", "done"):
            source = f"(SELECT * FROM bench_line WHERE kind = '{kind}') s"
            values = self._move_values(kind, line, move)
            self._insert("stock_move", f"move {kind}", source, values)
        self._advance_sequence("sale_order_line")
        self._advance_sequence("stock_move")

    def _line_values(self, kind, line):
        amounts = ("price_subtotal", "price_total")
        unit = ("price_unit", "technical_price_unit", "price_reduce_taxexcl", "price_reduce_taxinc")
        return (
            dict.fromkeys(amounts, "s.price")
            | dict.fromkeys(unit, "s.price / 4")
            | {
                "id": f"{line} + s.n",
                "order_id": "s.i",
                "order_partner_id": "s.partner_id",
                "product_id": "s.product_id",
                "state": f"CASE WHEN s.draw < 0.02 THEN 'cancel' ELSE '{_state(kind)}' END",
                "product_uom_qty": "4",
                "qty_delivered": "s.shipped" if kind == "done" else "0",
                "promised_date": "s.promised" if kind != "draft" else "NULL::timestamp",
                "create_date": "s.placed",
            }
        )

    def _move_values(self, kind, line, move):
        quantity = "s.shipped" if kind == "done" else "4"
        return {
            "id": f"{move} + s.n",
            "sale_line_id": f"{line} + s.n",
            "picking_id": "s.i",
            "partner_id": "s.partner_id",
            "product_id": "s.product_id",
            "product_uom_qty": "4",
            "product_qty": "4",
            "quantity": quantity,
            "date": "s.delivered" if kind == "done" else "s.promised",
            "date_deadline": "s.promised",
            "create_date": "s.placed",
        }

    def _picking_values(self, kind):
        return {
            "id": "s.i",
            "name": "'WH/OUT/B' || s.i",
            "origin": "'B' || s.i",
            "sale_id": "s.i",
            "partner_id": "s.partner_id",
            "scheduled_date": "s.promised",
            "date_deadline": "s.promised",
            "date_done": "s.delivered" if kind == "done" else "NULL::timestamp",
            "shipment_promised_at": "s.promised",
            "expected_arrival": "s.promised",
            "create_date": "s.placed",
        }

    def _insert_invoices(self):
        """An invoice for every fourth order, most of them paid; few credit notes.

        All payments are lines of one entry: only their number counts here.
        """
        move, line = (self._last_id(table) for table in ("account_move", "account_move_line"))
        self.cr.execute(
            """CREATE TEMPORARY TABLE bench_invoice ON COMMIT DROP AS
               SELECT row_number() OVER () AS n, i, partner_id, delivered::date AS invoiced,
                      delivered::date + 30 AS due, pg_temp.price(i, 1) AS amount,
                      delivered::date + 15 + (pg_temp.noise(i, 30) * 40)::int AS paid,
                      CASE WHEN pg_temp.noise(i, 31) < 0.02 THEN 'refund'
                           WHEN delivered::date + 55 < now()::date
                            AND pg_temp.noise(i, 32) < 0.95 THEN 'paid'
                           ELSE 'open' END AS kind
                 FROM bench_order WHERE kind = 'done' AND pg_temp.noise(i, 33) < 0.25"""
        )
        for kind in ("paid", "open"):
            source = f"(SELECT * FROM bench_invoice WHERE kind = '{kind}') s"
            self._insert_moves(f"invoice {kind}", source, move)
            self._insert_entry_lines(f"receivable {kind}", source, line, move, "s.amount", 1)
            self._insert_entry_lines("income", source, line, move, "-s.amount", 2)
        refunds = "(SELECT * FROM bench_invoice WHERE kind = 'refund') s"
        self._insert_moves("refund", refunds, move)
        self._insert_entry_lines("income", refunds, line, move, "s.amount", 2)
        self._insert_payments(line)
        for table in ("account_move", "account_move_line"):
            self._advance_sequence(table)

    def _insert_moves(self, pattern, source, move):
        sign = "-" if pattern == "refund" else ""
        amounts = ("amount_untaxed", "amount_total")
        signed = (
            "amount_untaxed_signed",
            "amount_untaxed_in_currency_signed",
            "amount_total_signed",
            "amount_total_in_currency_signed",
        )
        residual = "0" if pattern == "invoice paid" else "s.amount"
        values = dict.fromkeys(amounts, "s.amount") | dict.fromkeys(signed, f"{sign}s.amount")
        self._insert(
            "account_move",
            pattern,
            source,
            values
            | {
                "id": f"{move} + 1 + s.n",
                "name": "'BENCH/' || s.i",
                "sequence_prefix": "'BENCH/'",
                "sequence_number": "s.i",
                "partner_id": "s.partner_id",
                "commercial_partner_id": self._commercial("s.partner_id"),
                "date": "s.invoiced",
                "invoice_date": "s.invoiced",
                "invoice_date_due": "s.due",
                "amount_residual": residual,
                "amount_residual_signed": sign + residual,
            },
        )

    def _commercial(self, partner):
        """Contacts have the numbers after those of the companies."""
        end = self.first_partner + self.customers
        return f"CASE WHEN {partner} >= {end} THEN {partner} - {self.customers} ELSE {partner} END"

    def _insert_entry_lines(self, pattern, source, line, move, balance, place):
        """Insert the lines of invoices; of four numbers an invoice has, `place` is the line's."""
        residual = "s.amount" if pattern == "receivable open" else "0"
        self._insert(
            "account_move_line",
            pattern,
            source,
            {
                "id": f"{line} + 4 * s.n + {place}",
                "move_id": f"{move} + 1 + s.n",
                "move_name": "'BENCH/' || s.i",
                "partner_id": "s.partner_id",
                "full_reconcile_id": "NULL::int",
                "date": "s.invoiced",
                "invoice_date": "s.invoiced",
                "date_maturity": "NULL::date" if pattern == "income" else "s.due",
                "debit": f"greatest({balance}, 0)",
                "credit": f"greatest(-({balance}), 0)",
                "balance": balance,
                "amount_currency": balance,
                "amount_residual": residual,
                "amount_residual_currency": residual,
            },
        )

    def _insert_payments(self, line):
        entry = self._last_id("account_move") + 1
        source = "(SELECT * FROM bench_invoice WHERE kind = 'paid') s"
        self._insert(
            "account_move",
            "payment",
            "(SELECT 1) s",
            {"id": str(entry), "name": "'BENCH'", "origin_payment_id": "NULL::int"},
        )
        self._insert(
            "account_move_line",
            "payment line",
            source,
            {
                "id": f"{line} + 4 * s.n + 3",
                "move_id": str(entry),
                "payment_id": "NULL::int",
                "full_reconcile_id": "NULL::int",
                "partner_id": "s.partner_id",
                "date": "s.paid",
                "date_maturity": "s.paid",
                "credit": "s.amount",
                "balance": "-s.amount",
                "amount_currency": "-s.amount",
            },
        )
        self._insert(
            "account_partial_reconcile",
            "partial",
            source,
            {
                "id": "nextval('account_partial_reconcile_id_seq')",
                "debit_move_id": f"{line} + 4 * s.n + 1",
                "credit_move_id": f"{line} + 4 * s.n + 3",
                "full_reconcile_id": "NULL::int",
                "max_date": "greatest(s.paid, s.invoiced)",
                "amount": "s.amount",
                "debit_amount_currency": "s.amount",
                "credit_amount_currency": "s.amount",
            },
        )

    def _last_id(self, table):
        self.cr.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return self.cr.fetchone()[0]

    def _advance_sequence(self, table):
        """The next id that the ORM takes comes after the rows inserted here."""
        self.cr.execute(f"SELECT setval('{table}_id_seq', greatest(1, {self._last_id(table)}))")


def _state(kind):
    """The state of an order of this kind."""
    return "draft" if kind == "draft" else "sale"
