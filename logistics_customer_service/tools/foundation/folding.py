"""Texts as people and programs write them, brought to one spelling to be compared. No Odoo."""

import unicodedata

_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63), "-")
# nobody sees them: zero-width blanks and joiners, the soft hyphen, marks of direction
_UNSEEN = (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)


def _one_for_one():
    """Return for each sign of full width, and for each blank, the usual one."""
    table = dict.fromkeys(_UNSEEN, " ")
    for code in (*range(0xFE50, 0xFE70), *range(0xFF00, 0xFFF0), 0x2236):
        usual = unicodedata.normalize("NFKC", chr(code))
        if len(usual) == 1:
            table[code] = usual
    blanks = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
    return table | dict.fromkeys(blanks, " ") | {0x2236: ":"}


_FOLDED = _one_for_one()
# the sign for "number" would become letters
_SPELT = dict.fromkeys(_UNSEEN) | _DASHES | {0x2116: " "}


def fold(text):
    """Return a text in which signs of full width are the usual ones, and each blank is a space.

    Each sign becomes one: what is found in the folded text stands at the same place in the text.
    """
    return (text or "").translate(_FOLDED)


def spell(text, capitals=True):
    """Return a text as numbers of documents are compared: NFKC, one kind of dash, nothing unseen."""
    text = unicodedata.normalize("NFKC", (text or "").translate(_SPELT))
    return text.upper() if capitals else text


def one_line(text):
    """Return what somebody typed into a field, of usual width and with single blanks."""
    seen = (text or "").translate(dict.fromkeys(_UNSEEN))
    return " ".join(fold(seen).split())
