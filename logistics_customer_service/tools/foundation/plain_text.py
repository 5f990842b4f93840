"""The plain-text part of a mail: what somebody reads whose program shows no HTML. No Odoo."""

import re

from lxml import etree, html

SKIPPED = frozenset(("head", "style", "script", "title", "img"))
BLOCKS = frozenset(
    ("address", "article", "blockquote", "div", "dl", "footer", "form", "h1", "h2", "h3", "h4")
) | frozenset(("h5", "h6", "header", "hr", "ol", "p", "pre", "section", "table", "tr", "ul"))
PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table"))
CELLS = frozenset(("td", "th"))
HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none", re.IGNORECASE)
SPACES = re.compile(r"\s+")
# what stands between two blocks, and between two paragraphs: of a run of them the widest counts
LINE, GAP = "\ue000", "\ue001"
EDGES = re.compile(rf"[\s{LINE}{GAP}]+")


def to_plain_text(body):
    """Return HTML as text: lines where lines are seen, each link behind its words.

    :param body: HTML, also a fragment
    """
    if not (body or "").strip():
        return ""
    try:
        root = html.fromstring(body)
    except (etree.ParserError, ValueError):
        return ""
    parts = []
    _collect(root, parts)
    return EDGES.sub(_narrow, "".join(parts)).strip()


def _narrow(run):
    """Return what a run of blanks, breaks and edges comes to."""
    run = run.group()
    if GAP in run:
        return "\n\n"
    return "\n" if LINE in run else "\n" * min(run.count("\n"), 2) or " "


def _collect(element, parts):
    """Append what an element says, without what follows it."""
    tag = element.tag
    if not isinstance(tag, str) or tag in SKIPPED or HIDDEN.search(element.get("style") or ""):
        return
    edge = _get_edge(element)
    parts.append({"br": "\n", "li": f"{LINE}- "}.get(tag, edge))
    begin = len(parts)
    parts.append(SPACES.sub(" ", element.text or ""))
    for child in element:
        _collect(child, parts)
        parts.append(SPACES.sub(" ", child.tail or ""))
    if tag == "a":
        said = " ".join("".join(parts[begin:]).split())
        parts[begin:] = [_link(said, (element.get("href") or "").strip())]
    parts.append(edge)


def _get_edge(element):
    """Return what stands before and after an element, by how it is shown."""
    tag, style = element.tag, element.get("style") or ""
    if tag in PARAGRAPHS:
        return GAP
    if tag in BLOCKS or tag == "a" and "block" in style:
        return LINE
    return " " if tag in CELLS or "block" in style else ""


def _link(said, address):
    """Return the words of a link and where it leads, unless the words say it."""
    bare = re.sub(r"^(?:mailto|tel):", "", address)
    if not address or address.startswith("#") or bare == said:
        return said
    return f"{said} <{bare}>" if said else bare
