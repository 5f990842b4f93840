"""What a mail says, who wrote it and what in it is quoted."""

import pytest

from logistics_customer_service.tools.complaint import mail_text


def _header(**values):
    named = {name.replace("_", "-").lower(): value for name, value in values.items()}
    return lambda name: named.get(name.lower())


@pytest.mark.parametrize(
    ("headers", "subject", "sender"),
    [
        ({"Auto_Submitted": "auto-replied"}, "Hello", ""),
        ({"Auto_Submitted": "auto-generated; owner=x"}, "Hello", ""),
        ({"X_Autoreply": "yes"}, "Hello", ""),
        ({"Precedence": "auto_reply"}, "Hello", ""),
        ({"Return_Path": "<>"}, "Hello", ""),
        ({"Content_Type": "multipart/report; report-type=disposition-notification"}, "Read: x", ""),
        ({"X_Failed_Recipients": "a@b.example"}, "Hello", ""),
        ({}, "Automatic reply: Your invoice", ""),
        ({}, "Out of Office: back on Monday", ""),
        ({}, "自动回复:关于贵司订单", ""),
        ({}, "【自动回复】我已收到", ""),
        ({}, "回复: 自动回复", ""),
        ({}, "系统退信/Systems bounce", ""),
        ({}, "Undeliverable: Two cartons short", ""),
        ({}, "anything", "MAILER-DAEMON@mx.example.com"),
        ({}, "anything", "postmaster@qq.example"),
    ],
)
def test_written_by_a_program(headers, subject, sender):
    assert mail_text.is_automatic(_header(**headers), subject, sender)


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"Auto_Submitted": "no"}, "Two cartons short"),
        ({"X_Autoreply": "no"}, "Two cartons short"),
        ({"Precedence": "bulk"}, "Two cartons short"),
        ({}, "Our automatic door was damaged"),
        ({}, "Please stop the automatic reply"),
        ({}, "投诉:系统没有自动回复"),
        ({}, None),
        ({}, "Autonomous vehicle hit our gate"),
    ],
)
def test_written_by_a_person(headers, subject):
    assert not mail_text.is_automatic(_header(**headers), subject, "li@example.com")


@pytest.mark.parametrize(
    ("charset", "named"),
    [
        (b"utf-8", b"utf-8"),
        (b"GB18030", b"GB18030"),
        (b"x-none", b"utf-8"),
        (b"unknown-8bit", b"utf-8"),
        (b"base64", b"utf-8"),  # a codec, but none of text
    ],
)
def test_charsets_are_ones_that_are_known(charset, named):
    for raw in (b"Content-Type: text/plain; charset=%s\n", b'Content-Type: text/html;\n Charset = "%s"\n'):
        assert mail_text.name_known_charsets(raw % charset) == raw % named


def test_lists_and_bulk_want_no_answer():
    assert mail_text.wants_no_answer(_header(Precedence="bulk"))
    assert mail_text.wants_no_answer(_header(List_Id="<x.example>"))
    assert mail_text.wants_no_answer(_header(X_Auto_Response_Suppress="OOF, AutoReply"))
    assert not mail_text.wants_no_answer(_header(X_Auto_Response_Suppress="DR, RN"))
    assert not mail_text.wants_no_answer(_header())


def test_gb2312_is_widened_in_headers_and_bodies():
    raw = b'Subject: =?GB2312?B?xOM=?=\r\nContent-Type: text/plain; charset="gb2312"\r\n\r\nx'
    wide = mail_text.widen_chinese_charsets(raw)
    assert b"=?gb18030?B?xOM=?=" in wide
    assert b'charset="gb18030"' in wide


def test_storable():
    assert mail_text.storable("a\x00b") == "ab"
    assert mail_text.storable("ok\udcff") == "ok?"
    assert mail_text.storable("茶壶") == "茶壶"
    assert mail_text.storable(False) is False


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: AW: Two  cartons\r\n short", "Two cartons short"),
        ("回复:转发: 餐桌桌面磕碰", "餐桌桌面磕碰"),
        ("Re[2]: Hello", "Hello"),
        ("Regarding: my order", "Regarding: my order"),
        ("Re:", ""),
        (None, ""),
        ("x" * 500, "x" * 200),
    ],
)
def test_plain_subject(subject, plain):
    assert mail_text.plain_subject(subject) == plain


def test_sender_of_what_is_forwarded():
    text = "please handle\n\n发件人: 李雷 <Li.Lei@Example.com>\n发送时间: 今天\n"
    assert mail_text.forwarded_sender(text) == "li.lei@example.com"
    assert mail_text.forwarded_sender("From: nobody") is None
    assert mail_text.is_forwarded("Fwd: x") and mail_text.is_forwarded("转发:x")
    assert not mail_text.is_forwarded("Forward planning")


def test_quotes_of_qq():
    body = (
        "<div>还没有收到</div><div>&nbsp;</div>"
        "<div>------------------&nbsp;原始邮件&nbsp;------------------</div>"
        "<div>您好,已安排</div>"
    )
    marked = mail_text.mark_quotes(body)
    assert marked.count(mail_text.QUOTE_MARK) == 2
    kept = mail_text.without_quotes(marked)
    assert "还没有收到" in kept
    assert "已安排" not in kept


def test_quotes_in_a_wrapper_take_what_follows_the_wrapper():
    body = "<p>new</p><div><div>-----Original Message-----</div></div><div>old</div>"
    kept = mail_text.without_quotes(mail_text.mark_quotes(body))
    assert "new" in kept
    assert "old" not in kept


def test_a_dash_in_the_text_is_no_quote():
    body = "<p>new</p><p>-- Original packaging was open --</p><p>more</p>"
    assert mail_text.mark_quotes(body) == body


@pytest.mark.parametrize("body", ["", None, "plain words", "<p>a</p>tail", "<p>unclosed"])
def test_odd_bodies_survive(body):
    kept = mail_text.without_quotes(mail_text.mark_quotes(body))
    assert bool(kept) == bool(body)
    if body == "plain words":
        assert "plain words" in kept
