"""Texts of a case without who it was and how much it was: pure functions, no Odoo.

What comes out is a proposal. A person reads it before others do.
"""

import re
from itertools import chain

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"',。;)]+", re.IGNORECASE)
CURRENCY = r"(?:[$€£¥¥₹]|US\$|RMB|CNY|USD|EUR|GBP|HKD|SDR)"
NUMBER = r"\d+(?:[.,,]\d+)*"
AMOUNT = re.compile(
    rf"{CURRENCY}\s?{NUMBER}|{NUMBER}\s?(?:{CURRENCY}|(?:万|千|百)?(?:元|块钱?|美元|欧元|港币))",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,2}\s?日?)?|\d{1,2}\s?月\s?\d{1,2}\s?[日号]")
PHONE = re.compile(r"(?<![A-Za-z0-9+])\+?\(?\d[\d\s()-]{6,}\d(?![A-Za-z0-9])")
# numbers of orders, parcels, vehicles: three digits or more, with what letters stand beside them
CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[A-Za-z0-9]|[/_-](?=[A-Za-z0-9]))*(?![A-Za-z0-9])")
PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Za-z0-9])")
CALLED = re.compile(r"(?:[\u4e00-\u9fff](?=先生|女士|小姐|老师|师傅|经理))(?<![的位了和与])")
LEGAL = re.compile(
    r"[\s,,]*(?:(?:co\.?,?\s*)?ltd|gmbh|inc|llc|corp|s\.?a|ag|b\.?v|plc|有限责任公司|股份有限公司|有限公司|公司)\.?$",
    re.IGNORECASE,
)


def mask(text, names, words):
    """Replace what tells who a text is about.

    :param text: plain text
    :param names: mapping of word (a key of ``words``) to the names it stands for, such as
        ``{"customer": ["Cold Foods Ltd."]}``; the longest name is replaced first
    :param words: what to write instead, for the keys of ``names`` and for ``mail``, ``link``,
        ``amount``, ``date``, ``phone``, ``number`` and ``person``
    :return: the text with the words in their places
    """
    text = MAIL.sub(words["mail"], LINK.sub(words["link"], text or ""))
    for key, name in _spell_out(names):
        text = _name_pattern(name).sub(lambda _match, key=key: words[key], text)
    for pattern, key in (
        (AMOUNT, "amount"),
        (DATE, "date"),
        (PLATE, "number"),
        (PHONE, "phone"),
        (CALLED, "person"),
    ):
        text = pattern.sub(words[key], text)
    return CODE.sub(lambda found: _mask_code(found.group(), words["number"]), text)


def _spell_out(names):
    """Return (key, name) of each name, of its legal form cut off and of its parts, longest first."""
    pairs = {
        (key, form)
        for key, given in names.items()
        for name in filter(None, given)
        for form in chain([name.strip(), LEGAL.sub("", name.strip())], _get_parts(key, name))
        if len(form) > 1
    }
    return sorted(pairs, key=lambda pair: (-len(pair[1]), pair))


def _get_parts(key, name):
    """A person's first and last name each give the person away; a company's words do not."""
    return [part for part in name.split() if len(part) > 2] if key == "person" else []


def _name_pattern(name):
    """Match a name as whole words; Chinese has no spaces between them."""
    escaped = re.escape(name)
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return re.compile(f"{before}{escaped}{after}", re.IGNORECASE)


def _mask_code(found, word):
    return word if sum(char.isdigit() for char in found) >= 3 else found
