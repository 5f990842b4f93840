"""Mails as programs write them: each a shape of its own, with what is to become of it."""

import base64
import quopri
from dataclasses import dataclass, field
from email import message_from_bytes, policy

PARENT, NUMBER = b"%PARENT%", b"%NUMBER%"
OPENED, THREADED, NOTHING = "opened", "threaded", "nothing"
CUSTOMER = "Wang Min <wang.min@cold.example.com>"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Shape:
    """A mail and what the gateway is to make of it.

    ``said`` and ``unsaid`` are looked for in what is kept of the mail: the description of a case
    that it opens, else the message. ``folded`` is in the message, but quoted.
    """

    name: str
    raw: bytes
    becomes: str = OPENED
    subject: str | None = None
    said: tuple = ()
    unsaid: tuple = ()
    folded: str | None = None
    files: tuple = ()
    known: bool = True
    acknowledged: bool = True
    options: dict = field(default_factory=dict)

    @property
    def fingerprint(self):
        """What makes the shape: its parts, their encodings, its headers, its size, what it does."""
        message = message_from_bytes(self.raw, policy=policy.compat32)
        parts = tuple(
            (
                part.get_content_type(),
                (part.get_param("charset") or "").lower(),
                (part.get("Content-Transfer-Encoding") or "").lower(),
                part.get_content_disposition(),
            )
            for part in message.walk()
        )
        headers = frozenset(name.lower() for name in message.keys())
        return parts, headers, len(str(len(self.raw))), self.becomes, self.known, bool(self.unsaid)


def word(text, charset="utf-8"):
    """Return an encoded word of a header."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(_codec(charset))).decode()}?="


def _codec(charset):
    # what programs call GB2312 is more than that
    return "gb18030" if (charset or "").lower() in ("gb2312", "gbk") else charset or "us-ascii"


def part(content, kind="text/plain", charset="utf-8", coding="8bit", headers=""):
    """Return a part: its headers, an empty line, its encoded content."""
    raw = content if isinstance(content, bytes) else content.encode(_codec(charset))
    label = f'; charset="{charset}"' if charset and kind.startswith("text/") else ""
    if coding == "base64":
        raw = base64.encodebytes(raw)
    elif coding == "quoted-printable":
        raw = quopri.encodestring(raw)
    top = f"Content-Type: {kind}{label}\nContent-Transfer-Encoding: {coding}\n{headers}\n"
    return top.encode() + raw


def several(kind, *parts, boundary="=_b1", more=""):
    """Return parts in a multipart."""
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\n" + one + b"\n" for one in parts)
    return f'Content-Type: {kind}; boundary="{boundary}"{more}\n\n'.encode() + body + line + b"--\n"


def mail(name, subject, content, sender=CUSTOMER, headers=""):
    """Return a whole mail to the team."""
    title = f"Subject: {subject}\n" if subject is not None else ""
    top = (
        f"From: {sender}\nTo: service@logistics.example.com\n{title}"
        f"Message-ID: <{name}@mail.example.com>\nDate: Mon, 5 Jan 2026 09:30:00 +0800\n"
        f"MIME-Version: 1.0\n{headers}"
    )
    return top.encode() + content


def reply(parent=PARENT):
    """Return the headers of an answer."""
    return f"In-Reply-To: {parent.decode()}\nReferences: {parent.decode()}\n"


def attached(name, content, kind="application/octet-stream", disposition=None):
    """Return a part that is a file."""
    shown = disposition or f'attachment; filename="{name}"'
    return part(content, kind, None, "base64", f"Content-Disposition: {shown}\n")


def shape(name, title, content, sender=CUSTOMER, headers="", **expected):
    """Return a shape from the parts of its mail."""
    return Shape(name, mail(name, title, content, sender, headers), **expected)


HTML = "text/html"
EVIL = (
    "<p>Broken</p><script>alert(1)</script><img src=x onerror=alert(2)>"
    '<a href="javascript:alert(3)">see</a><iframe src="https://evil.example.com"></iframe>'
    '<svg onload="alert(4)"></svg><form action="https://evil.example.com"><input></form>'
)

NEW = [
    shape(
        "outlook",
        "Two cartons broken",
        several(
            "multipart/alternative",
            part("Two cartons arrived broken.\n", charset="us-ascii", coding="7bit"),
            part(
                '<html><head><style>p.MsoNormal {margin:0cm}</style></head><body lang="EN-US">'
                '<div class="WordSection1"><p class="MsoNormal">Two cartons arrived '
                "<b>broken</b>.<o:p></o:p></p></div></body></html>",
                HTML,
                "us-ascii",
                "quoted-printable",
            ),
        ),
        headers="X-Mailer: Microsoft Outlook 16.0\nThread-Index: AdyJ0000000000000000\n"
        "Content-Language: en-us\n",
        subject="Two cartons broken",
        said=("<b>broken</b>",),
    ),
    shape(
        "outlook-winmail",
        "RTF",
        several(
            "multipart/mixed",
            part("See the enclosed table.", charset="iso-8859-1", coding="quoted-printable"),
            attached("winmail.dat", b"\x78\x9f\x3e\x22\x01\x00", "application/ms-tnef"),
        ),
        headers="X-MS-Has-Attach: yes\nX-MS-TNEF-Correlator: <tnef@mail.example.com>\n",
        said=("enclosed table",),
        files=("winmail.dat",),
    ),
    shape(
        "outlook-web",
        "=?iso-8859-1?Q?L=E4uft_aus?=",
        part("<div>Die Kiste läuft aus</div>", HTML, "iso-8859-1", "quoted-printable"),
        headers="X-MS-Exchange-MessageSentRepresentingType: 1\n",
        subject="Läuft aus",
        said=("Die Kiste läuft aus",),
    ),
    shape(
        "gmail",
        word("少了一箱"),
        several(
            "multipart/alternative",
            part("少了一箱\r\n", coding="base64"),
            part('<div dir="ltr">少了一箱 😟<br></div>', HTML, coding="quoted-printable"),
        ),
        headers="X-Received: by 2002:a05:6512 with SMTP id x\n",
        subject="少了一箱",
        said=("少了一箱 😟",),
    ),
    shape(
        "gmail-forward-of-the-customer",
        "Fwd: Rechnung",
        part(
            '<div dir="ltr">Please see below.<br><div class="gmail_quote">'
            '<div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>'
            "From: Shop &lt;shop@other.example.com&gt;<br></div>The invoice is wrong</div></div>",
            HTML,
        ),
        headers="X-Gm-Message-State: AOJu\n",
        subject="Rechnung",
        said=("Please see below",),
    ),
    shape(
        "forwarded-by-a-colleague",
        "FW: Broken",
        part(
            "Please handle.\n\n---------- Forwarded message ----------\n"
            f"From: {CUSTOMER}\nDate: today\n\nAll broken!\n",
            coding="7bit",
        ),
        sender="Agent <agent@logistics.example.com>",
        subject="Broken",
        said=("All broken!",),
    ),
    shape(
        "forwarded-as-a-file",
        "See the mail",
        several(
            "multipart/mixed",
            part("As enclosed", charset="us-ascii", coding="7bit"),
            b"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n"
            b"From: shop@other.example.com\nSubject: Inner\n\nWe packed it well\n",
        ),
        said=("As enclosed", "We packed it well"),
    ),
    shape(
        "qq",
        word("货物损坏", "gb18030"),
        several(
            "multipart/alternative",
            part("货物损坏,请处理", charset="gb18030", coding="base64"),
            part("<div>货物损坏,请<b>处理</b></div>", HTML, "gb18030", "base64"),
            boundary="----=_NextPart_65000000_0B2F",
        ),
        sender=f"{word('王敏', 'gb18030')} <wang.min@cold.example.com>",
        headers="X-QQ-mid: xmsmtpt1\nX-QQ-XMAILINFO: x\nX-Mailer: QQMail 2.x\n",
        subject="货物损坏",
        said=("请<b>处理</b>",),
    ),
    shape(
        "163",
        "=?GBK?B?" + base64.b64encode("迟到两天".encode("gbk")).decode() + "?=",
        several(
            "multipart/alternative",
            part("迟到两天", charset="GBK", coding="base64"),
            part('<div style="line-height:1.7">迟到两天,朱镕瑄收</div>', HTML, "GBK", "base64"),
        ),
        headers="X-Coremail-Locale: zh_CN\nX-CM-TRANSID: xM-ow\nX-Originating-IP: [192.0.2.1]\n",
        subject="迟到两天",
        said=("迟到两天,朱镕瑄收",),
    ),
    shape(
        "foxmail",
        word("朱镕瑄投诉", "gb2312"),
        part("茶壶碎了,收件人:朱镕瑄", charset="gb2312", coding="base64"),
        headers="X-Mailer: Foxmail 7.2.25.492[cn]\nX-Has-Attach: no\n",
        subject="朱镕瑄投诉",
        said=("朱镕瑄",),
    ),
    shape(
        "gb18030-in-eight-bits",
        "=?GB18030?Q?=CD=B6=CB=DF?=",
        part("<p>货物㐀损坏</p>", HTML, "GBK"),
        subject="投诉",
        said=("货物㐀损坏",),
    ),
    shape(
        "utf-8-in-the-headers",
        "包裹破损 – naïve",
        part("外箱压扁了"),
        sender='"王敏" <wang.min@cold.example.com>',
        subject="包裹破损 – naïve",
        said=("外箱压扁了",),
    ),
    shape(
        "big5",
        word("貨物遺失", "big5"),
        part("貨物遺失,請查明", charset="big5", coding="base64"),
        subject="貨物遺失",
        said=("請查明",),
    ),
    shape(
        "iso-2022-jp",
        word("荷物の破損", "iso-2022-jp"),
        part("荷物が壊れました", charset="iso-2022-jp", coding="7bit"),
        subject="荷物の破損",
        said=("荷物が壊れました",),
    ),
    shape(
        "charset-that-does-not-exist",
        "=?x-none?Q?Lost?=",
        part(b"Lost parcel", charset="x-none", coding="7bit"),
        said=("Lost parcel",),
    ),
    shape(
        "iphone",
        "Photo",
        several(
            "multipart/mixed",
            part("Look at this:\n\n", "text/plain; format=flowed", "us-ascii", "7bit"),
            attached("IMG_0001.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg", "inline; filename=IMG_0001.jpeg"),
            part("\n\nSent from my iPhone", charset="us-ascii", coding="7bit"),
            boundary="Apple-Mail-0F1E",
        ),
        headers="X-Mailer: iPhone Mail (22G86)\n",
        said=("Look at this:", "Sent from my iPhone"),
        files=("IMG_0001.jpeg",),
    ),
    shape(
        "inline-picture",
        "Two photos",
        several(
            "multipart/related",
            part('<p>See <img src="cid:p1@x"></p>', HTML),
            part(
                PNG,
                'image/png; name="broken.png"',
                None,
                "base64",
                'Content-ID: <p1@x>\nContent-Disposition: inline; filename="broken.png"\n',
            ),
        ),
        said=("See",),
        files=("broken.png",),
    ),
    shape(
        "files-with-chinese-names",
        "Slip",
        several(
            "multipart/mixed",
            part("Signed slip enclosed", coding="quoted-printable"),
            attached(
                "",
                b"%PDF-1.4",
                "application/pdf",
                "attachment; filename*=UTF-8''%E7%AD%BE%E6%94%B6%E5%8D%95.pdf",
            ),
            attached(
                "", b"a,b", "text/csv", f'attachment; filename="{word("清单.csv", "gb18030")}"'
            ),
        ),
        said=("Signed slip",),
        files=("清单.csv", "签收单.pdf"),
    ),
    shape(
        "signed",
        "Signed",
        several(
            "multipart/signed",
            part("Short by two", charset="us-ascii", coding="7bit"),
            attached("smime.p7s", b"0\x82", "application/pkcs7-signature"),
            more='; protocol="application/pkcs7-signature"; micalg=sha-256',
        ),
        said=("Short by two",),
        files=("smime.p7s",),
    ),
    shape(
        "invitation",
        "Meeting about the claim",
        several(
            "multipart/alternative",
            part("Can we talk on Tuesday?", coding="7bit"),
            part("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "text/calendar; method=REQUEST", "utf-8", "7bit"),
        ),
        said=("Can we talk on Tuesday?",),
    ),
    shape("empty", None, b"\n", subject="Complaint"),
    shape(
        "nothing-but-a-file",
        "",
        several("multipart/mixed", attached("wet.png", PNG, "image/png")),
        subject="Complaint",
        files=("wet.png",),
    ),
    shape(
        "huge",
        "Long",
        part("broken carton\n" * 150_000, coding="7bit"),
        said=("broken carton", "…"),
        options={"shorter_than": 60_000, "kept": 1_000_000},
    ),
    shape(
        "html-with-script",
        "Script <script>alert(0)</script>",
        part(f"<html><body>{EVIL}</body></html>", HTML, coding="base64"),
        said=("Broken",),
        unsaid=("<script", "onerror", "javascript:", "<iframe", "onload", "<form", "<input"),
    ),
    shape(
        "newsletter",
        "Our offers",
        several(
            "multipart/alternative",
            part("Offers", coding="quoted-printable"),
            part('<p>Offers</p><img src="https://t.example.com/1.gif">', HTML, coding="8bit"),
        ),
        sender="shop@offers.example.com",
        headers="Precedence: bulk\nList-Unsubscribe: <mailto:out@offers.example.com>\n",
        said=("Offers",),
        known=False,
        acknowledged=False,
    ),
    shape(
        "out-of-office-by-its-subject-alone",
        word("自动回复:您好"),
        part("您好,我正在休假", coding="base64"),
        headers="X-QQ-mid: auto\n",
        said=("我正在休假",),
        acknowledged=False,
    ),
    shape(
        "unknown-sender",
        "Where is it?",
        part("Where is my parcel?", coding="quoted-printable"),
        sender='"Li Lei" <LI@new.example.com>',
        said=("Where is my parcel?",),
        known=False,
    ),
    shape(
        "customer-in-name-alone",
        "Change our account",
        part("Pay to another account", charset="utf-8", coding="base64"),
        sender='"wang.min@cold.example.com" <x@evil.example.com>',
        headers="Reply-To: x@evil.example.com\n",
        said=("another account",),
        known=False,
    ),
    shape(
        "nul-in-the-text",
        "Null",
        part("before\x00after", charset="us-ascii", coding="base64"),
        said=("beforeafter",),
    ),
    shape(
        "cut-off",
        "Cut off",
        several("multipart/mixed", part("It breaks off", coding="7bit")).replace(b"--=_b1--", b"")[:-3],
        said=("It breaks o",),
    ),
    shape(
        "base64-that-is-none",
        "Not base64",
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        b"This is !! no base64 at all.\n",
        headers="X-Broken: yes\n",
    ),
]

ANSWERS = [
    shape(
        "gmail-reply",
        "Re: Two cartons broken",
        part(
            '<div dir="ltr">Any news?</div><br><div class="gmail_quote gmail_quote_container">'
            '<div dir="ltr" class="gmail_attr">On Mon, Jan 5, 2026 Service wrote:</div>'
            '<blockquote class="gmail_quote">We look into it</blockquote></div>',
            HTML,
        ),
        headers=reply(),
        becomes=THREADED,
        said=("Any news?",),
        folded="We look into it",
    ),
    shape(
        "outlook-reply",
        "RE: Two cartons broken",
        part(
            '<div class="WordSection1"><p class="MsoNormal">Still nothing.</p>'
            '<div style="border-top:solid #E1E1E1 1.0pt" id="divRplyFwdMsg"><p class="MsoNormal">'
            "<b>From:</b> Service<br><b>Sent:</b> Monday</p></div>"
            '<p class="MsoNormal">-----Original Message-----</p>'
            '<p class="MsoNormal">We look into it</p></div>',
            HTML,
            "us-ascii",
            "quoted-printable",
        ),
        headers=reply() + "Thread-Topic: Two cartons broken\nX-Mailer: Microsoft Outlook 16.0\n",
        becomes=THREADED,
        said=("Still nothing.",),
        folded="We look into it",
    ),
    shape(
        "qq-reply",
        word("回复:破损"),
        part(
            "<div>还没有收到答复</div><div><br></div>"
            "<div>------------------&nbsp;原始邮件&nbsp;------------------</div>"
            '<div style="background:#efefef">发件人: "service"</div><div>您好,我们正在处理</div>',
            HTML,
            coding="base64",
        ),
        headers=reply() + "X-QQ-mid: x\n",
        becomes=THREADED,
        said=("还没有收到答复",),
        folded="我们正在处理",
    ),
    shape(
        "163-reply",
        word("回复:破损", "gbk"),
        part(
            "<div>什么时候赔?</div><div>在 2026-01-05 09:30:00,“service” 写道:</div>"
            '<blockquote id="isReplyContent">我们正在处理</blockquote>',
            HTML,
            "gbk",
            "base64",
        ),
        headers=reply() + "X-Coremail-Locale: zh_CN\n",
        becomes=THREADED,
        said=("什么时候赔",),
        folded="我们正在处理",
    ),
    shape(
        "telephone-that-names-the-number",
        "once more %NUMBER%",
        part("Hello?", charset="us-ascii", coding="7bit"),
        headers="X-Mailer: Android\n",
        becomes=THREADED,
        said=("Hello?",),
    ),
    shape(
        "photo-as-an-answer",
        "Re: Two cartons broken",
        several("multipart/mixed", attached("second.png", PNG, "image/png")),
        headers=reply(),
        becomes=THREADED,
        files=("second.png",),
    ),
]

PROGRAMS = [
    shape(
        "bounce",
        "Undelivered Mail Returned to Sender",
        several(
            "multipart/report",
            part("user unknown", charset="us-ascii", coding="7bit"),
            part("Final-Recipient: rfc822; x@y\nAction: failed\n", "message/delivery-status", None, "7bit"),
            more="; report-type=delivery-status",
        ),
        sender="MAILER-DAEMON@mx.cold.example.com",
        headers="Auto-Submitted: auto-replied\n",
        becomes=NOTHING,
    ),
    shape(
        "bounce-of-qmail",
        "failure notice",
        part("Hi. This is the qmail-send program.", charset="us-ascii", coding="7bit"),
        sender="postmaster@mx.cold.example.com",
        headers="Return-Path: <>\n",
        becomes=NOTHING,
    ),
    shape(
        "bounce-in-chinese",
        word("系统退信/Systems bounce", "gb18030"),
        part("<div>很抱歉您的邮件被退回</div>", HTML, "gb18030", "base64"),
        sender="PostMaster@qq.example.com",
        headers="X-QQ-SPAM: true\n",
        becomes=NOTHING,
    ),
    shape(
        "out-of-office",
        "Automatic reply: Two cartons broken",
        part("<p>I am away.</p>", HTML, "us-ascii", "quoted-printable"),
        headers="Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n",
        becomes=NOTHING,
    ),
    shape(
        "vacation",
        "away from my mail",
        part("I will read it later", charset="us-ascii", coding="7bit"),
        headers="Precedence: junk\nX-Autoreply: yes\n",
        becomes=NOTHING,
    ),
    shape(
        "read-receipt",
        "Read: We have received your case",
        several(
            "multipart/report",
            part("Your message was read.", charset="us-ascii", coding="7bit"),
            part("Disposition: manual-action/MDN-sent-manually; displayed\n",
                 "message/disposition-notification", None, "7bit"),  # fmt: skip
            more="; report-type=disposition-notification",
        ),
        becomes=NOTHING,
    ),
]

SHAPES = NEW + ANSWERS + PROGRAMS
