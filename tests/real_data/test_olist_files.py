"""Folders of Olist's shape, and folders that are not: needs neither Odoo nor data."""

import gzip
from decimal import Decimal

import olist_files
import pytest

TABLES = {
    "olist_orders_dataset": [
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
        "order_delivered_customer_date,order_estimated_delivery_date",
        "o1,c1,delivered,2018-01-02 10:00:00,,2018-01-05 12:00:00,2018-01-06 00:00:00",
        "o2,c2,canceled,2018-02-02 10:00:00,,,2018-02-06 00:00:00",
        "o3,c3,created,2018-03-02 10:00:00,,,",
    ],
    "olist_customers_dataset": [
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state",
        "c1,ana,01310,sao paulo,SP",
        "c2,ana,20000,rio de janeiro,RJ",
        "c3,rui,20000,rio de janeiro,RJ",
    ],
    "olist_order_items_dataset": [
        "order_id,order_item_id,product_id,seller_id,price,freight_value",
        "o1,1,p1,s1,10.10,1.05",
        "o1,2,p1,s1,10.10,1.05",
        "o2,1,p2,s1,5,0",
    ],
}


def write(folder, tables=TABLES):
    """Write tables as plain files."""
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines))
    return folder


def test_the_tables_are_linked(tmp_path):
    folder = olist_files.read_folder(write(tmp_path))
    first, second, third = folder.orders
    assert [order.kind for order in folder.orders] == ["done", "cancel", "draft"]
    assert (first.person, second.person, third.person) == ("ana", "ana", "rui")
    assert [item.price for item in first.items] == [Decimal("10.10")] * 2
    assert first.freight == Decimal("2.10")
    assert not third.items and not third.promised
    assert folder.persons["ana"]["city"] == "Rio De Janeiro"  # where the latest order went
    assert set(folder.products) == {"p1", "p2"}
    assert not folder.skipped


def test_repeated_rows_count_once(tmp_path):
    tables = {name: [*lines, lines[1]] for name, lines in TABLES.items()}
    folder = olist_files.read_folder(write(tmp_path, tables))
    assert [len(order.items) for order in folder.orders] == [2, 1, 0]
    assert sum(folder.skipped.values()) == 3


def test_rows_that_lead_nowhere_are_left_out(tmp_path):
    items = [*TABLES["olist_order_items_dataset"], "o9,1,p1,s1,1,1"]
    customers = TABLES["olist_customers_dataset"][:3]
    tables = TABLES | {"olist_order_items_dataset": items, "olist_customers_dataset": customers}
    folder = olist_files.read_folder(write(tmp_path, tables))
    assert folder.skipped == {"items of no order": 1}
    assert folder.orders[2].person == "c3"


REVIEWS = [
    "review_id,order_id,review_score,review_comment_message,review_answer_timestamp",
    "r1,o1,2, Late! ,2018-01-09 10:00:00",
    "r2,o1,4,,2018-01-07 10:00:00",
    "r3,o9,5,,2018-01-07 10:00:00",
]


def test_reviews_belong_to_their_orders(tmp_path):
    folder = olist_files.read_folder(
        write(tmp_path, TABLES | {"olist_order_reviews_dataset": REVIEWS})
    )
    first, second, _third = folder.orders
    assert [(review.stars, review.comment) for review in first.reviews] == [(4, ""), (2, "Late!")]
    assert not second.reviews
    assert folder.skipped == {"reviews of no order": 1}


@pytest.mark.parametrize("row", ["r4,o1,6,,2018-01-07 10:00:00", "r4,o1,4,,"])
def test_a_review_without_stars_or_time_is_told(tmp_path, row):
    write(tmp_path, TABLES | {"olist_order_reviews_dataset": [*REVIEWS, row]})
    with pytest.raises(olist_files.BadFolder, match="line 5"):
        olist_files.read_folder(tmp_path)


def test_files_may_be_empty_or_compressed(tmp_path):
    write(tmp_path)
    (tmp_path / "olist_order_items_dataset.csv").write_text("")
    orders = tmp_path / "olist_orders_dataset.csv"
    with gzip.open(f"{orders}.gz", "wt") as stream:
        stream.write(orders.read_text())
    orders.unlink()
    folder = olist_files.read_folder(tmp_path)
    assert len(folder.orders) == 3
    assert not folder.products


def test_delivered_on_an_unknown_day_is_on_the_way(tmp_path):
    lines = TABLES["olist_orders_dataset"]
    lines = [lines[0], "o1,c1,delivered,2018-01-02 10:00:00,,,2018-01-06 00:00:00"]
    folder = olist_files.read_folder(write(tmp_path, TABLES | {"olist_orders_dataset": lines}))
    assert folder.orders[0].kind == "assigned"


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("olist_orders_dataset", "o4,c1,lost,2018-01-02 10:00:00,,,", "unknown order_status"),
        ("olist_orders_dataset", "o4,c1,created,soon,,,", "is not a time"),
        ("olist_orders_dataset", "o4,c1,created,,,,", "is empty"),
        ("olist_order_items_dataset", "o1,3,p1,s1,ten,1", "is not an amount"),
        ("olist_order_items_dataset", "o1,3,p1,s1,NaN,1", "is not an amount"),
    ],
)
def test_a_bad_value_is_named_with_its_line(tmp_path, name, line, message):
    write(tmp_path, TABLES | {name: [*TABLES[name], line]})
    with pytest.raises(olist_files.BadFolder, match=f"{name}.csv, line {len(TABLES[name]) + 1}.*"):
        olist_files.read_folder(tmp_path)
    with pytest.raises(olist_files.BadFolder, match=message):
        olist_files.read_folder(tmp_path)


def test_a_folder_of_another_shape(tmp_path):
    with pytest.raises(olist_files.BadFolder, match="is missing"):
        olist_files.read_folder(tmp_path)
    with pytest.raises(olist_files.BadFolder, match="is not a folder"):
        olist_files.read_folder(tmp_path / "nothing")
    write(tmp_path, TABLES | {"olist_customers_dataset": ["id,name", "1,ana"]})
    with pytest.raises(olist_files.BadFolder, match="no column customer_id, customer_unique_id"):
        olist_files.read_folder(tmp_path)


def test_a_file_that_is_not_what_it_is_called(tmp_path):
    write(tmp_path)
    (tmp_path / "olist_orders_dataset.csv.gz").write_bytes(b"not gzip")
    with pytest.raises(olist_files.BadFolder, match="cannot be read"):
        olist_files.read_folder(tmp_path)
