"""What an Olist folder says, computed with pandas alone: the other side of the comparison."""

import numpy as np
import pandas as pd

CONFIRMED = {"approved", "processing", "invoiced", "unavailable", "shipped", "delivered"}
TIME_ZONE = "America/Sao_Paulo"


def read_orders(folder):
    """Return one row per order: person, state, local times, goods, freight and pieces."""
    orders = pd.read_csv(
        folder / "olist_orders_dataset.csv.gz",
        parse_dates=[
            "order_purchase_timestamp",
            "order_delivered_customer_date",
            "order_estimated_delivery_date",
        ],
    )
    customers = pd.read_csv(folder / "olist_customers_dataset.csv.gz")
    items = pd.read_csv(folder / "olist_order_items_dataset.csv.gz")
    sums = items.groupby("order_id").agg(
        goods=("price", "sum"), freight=("freight_value", "sum"), pieces=("price", "size")
    )
    orders = orders.merge(customers, on="customer_id").merge(
        sums, how="left", left_on="order_id", right_index=True
    )
    orders[["goods", "freight", "pieces"]] = orders[["goods", "freight", "pieces"]].fillna(0)
    orders["confirmed"] = orders.order_status.isin(CONFIRMED)
    orders["delivered"] = orders.order_status.eq("delivered") & (orders.pieces > 0)
    orders["on_time"] = orders.delivered & (
        orders.order_delivered_customer_date.dt.normalize() <= orders.order_estimated_delivery_date
    )
    orders["placed_at"] = _utc(orders.order_purchase_timestamp)
    orders["delivered_at"] = _utc(orders.order_delivered_customer_date)
    return orders.rename(columns={"customer_unique_id": "person"})


def facts(orders, since=None):
    """Return the facts of every person since an instant in UTC; all of them where it is None."""
    begin = since or pd.Timestamp.min
    persons = pd.DataFrame(index=pd.Index(orders.person.unique(), name="person"))
    confirmed = orders[orders.confirmed].sort_values(["person", "placed_at"])
    gaps = confirmed.groupby("person").placed_at.diff().dt.total_seconds() / 86400
    confirmed = confirmed.assign(gap=gaps, amount=confirmed.goods + confirmed.freight)
    placed = confirmed[confirmed.placed_at >= begin].groupby("person")
    done = confirmed[confirmed.delivered & (confirmed.delivered_at >= begin)].groupby("person")
    persons = persons.join(
        placed.agg(
            order_count=("order_id", "size"),
            order_amount=("amount", "sum"),
            first_order_at=("placed_at", "min"),
            last_order_at=("placed_at", "max"),
            median_gap_days=("gap", "median"),
        )
    ).join(done.agg(delivery_count=("order_id", "size"), on_time_count=("on_time", "sum")))
    counts = ["order_count", "order_amount", "delivery_count", "on_time_count"]
    persons[counts] = persons[counts].fillna(0)
    return persons


def _utc(times):
    """An hour that the end of summer time repeats is read as its first."""
    local = times.dt.tz_localize(
        TIME_ZONE, nonexistent="shift_forward", ambiguous=np.ones(len(times), dtype=bool)
    )
    return local.dt.tz_convert("UTC").dt.tz_localize(None)


def read_reviews(folder, orders):
    """Return one row per review with its order; `latest` marks the last one of an order."""
    reviews = pd.read_csv(
        folder / "olist_order_reviews_dataset.csv.gz", parse_dates=["review_answer_timestamp"]
    ).sort_values("review_answer_timestamp")
    reviews["latest"] = ~reviews.duplicated("order_id", keep="last")
    reviews["commented"] = reviews.review_comment_message.fillna("").str.strip().ne("")
    return reviews.merge(orders, on="order_id")
