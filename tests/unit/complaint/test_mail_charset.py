"""In which encoding mails are written, whatever they say."""

import base64
from email import message_from_bytes, policy

import pytest

from logistics_customer_service.tools.complaint.mail_charset import find_charset, mend_headers


@pytest.mark.parametrize(
    ("text", "written", "said"),
    [
        ("货物损坏，请尽快处理", "gbk", "gb_2312-80"),
        ("货物㐀损坏", "gb18030", "cp936"),
        ("朱镕瑄收", "gbk", "GB2312"),
        ("货物损坏", "gbk", None),
        ("你好", "gbk", None),
        ("货物损坏", "gbk", "us-ascii"),
        ("货物损坏", "gbk", "iso-8859-1"),
        ("货物损坏", "gbk", "utf-8"),
        ("货物损坏", "gbk", "x-unknown"),
        ("货物损坏", "utf-8", "gb2312"),
        ("货物损坏", "utf-8", None),
        ("Grüße", "utf-8", "iso-8859-1"),
        ("für – “x” €", "cp1252", "iso-8859-1"),
        ("Mit freundlichen Grüßen", "cp1252", None),
        ("Müller", "latin1", "utf-8"),
        ("①②破損", "cp932", "shift_jis"),
        ("똠방각하", "cp949", "ks_c_5601-1987"),
        ("貨物遺失", "big5", "big5"),
        ("啲嘢", "big5hkscs", "big5"),
        ("荷物の破損", "iso-2022-jp", "iso-2022-jp"),
        ("货物损坏", "hz", "hz-gb-2312"),
        ("Как дела", "koi8-r", "koi8-r"),
        ("联通", "gbk", "gb2312"),
        ("plain", "ascii", "base64"),
    ],
)
def test_bytes_have_the_last_word(text, written, said):
    data = text.encode(written)
    assert data.decode(find_charset(data, said)) == text


def test_html_names_its_own():
    data = '<meta charset="windows-1251"><p>Привет всем</p>'.encode("cp1251")
    assert "Привет" in data.decode(find_charset(data, None, is_html=True))


def _word(data, label):
    return b"=?" + label.encode() + b"?B?" + base64.b64encode(data) + b"?="


@pytest.mark.parametrize(
    "header",
    [
        _word("朱镕的货物".encode("gbk"), "gb2312"),
        _word("朱镕的货物".encode("gbk"), "gb_2312-80"),
        _word("朱镕的货物".encode("gbk"), "cp936"),
        _word("朱镕的货物".encode(), "gb2312"),
        _word("朱镕的货物".encode("gbk"), "utf-8"),
        _word("朱镕的货物".encode("gbk"), "x-none"),
        b"\r\n ".join(_word("朱镕的货物".encode("gbk")[cut], "gbk") for cut in (slice(3), slice(3, 10))),
        b"=?GB2312?Q?=D6=EC=E9F=B5=C4=BB=F5=CE=EF?=",
        "朱镕的货物".encode("gbk"),
        "朱镕的货物".encode(),
    ],
)
def test_headers(header):
    raw = b"From: a@b.cn\r\nSubject: " + header + b"\r\n\r\nbody \xff"
    message = message_from_bytes(mend_headers(raw), policy=policy.SMTP)
    assert message["Subject"] == "朱镕的货物"


def test_names_of_files():
    raw = (
        b"From: a@b.cn\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/csv\r\n"
        b'Content-Disposition: attachment; filename="' + "清单.csv".encode("gbk") + b'"\r\n\r\na\r\n--x--\r\n'
    )
    (part,) = message_from_bytes(mend_headers(raw), policy=policy.SMTP).iter_parts()
    assert part.get_filename() == "清单.csv"
    other = raw.replace(b'filename="' + "清单.csv".encode("gbk") + b'"', b"filename*=gb2312''%E9F.csv")
    (part,) = message_from_bytes(mend_headers(other), policy=policy.SMTP).iter_parts()
    assert part.get_filename() == "镕.csv"


def test_the_body_stays_as_it_is():
    raw = "Subject: x\r\n\r\n货\r\n".encode("gbk") + b"--a: b\r\n\xbb\xf5\r\n"
    assert mend_headers(raw) == raw
