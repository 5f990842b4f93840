"""Pages that are printed on the server: what they would fetch from elsewhere is left out. No Odoo.

A customer's mail stands on the print of a case; whatever address it names would be called by the
server, from inside the house.
"""

import re

from lxml import html

# what a browser fetches by itself; where a link leads it goes when somebody clicks
FETCHED = {"src", "srcset", "poster", "background", "data", "lowsrc", "dynsrc", "srcdoc"}
LINKING = {"link", "image", "use", "feimage"}  # whose href is fetched, too
FRAMES = ("iframe", "frame", "object", "embed", "applet", "audio", "video", "portal")
# what gives an attribute of SVG another value later
MOVING = ("set", "animate", "animatemotion", "animatetransform", "discard")
# of what a meta says in place of a header, the rest may fetch
HEADERS = ("content-type", "content-language", "x-ua-compatible")
OWN = re.compile(
    r"/(web/(assets|content|image|static|binary|bundle)|[a-z0-9_]+/static|report/barcode|logo)\b[^\\]*"
)
DATA = re.compile(r"data:(image|font|application/(font|x-font))[^\\]*")
BLANKS = re.compile(r"[\x00-\x20\x7f]+")
URL = re.compile(r"url\(", re.IGNORECASE)
# what else fetches, and names that are written so that nobody knows them
CALLS = re.compile(r"(?:url|image|image-set|src)\s*\(", re.IGNORECASE)
HIDDEN = re.compile(r"@import|@[\w-]*\\|\\[\w\\\s-]{1,60}\(", re.IGNORECASE)
# within SVG and MathML a browser takes for elements what is text in HTML
MARKUP = re.compile(r"[<&]")
XLINK = "{http://www.w3.org/1999/xlink}"


def keep_own(page, base=""):
    """Return a page of HTML without what would be fetched from elsewhere.

    :param page: text or bytes; returned as it is where there is nothing to leave out
    :param base: the server's own address, which may stand before the path of a file of its own
    """
    root = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    if not _clean(root, base):
        return page
    cleaned = html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")
    return cleaned.encode() if isinstance(page, bytes) else type(page)(cleaned)


def _clean(root, base):
    changed = False
    for element in list(root.iter(html.etree.Element)):
        tag = str(element.tag).lower()
        if tag in FRAMES or tag in MOVING or _tells_header(element, tag):
            element.drop_tree()
            changed = True
        elif tag == "style" and not _is_own_sheet(element.text or "", base):
            element.text = ""
            changed = True
        else:
            changed |= _clean_attributes(element, tag, base)
    return changed


def _tells_header(element, tag):
    said = element.get("http-equiv", "").strip().lower() if tag == "meta" else ""
    return bool(said) and said not in HEADERS


def _is_own_sheet(text, base):
    return not MARKUP.search(text) and is_own_style(text, base)


def _clean_attributes(element, tag, base):
    foreign = [
        name for name, value in element.attrib.items() if _is_foreign(tag, name, value, base)
    ]
    for name in foreign:
        del element.attrib[name]
    return bool(foreign)


def _is_foreign(tag, name, value, base):
    name = name.removeprefix(XLINK).rpartition(":")[2].lower()
    if name == "srcset":
        return any(not is_own(part.split()[0], base) for part in value.split(",") if part.split())
    if name == "base" or (name == "href" and tag == "base"):
        return value.strip().rstrip("/") not in ("", base.rstrip("/"))  # to what all others are added
    if name in FETCHED or (name == "href" and tag in LINKING):
        return bool(value) and not is_own(value, base)
    # a style, and what SVG has of its own: fill, mask, filter
    return not name.startswith("data-") and bool(CALLS.search(value) or name == "style") and (
        not is_own_style(value, base)
    )


def is_own(address, base=""):
    """Tell whether an address is content itself, or a file of this server."""
    address = BLANKS.sub("", address)
    if base:
        address = address.removeprefix(base.rstrip("/"))
    return bool(OWN.fullmatch(address) or DATA.fullmatch(address)) and "/.." not in address


def is_own_style(style, base=""):
    """Tell whether a style fetches nothing from elsewhere.

    What stands in comments counts: where one begins and ends, a browser may see otherwise.
    """
    rest, *calls = URL.split(style)
    for call in calls:
        address, _end, after = call.partition(")")
        address = address.strip(" \"'\t\r\n")
        if not address.startswith("#") and not is_own(address, base):
            return False
        rest += f" {after}"
    return not CALLS.search(rest) and not HIDDEN.search(rest)
