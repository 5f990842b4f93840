"""Tracking numbers as people paste them."""

import pytest

from logistics_customer_service.tools.shipment.tracking_numbers import joined, numbers_of


@pytest.mark.parametrize(
    "text",
    [
        "AB1,CD2",
        "AB1， CD2",
        "AB1;CD2",
        "AB1；CD2",
        "AB1、CD2",
        "AB1､CD2",
        "AB1\nCD2",
        "AB1\r\nCD2\r\n",
        "AB1\tCD2",
        "AB1 | CD2",
        "AB1\xa0,\u200bCD2",
        "\ufeffab1,cd2",
        "ＡＢ１，ＣＤ２",
        "\"AB1\",'CD2",
        ",AB1,,CD2,",
    ],
)
def test_two_numbers(text):
    assert numbers_of(text) == ("AB1", "CD2")


@pytest.mark.parametrize("blank", [" ", "\xa0", "\u3000", " / ", "+", "&"])
def test_blanks_part_whole_numbers(blank):
    assert numbers_of(f"SF100200{blank}SF100201") == ("SF100200", "SF100201")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
        ("1234\xa05678\u20099012", "123456789012"),
        ("RR 123 456 789 CN", "RR123456789CN"),
        ("ab\u00ad12", "AB12"),
        ("AB1/2", "AB1/2"),
    ],
)
def test_one_number_in_groups(text, number):
    assert numbers_of(text) == (number,)


def test_nothing():
    assert numbers_of(None) == numbers_of(" ,\u200b；") == ()
    assert joined(False) is None


def test_each_once():
    assert joined("ab1 ,AB1，cd2") == "AB1,CD2"
