"""What a mail says, who wrote it and what in it is quoted: pure functions, no Odoo."""

import codecs
import re

from lxml import etree, html

# RFC 3834 and what programs wrote before it
AUTO_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponse",
    "X-Auto-Reply",
    "X-Failed-Recipients",
)
AUTO_PRECEDENCE = frozenset({"auto_reply", "auto-reply"})
BULK_PRECEDENCE = frozenset({"bulk", "list", "junk"})
DAEMONS = frozenset({"mailer-daemon", "postmaster", "noreply-dmarc-support"})
AUTO_SUBJECT = re.compile(
    r"""^\s*(?:re|aw|回复|答复|回覆)?\s*[::]?\s*[\[【(]?(?:
        auto(?:matic)?[\s_-]*(?:reply|response|antwort)\b | autoreply\b | auto:
      | out[\s-]of[\s-](?:the[\s-])?office\b | vacation\s+(?:reply|response)\b | ooo\b\s*:
      | (?:undeliverable|undelivered\ mail|delivery\ status\ notification|returned\ mail
          |mail\ delivery\ (?:failed|failure)|failure\ notice)\b
      | 自动回复 | 自動回覆 | 自動回復 | 自动答复 | 外出自动 | 不在办公室 | 休假自动
      | 系统退信 | 退信 | 邮件投递失败 | 未送达 | 系統退信
    )""",
    re.IGNORECASE | re.VERBOSE,
)
REPLY_PREFIX = re.compile(
    r"^\s*(?:(?:re|fw|fwd|aw|wg|回复|答复|转发|回覆|轉寄|轉發)\s*(?:\[\d+\])?\s*[::]\s*)+",
    re.IGNORECASE,
)
FORWARD_PREFIX = re.compile(r"^\s*(?:fw|fwd|wg|转发|轉寄|轉發)\s*[::]", re.IGNORECASE)
# "From: Li Lei <li@example.com>" as programs put it before what they forward
FORWARDED_FROM = re.compile(
    r"^[\s>*]*(?:from|von|发件人|寄件者|寄件人)\s*[::]\*?\s*(?P<from>[^\n]*@[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# what QQ, Foxmail, 163 and Outlook put between an answer and what it answers
QUOTE_LINE = re.compile(
    r"""^\s*(?:
        -{2,}\s*(?:原始邮件|原始郵件|回复的原邮件|回复的邮件|转发邮件信息
               |Original\ Message|Original|Forwarded\ message)\s*-{2,}
      | 在\s?\d{4}.{5,60}写道\s*[::]\s*$
      | At\s\d{4}-\d\d-\d\d.{5,200}(?:wrote|写道)\s*[::]\s*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
QUOTE_MARK = "data-o-mail-quote"
BLOCKS = frozenset({"div", "p", "blockquote", "pre", "span", "td", "font", "includetail"})
SUBJECT_LENGTH = 200


def is_automatic(header, subject, sender=""):
    """Tell whether a program wrote a mail: an out-of-office note, a bounce, a confirmation.

    :param header: function from a header's name to its value or None
    :param subject: decoded subject
    :param sender: bare address of the sender
    """
    submitted = (header("Auto-Submitted") or "no").split(";")[0].strip().lower()
    if submitted != "no":
        return True
    if any((header(name) or "no").strip().lower() not in ("no", "false") for name in AUTO_HEADERS):
        return True
    if (header("Precedence") or "").strip().lower() in AUTO_PRECEDENCE:
        return True
    if (header("Return-Path") or "").strip() == "<>":
        return True
    # a bounce, or the receipt of a mail that was read
    if (header("Content-Type") or "").strip().lower().startswith("multipart/report"):
        return True
    if sender.partition("@")[0].lower() in DAEMONS:
        return True
    return bool(AUTO_SUBJECT.match(subject or ""))


def wants_no_answer(header):
    """Tell whether a mail is not to be acknowledged: from a list, or sent in bulk.

    :param header: function from a header's name to its value or None
    """
    suppressed = (header("X-Auto-Response-Suppress") or "").lower()
    return bool(
        (header("Precedence") or "").strip().lower() in BULK_PRECEDENCE
        or header("List-Id")
        or header("List-Unsubscribe")
        or any(word in suppressed for word in ("all", "oof", "autoreply"))
    )


def widen_chinese_charsets(raw):
    """Return a mail in which GB2312 and GBK are called GB18030, which contains both.

    Programs say GB2312 and use characters it lacks; taken at their word, these are lost.

    :param raw: the mail as bytes
    """
    charset = rb"(charset\s*=\s*[\"']?)(?:gb2312|gbk|gb_2312-80|x-gbk)\b"
    raw = re.sub(charset, rb"\1gb18030", raw, flags=re.IGNORECASE)
    return re.sub(rb"=\?(?:gb2312|gbk)\?([bq])\?", rb"=?gb18030?\1?", raw, flags=re.IGNORECASE)


def name_known_charsets(raw):
    """Return a mail in which encodings that nobody knows are called UTF-8.

    Asked for one that it does not know, the gateway would lose the mail.

    :param raw: the mail as bytes
    """

    def name(found):
        return found[0] if _is_known(found[2].decode()) else found[1] + b"utf-8"

    return re.sub(rb"(charset\s*=\s*[\"']?)([\w.:+-]+)", name, raw, flags=re.IGNORECASE | re.ASCII)


def _is_known(charset):
    try:
        return codecs.lookup(charset)._is_text_encoding
    except (LookupError, ValueError):
        return False


def storable(text):
    """Return a text without what a database cannot keep: NUL and halves of characters."""
    if not text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def plain_subject(subject):
    """Return a subject in one line, without "Re:", "回复:" and their like."""
    line = " ".join((subject or "").split())
    return REPLY_PREFIX.sub("", line)[:SUBJECT_LENGTH].strip()


def is_forwarded(subject):
    """Tell whether the subject says that the mail was forwarded."""
    return bool(FORWARD_PREFIX.match(subject or ""))


def forwarded_sender(text):
    """Return the address of whom a forwarded mail is from, or None.

    :param text: the mail as plain text
    """
    found = FORWARDED_FROM.search(text or "")
    address = found and ADDRESS.search(found["from"])
    return address and address.group().lower()


def mark_quotes(body):
    """Return HTML in which what stands below a line of QQ, 163 or Outlook is marked as quoted.

    :param body: HTML, also a fragment
    """
    root = _parse(body)
    if root is None:
        return body
    for element in root.iter(*BLOCKS):
        if QUOTE_LINE.match((element.text or "").replace("\xa0", " ").strip()):
            _mark_from(element, root)
            return _serialize(root)
    return body


def _mark_from(element, root):
    """Mark an element, what follows it, and what follows the elements it is alone in."""
    while element is not None and element is not root:
        element.set(QUOTE_MARK, "1")
        for sibling in element.itersiblings():
            if isinstance(sibling.tag, str):
                sibling.set(QUOTE_MARK, "1")
        parent = element.getparent()
        alone = (
            parent is not None
            and element.getprevious() is None
            and not (parent.text or "").strip()
        )
        element = parent if alone else None


def without_quotes(body):
    """Return HTML without what is marked as quoted.

    :param body: HTML, also a fragment
    """
    root = _parse(body)
    if root is None:
        return body
    for element in root.xpath(f"//*[@{QUOTE_MARK}]"):
        if element.getparent() is not None:
            element.drop_tree()
    return _serialize(root)


def _parse(body):
    if not (body or "").strip():
        return None
    try:
        return html.fragment_fromstring(body, create_parent="div")
    except (etree.ParserError, ValueError):
        return None


def _serialize(root):
    inner = (root.text or "") and html.tostring(root, encoding="unicode")
    return inner or "".join(html.tostring(child, encoding="unicode") for child in root)
