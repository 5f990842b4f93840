from datetime import date

from logistics_customer_service.tools.contact import months


def test_days():
    assert months.first_day(date(2028, 2, 29)) == date(2028, 2, 1)
    assert months.next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert months.previous_month(date(2026, 1, 1)) == date(2025, 12, 1)
    assert months.previous_month(date(2026, 3, 31)) == date(2026, 2, 1)


def test_is_due():
    assert months.is_due(date(2026, 3, 1), 30, date(2026, 4, 1))
    assert not months.is_due(date(2026, 3, 2), 30, date(2026, 4, 1))


def test_share():
    assert months.share(1, 4) == 0.25
    assert months.share(0, 4) == 0.0
    assert months.share(0, 0) is None


def test_cover_counts_each_once():
    rows = [
        ("vip", "done", [3, 1, 1]),
        ("vip", "planned", [1, 2]),
        ("key", "cancelled", [4]),
    ]
    assert months.cover(rows) == {
        "vip": months.Counted([1, 3], [1, 2, 3]),
        "key": months.Counted([], [4]),
    }


def test_merge_names():
    rows = [("Swift", [5, 1]), (" swift ", [2]), ("Arrow  Post", [3]), ("  ", [9]), (None, [8])]
    assert months.merge_names(rows) == {"Swift": [1, 2, 5], "Arrow Post": [3]}
