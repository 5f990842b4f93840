"""What a mail says, who wrote it and what in it is quoted."""

from email import message_from_string, policy

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
        ({}, "回复：自动回复：少一箱", ""),
        ({}, "ＡＵＴＯ－ＲＥＰＬＹ： x", ""),
        ({}, "AW: Abwesenheitsnotiz: Lieferung", ""),
        ({}, "Réponse automatique : colis", ""),
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
        ({}, "未送达，请尽快处理"),
        ({}, "不在办公室，请改时间派送"),
        ({}, "退信封一件，收件人搬走"),
        ({}, "Undeliverable parcel, please help"),
        ({}, "Out of office on Friday, please redeliver Monday"),
        ({}, "Returned mail piece: who pays?"),
        ({}, "Auto: Kratzer nach der Lieferung"),
        ({}, "Failure notice from your driver"),
        ({"Auto_Submitted": "no (sent by a person)"}, "Hello"),
        ({"Auto_Submitted": "No (a (nested) comment); x=y"}, "Hello"),
        ({"X_Autoreply": "no (x)"}, "Hello"),
        ({}, None),
        ({}, "Autonomous vehicle hit our gate"),
    ],
)
def test_written_by_a_person(headers, subject):
    assert not mail_text.is_automatic(_header(**headers), subject, "li@example.com")


def test_lists_and_bulk_want_no_answer():
    assert mail_text.wants_no_answer(_header(Precedence="bulk"))
    assert mail_text.wants_no_answer(_header(List_Id="<x.example>"))
    assert mail_text.wants_no_answer(_header(X_Auto_Response_Suppress="OOF, AutoReply"))
    assert not mail_text.wants_no_answer(_header(X_Auto_Response_Suppress="DR, RN"))
    assert not mail_text.wants_no_answer(_header())
    assert not mail_text.wants_no_answer(_header(List_Id="<x.example>", Precedence="list"), our_list=True)
    assert mail_text.wants_no_answer(_header(Precedence="bulk"), our_list=True)


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
        ("回复：少一箱！", "少一箱！"),
        ("答复：【转发】Ｒｅ： 少一箱", "少一箱"),
        ("TR : Réf : colis", "colis"),
        ("RV: Antw: SV: İLT: YNT: caja", "caja"),
        ("返信：転送: 荷物", "荷物"),
        ("Re(3): Fwd*2: x", "x"),
        ("\u200b回复：\u3000x", "x"),
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
    for subject in ("转发：x", "TR : x", "RV：x", "Re: WG: x", "VS: x", "【转发】x", "I: x", "転送：x"):
        assert mail_text.is_forwarded(subject), subject


@pytest.mark.parametrize(
    "text",
    [
        "发件人：王芳 <w@x.example>\n收件人：我们 <s@y.example>",
        "| 发件人 | 王芳<w@x.example> |\n| 收件人 | s@y.example |",
        "> *From:* Wang [mailto:w@x.example]\n> *To:* s@y.example",
        "De : W <w@x.example>\nÀ : s@y.example",
        "Von: ｗ＠ｘ．example\nAn: s@y.example",
        "发 件 人：\n\nw@x.example\n收件人: s@y.example",
    ],
)
def test_talkers(text):
    talkers = mail_text.get_talkers(text.splitlines())
    assert [address for _name, address in talkers] == ["w@x.example", "s@y.example"]


def test_a_table_is_read_row_by_row():
    body = (
        "<div>please see<table><tr><td>发件人</td><td>王芳&lt;w@x.example&gt;</td></tr>"
        "<tr><td><div>收件人</div></td><td><div>s@y.example</div></td></tr></table></div>"
    )
    assert mail_text.get_talkers(mail_text.lines(body)) == [("王芳", "w@x.example"), ("", "s@y.example")]
    assert mail_text.is_passed_on(mail_text.lines("<p>a</p><p>---- 转发的邮件 ----</p>"))
    assert not mail_text.is_passed_on(["please forward the message"])


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ('"Li, Lei" <Li@x.cn>, b@y.com', [("Li, Lei", "li@x.cn"), ("", "b@y.com")]),
        ("a@x.com；b@y.com", [("", "a@x.com"), ("", "b@y.com")]),
        ("王芳<w@x.com>、李雷<l@x.com>", [("王芳", "w@x.com"), ("李雷", "l@x.com")]),
        ("a@x.com b@y.com", [("", "a@x.com"), ("", "b@y.com")]),
        ("ａ＠ｘ．ｃｏｍ", [("", "a@x.com")]),
        ('"a@x.com" <evil@y.com>', [("a@x.com", "evil@y.com")]),
        ("nobody", []),
    ],
)
def test_people(value, people):
    assert mail_text.get_people(value) == people


def _mail(head, body="x"):
    return message_from_string(f"{head}\n\n{body}", policy=policy.SMTP)


@pytest.mark.parametrize(
    "head",
    [
        'From: "Ann via Service" <s@our.example>\nReply-To: ann@x.example',
        "From: s@our.example\nX-Original-Sender: ann@x.example",
        'From: "ann@x.example via Service" <s@our.example>',
        "From: ann=40x.example@our.example",
        "From: s@our.example\nList-Id: <s.x>\nContent-Type: message/rfc822\n\nFrom: Ann <ann@x.example>",
    ],
)
def test_original_senders(head):
    assert "ann@x.example" in [address for _name, address in mail_text.get_original_senders(_mail(head))]


def test_rewritten_only_by_the_list_it_came_by():
    head = 'From: "Ann via G" <g@x.example>\nTo: g@x.example\nReply-To: ann@y.example'
    assert mail_text.says_rewritten(_mail(f"{head}\nList-Id: <g.x.example>"))
    assert not mail_text.says_rewritten(_mail(head))
    plain = "From: Ann <ann@x.example>\nReply-To: b@y.example\nTo: ann@x.example"
    assert not mail_text.says_rewritten(_mail(plain))


RECEIPT = (
    "--a\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nread\n--b--\n"
    "--a\nContent-Type: text/plain\n\nfooter\n--a--\n"
)
WRAPPED = "--a\nContent-Type: message/rfc822\n\nFrom: c@x.example\nAuto-Submitted: auto-replied\n\nx\n--a--\n"


def test_what_a_list_wraps():
    listed = "From: l@x.example\nList-Id: <l.x.example>\nContent-Type: multipart/mixed; boundary=a"
    assert mail_text.wraps_automatic(_mail(listed, RECEIPT))
    assert mail_text.wraps_automatic(_mail(listed, WRAPPED))
    nested = f"--c\nContent-Type: multipart/mixed; boundary=a\n\n{RECEIPT}\n--c--\n"
    assert mail_text.wraps_automatic(_mail(listed.replace("boundary=a", "boundary=c"), nested))
    attached = listed.replace("List-Id: <l.x.example>\n", "")
    assert not mail_text.wraps_automatic(_mail(attached, WRAPPED)), "a person attaches it"
    assert not mail_text.wraps_automatic(_mail("From: a@b.example"))


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


@pytest.mark.parametrize(
    "line",
    [
        "在 2026年3月4日 10:00，客服 &lt;s@x.example&gt; 写道：",
        "2026年3月4日 10:00，客服 写道：",
        "At 2026-03-04 10:00:00, &quot;s&quot; &lt;s@x.example&gt; wrote：",
        "Am 04.03.2026 um 10:00 schrieb S &lt;s@x.example&gt;:",
        "Le 4 mars 2026 à 10:00, S &lt;s@x.example&gt; a écrit :",
        "----　回复的原邮件　----",
        "－－－－－ 原始邮件 －－－－－",
        "-----Ursprüngliche Nachricht-----",
    ],
)
def test_lines_above_what_is_quoted(line):
    kept = mail_text.without_quotes(mail_text.mark_quotes(f"<div>新</div><div>{line}</div><div>旧</div>"))
    assert "新" in kept and "旧" not in kept


@pytest.mark.parametrize(
    "line", ["On 5 January 2026 your driver wrote:", "客服写道：", "I wrote at 10:00 on 2026-03-04."]
)
def test_people_write_such_lines_too(line):
    assert "data-o" not in mail_text.mark_quotes(f"<div>a</div><div>{line}</div><div>b</div>")


def test_a_dash_in_the_text_is_no_quote():
    body = "<p>new</p><p>-- Original packaging was open --</p><p>more</p>"
    assert mail_text.mark_quotes(body) == body


@pytest.mark.parametrize("body", ["", None, "plain words", "<p>a</p>tail", "<p>unclosed"])
def test_odd_bodies_survive(body):
    kept = mail_text.without_quotes(mail_text.mark_quotes(body))
    assert bool(kept) == bool(body)
    if body == "plain words":
        assert "plain words" in kept
