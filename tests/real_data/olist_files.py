"""The seven linked tables of an Olist folder, read and checked without any library."""

import csv
import gzip
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path


class BadFolder(Exception):
    """What is wrong with a folder, in a sentence for whoever gave it."""


# The columns that are used; any other may be there or not.
NEEDED = {
    "olist_orders_dataset": (
        "order_id",
        "customer_id",
        "order_status",
        "order_purchase_timestamp",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ),
    "olist_customers_dataset": ("customer_id", "customer_unique_id"),
    "olist_order_items_dataset": (
        "order_id",
        "order_item_id",
        "product_id",
        "price",
        "freight_value",
    ),
}
OPTIONAL = {
    "olist_order_reviews_dataset": ("order_id", "review_score", "review_answer_timestamp"),
    "olist_products_dataset": ("product_id",),
    "product_category_name_translation": (
        "product_category_name",
        "product_category_name_english",
    ),
}
STATUSES = {
    "created": "draft",
    "approved": "waiting",
    "processing": "waiting",
    "invoiced": "waiting",
    "unavailable": "waiting",
    "shipped": "assigned",
    "delivered": "done",
    "canceled": "cancel",
}


@dataclass
class Order:
    """One order with its items; times are the local ones of the files."""

    ref: str
    person: str
    kind: str
    placed: datetime
    promised: datetime | None
    delivered: datetime | None
    items: list = field(default_factory=list)
    reviews: list = field(default_factory=list)

    @property
    def freight(self):
        """The freight of all items."""
        return sum((item.freight for item in self.items), Decimal())


@dataclass(frozen=True)
class Review:
    """What a person said of an order: one to five stars, in words or without."""

    answered: datetime
    stars: int
    comment: str


@dataclass(frozen=True)
class Item:
    """One piece of a product in an order."""

    product: str
    price: Decimal
    freight: Decimal


@dataclass
class Folder:
    """All that a folder holds, linked; `skipped` counts the rows that were left out, by reason."""

    orders: list
    persons: dict
    products: dict
    skipped: dict


def read_folder(path):
    """Read a folder of Olist's shape or raise `BadFolder`."""
    path = Path(path)
    if not path.is_dir():
        raise BadFolder(f"{path} is not a folder.")
    skipped = {}
    customers = _unique(_rows(path, "olist_customers_dataset"), ["customer_id"], skipped)
    orders = _unique(_rows(path, "olist_orders_dataset"), ["order_id"], skipped)
    items = _unique(_rows(path, "olist_order_items_dataset"), ["order_id", "order_item_id"], skipped)
    by_customer = {row["customer_id"]: row for row in customers}
    linked = {row["order_id"]: _order(row, by_customer) for row in orders}
    _add_items(linked, items, skipped)
    _add_reviews(linked, _rows(path, "olist_order_reviews_dataset"), skipped)
    persons = _persons(orders, linked, by_customer)
    return Folder(list(linked.values()), persons, _products(path, linked, skipped), skipped)


def _rows(path, name):
    """Read one table as dictionaries, each with its place for messages."""
    file = next((f for f in (path / f"{name}.csv.gz", path / f"{name}.csv") if f.exists()), None)
    if file is None:
        if name in OPTIONAL:
            return []
        raise BadFolder(f"{path} is not a folder of Olist's shape: {name}.csv[.gz] is missing.")
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _check_header(file, reader.fieldnames, (NEEDED | OPTIONAL)[name])
            return [row | {"": f"{file.name}, line {reader.line_num}"} for row in reader]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BadFolder(f"{file} cannot be read: {error}") from error


def _check_header(file, header, needed):
    """A file without a single byte is an empty table; a header must name what is needed."""
    missing = [name for name in needed if name not in (header or needed)]
    if missing:
        raise BadFolder(f"{file} is not of Olist's shape: no column {', '.join(missing)}.")


def _unique(rows, key, skipped):
    """Keep the first of the rows that share a key."""
    kept = {}
    for row in rows:
        kept.setdefault(tuple(row[name] for name in key), row)
    if len(kept) < len(rows):
        skipped[f"repeated {' + '.join(key)}"] = len(rows) - len(kept)
    return list(kept.values())


def _order(row, by_customer):
    """Build the order of a row."""
    if row["order_status"] not in STATUSES:
        raise BadFolder(f"{row['']}: unknown order_status {row['order_status']!r}.")
    placed = _time(row, "order_purchase_timestamp")
    if not placed:
        raise BadFolder(f"{row['']}: order_purchase_timestamp is empty.")
    kind = STATUSES[row["order_status"]]
    delivered = _time(row, "order_delivered_customer_date")
    # Olist has a few orders called delivered whose date is unknown: still on the way for us.
    if kind == "done" and not delivered:
        kind = "assigned"
    customer = by_customer.get(row["customer_id"], {})
    return Order(
        ref=row["order_id"],
        person=customer.get("customer_unique_id") or row["customer_id"],
        kind=kind,
        placed=placed,
        promised=_time(row, "order_estimated_delivery_date"),
        delivered=delivered if kind == "done" else None,
    )


def _add_items(orders, rows, skipped):
    """Give each order its items."""
    for row in rows:
        order = orders.get(row["order_id"])
        if order is None:
            skipped["items of no order"] = skipped.get("items of no order", 0) + 1
            continue
        item = Item(row["product_id"], _amount(row, "price"), _amount(row, "freight_value"))
        order.items.append(item)


def _add_reviews(orders, rows, skipped):
    """Give each order what was said of it, the latest last."""
    for row in rows:
        order = orders.get(row["order_id"])
        if order is None:
            skipped["reviews of no order"] = skipped.get("reviews of no order", 0) + 1
            continue
        answered = _time(row, "review_answer_timestamp")
        if row["review_score"] not in ("1", "2", "3", "4", "5") or not answered:
            raise BadFolder(f"{row['']}: {row['review_score']!r} at {answered} is not a review.")
        comment = (row.get("review_comment_message") or "").strip()
        order.reviews.append(Review(answered, int(row["review_score"]), comment))
    for order in orders.values():
        order.reviews.sort(key=lambda review: review.answered)


def _persons(rows, orders, by_customer):
    """Person → the address of the latest order; the files have one customer row an order."""
    persons = {}
    for row in sorted(rows, key=lambda row: orders[row["order_id"]].placed):
        customer = by_customer.get(row["customer_id"], {})
        persons[orders[row["order_id"]].person] = {
            "zip": customer.get("customer_zip_code_prefix"),
            "city": (customer.get("customer_city") or "").title(),
            "state": customer.get("customer_state"),
        }
    return persons


def _products(path, orders, skipped):
    """Product → category and weight, for every product that was ordered."""
    rows = _unique(_rows(path, "olist_products_dataset"), ["product_id"], skipped)
    known = {row["product_id"]: row for row in rows}
    english = {
        row["product_category_name"]: row["product_category_name_english"]
        for row in _rows(path, "product_category_name_translation")
    }
    products = {}
    for order in orders.values():
        for item in order.items:
            row = known.get(item.product, {})
            category = row.get("product_category_name") or ""
            products.setdefault(
                item.product,
                {
                    "category": (english.get(category) or category).replace("_", " "),
                    "weight": float(row.get("product_weight_g") or 0) / 1000,
                    "price": float(item.price),
                },
            )
    return products


def _time(row, name):
    """Parse a local time; an empty one is None."""
    if not row[name]:
        return None
    try:
        return datetime.fromisoformat(row[name])
    except ValueError as error:
        raise BadFolder(f"{row['']}: {name} {row[name]!r} is not a time.") from error


def _amount(row, name):
    """Parse an amount of money, which has two decimals at most."""
    try:
        amount = Decimal(row[name] or 0)
        if amount.is_finite():
            return amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        pass
    raise BadFolder(f"{row['']}: {name} {row[name]!r} is not an amount.")
