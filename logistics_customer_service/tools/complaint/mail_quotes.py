"""What in a mail is quoted or passed on: pure functions, no Odoo."""

import re

from lxml import etree, html

from ..foundation.folding import fold

# what QQ, Foxmail, 163 and Outlook put between an answer and what it answers
RULES = (
    "原始邮件|原始郵件|回复的原邮件|回复的邮件|回复邮件|original message|original|ursprüngliche nachricht"
    "|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original"
).split("|")
# and before what they pass on
FORWARD_RULES = (
    "转发邮件信息|转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|forwarded message|forwarded mail"
    "|weitergeleitete nachricht"
    "|message transféré|message transmis|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht"
    "|mensagem encaminhada|begin forwarded message|anfang der weitergeleiteten nachricht"
    "|début du message transféré|start of forwarded message"
    "|转发信息|開始轉寄郵件|以下是转发的邮件|下面是被转发的邮件"
).split("|")
# "On Monday, Li Lei <li@example.com> wrote:"
WROTE = (
    "写道|寫道|wrote|schrieb|geschrieben|a écrit|escribió|ha scritto|escreveu|schreef|skrev|kirjoitti"
    "|napisał|napsal|написал|пишет|yazdı|のメール|書きました|작성"
).split("|")
DIGITS = re.compile(r"\d")
RULE_LENGTH = 120
LINE_LENGTH = 400
QUOTE_MARK = "data-o-mail-quote"
BLOCKS = frozenset({"div", "p", "blockquote", "pre", "span", "td", "font", "includetail"})
BREAKS = frozenset("address blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul".split())


def lines(body):
    """Return the lines of HTML as they are read; the cells of a table's row stand in one.

    :param body: HTML, also a fragment
    """
    root = _parse(body)
    if root is None:
        return []
    seen = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            seen.append(_get_break(element.tag) + (element.text or ""))
        else:
            seen.append((_get_break(element.tag) if event == "end" else "") + (element.tail or ""))
    return "".join(seen).splitlines()


def _get_break(tag):
    return "\n" if tag in BREAKS else "\t" if tag in ("td", "th") else ""


def is_forward_rule(line):
    """Tell whether a line is one that programs put before what they pass on."""
    return _strip_rule(line) in FORWARD_RULES


def _is_quote_rule(line):
    """Tell whether a line stands between an answer and what it answers."""
    bare = _strip_rule(line)
    ruled = fold(line).strip()[:2] in ("--", "__")
    return (ruled and (bare in RULES or bare in FORWARD_RULES)) or _is_attribution(line)


def _strip_rule(line):
    line = fold(line[: RULE_LENGTH * 2]).strip()
    return line.strip("-_=> :").casefold() if len(line) <= RULE_LENGTH else ""


def _is_attribution(line):
    """Tell whether a line says who wrote, and when, what follows it."""
    line = fold(line[: LINE_LENGTH + 1]).strip(" \t\r\n>").casefold()
    if len(line) > LINE_LENGTH or not line.endswith(":"):
        return False
    dated = len(DIGITS.findall(line)) >= 5
    return dated and any(word in line for word in WROTE) and _begins_attribution(line)


def _begins_attribution(line):
    """Tell whether a line begins as programs begin it, and names an address or a time."""
    opening = line[:1].isdigit() or line.startswith(
        ("在", "于", "於", "on ", "at ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "a ", "w ", "dne ")
    )
    return opening and ("@" in line or line.count(":") > 1 or "写道" in line or "寫道" in line)


def mark_quotes(body):
    """Return HTML in which what stands below a line of QQ, 163 or Outlook is marked as quoted.

    :param body: HTML, also a fragment
    """
    root = _parse(body)
    if root is None:
        return body
    for element in root.iter(*BLOCKS):
        if _is_quote_rule((element.text or "")[: LINE_LENGTH * 2]):
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
        alone = parent is not None and element.getprevious() is None and not (parent.text or "").strip()
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
