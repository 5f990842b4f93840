"""Telephone numbers however they are written."""

import pytest

from logistics_customer_service.tools.foundation import phones


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("021-55501201转808", ["+862155501201"]),
        ("021-55501201-808", ["+862155501201"]),
        ("０２１－５５５０１２０１", ["+862155501201"]),
        ("(０２１)　５５５０　１２０１　分机　８０８", ["+862155501201"]),
        ("tel:+86-21-5550-1201;ext=808", ["+862155501201"]),
        ("tel:021-55501201", ["+862155501201"]),
        ("0086 21 55501201", ["+862155501201"]),
        ("手机：13800138000", ["+8613800138000"]),
        ("021-55501201/13800138000", ["+862155501201", "+8613800138000"]),
        ("138 0013 8000；021-5550 1201", ["+8613800138000", "+862155501201"]),
        ("13800138000、13900139000", ["+8613800138000", "+8613900139000"]),
        ("+49 711 123456 Durchwahl 12", ["+49711123456"]),
        ("110", []),
        ("", []),
    ],
)
def test_numbers(text, numbers):
    assert [phones.to_e164(number) for number in phones.parse_numbers(text, "CN")] == numbers
    assert phones.is_number_alone(text)


def test_extension_and_kind():
    landline, mobile = phones.parse_numbers("021-55501201转808 / 13800138000", "CN")
    assert landline.extension == "808"
    assert (phones.is_mobile(landline), phones.is_mobile(mobile)) == (False, True)
    assert phones.get_digits(landline) == "2155501201"


@pytest.mark.parametrize("text", ["Room 12345678", "SF1234567890", "王芳 13800138000"])
def test_other_words_are_no_number(text):
    assert not phones.is_number_alone(text)
