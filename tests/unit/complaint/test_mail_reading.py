"""Numbers, languages and wrappings of mails, and one spelling for what is compared."""

import base64
from email import message_from_string, policy

import pytest

from logistics_customer_service.tools.complaint.mail_numbers import find_numbers, names_number
from logistics_customer_service.tools.complaint.mail_wrapping import find_wrappings
from logistics_customer_service.tools.foundation.folding import fold, one_line, spell
from logistics_customer_service.tools.foundation.text_language import choose_language


def test_folding_keeps_places():
    text = "回复：Ａ１（x）　，。\u200b！"
    assert fold(text) == "回复:A1(x) ,。 !"
    assert len(fold(text)) == len(text)
    assert one_line(" ａ\u3000\u200bｂ\n") == "a b"
    assert spell("ks–２０２６\u200b／1") == "KS-2026/1"


@pytest.mark.parametrize(
    "text",
    ["关于%s的问题", "投诉%s还没解决", "Case %s.", "No.%s", "%s- photos", "(%s)", "x_%s_x", "№%s号"],
)
@pytest.mark.parametrize("number", ["CASE/2026/0001", "KS-00012", "投诉2026-001", "12345"])
def test_a_number_is_found_whatever_stands_around_it(text, number):
    wide = number.translate({ord("-"): "－", ord("/"): "／"})
    for written in (number, number.lower(), wide, number.replace("-", "‑")):
        assert names_number(spell(text % written), number)


@pytest.mark.parametrize("text", ["KS-000123", "XKS-00012", "KS-0001", "", "KS00012"])
def test_no_part_of_another_number_is_found(text):
    assert not names_number(spell(text), "KS-00012")


def test_numbers_of_a_text():
    found = find_numbers("订单S00012的，WH/OUT/00007. ｓｆ１２３４５; x")
    assert {"S00012", "WH/OUT/00007", "sf12345", "SF12345"} <= found
    assert "x" not in found
    assert len(find_numbers("1/" * 5000)) < 2000


@pytest.mark.parametrize(
    ("text", "installed", "usual", "chosen"),
    [
        ("我的包裹没有收到", ["en_US", "zh_CN"], "en_US", "zh_CN"),
        ("投诉", ["en_US", "zh_CN"], "en_US", "zh_CN"),
        ("Where is my parcel? 王敏", ["en_US", "zh_CN"], "zh_CN", "en_US"),
        ("貨物遺失，請查明", ["en_US", "zh_CN", "zh_TW"], "en_US", "zh_TW"),
        ("貨物遺失，請查明", ["en_US", "zh_CN"], "en_US", "zh_CN"),
        ("Wo ist es", ["de_DE", "en_US", "zh_CN"], "de_DE", "de_DE"),
        ("荷物が壊れました", ["en_US", "zh_CN"], "en_US", "en_US"),
        ("我的包裹", ["en_US"], "en_US", "en_US"),
        ("123 !", ["en_US", "zh_CN"], "zh_CN", "zh_CN"),
    ],
)
def test_language(text, installed, usual, chosen):
    assert choose_language(text, installed, usual) == chosen


BASE64 = "Content-Transfer-Encoding: base64"
OPAQUE = base64.b64encode(bytes.fromhex("3080") + bytes.fromhex("06092a864886f70d010702") + b"x").decode()


@pytest.mark.parametrize(
    ("head", "body", "found"),
    [
        ("Content-Type: application/ms-tnef; name=winmail.dat", "x", ("tnef",)),
        ('Content-Type: application/octet-stream; name="WINMAIL.DAT"', "x", ("tnef",)),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data", "x", ("signed",)),
        (f"Content-Type: application/x-pkcs7-mime; name=smime.p7m\n{BASE64}", OPAQUE, ("signed",)),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "x", ("encrypted",)),
        ("Content-Type: multipart/encrypted; boundary=a", "--a\n\nx\n--a--", ("pgp",)),
        ("Content-Type: application/pkcs7-signature; name=smime.p7s", "x", ()),
        ("Content-Type: text/plain", "x", ()),
    ],
)
def test_wrappings(head, body, found):
    assert find_wrappings(message_from_string(f"{head}\n\n{body}", policy=policy.SMTP)) == found
