"""Tracking numbers as they are pasted from chats, spreadsheets and labels: pure, no Odoo."""

import re
import unicodedata

# as both Python and PostgreSQL read them, after normalisation by NFKC
_UNSEEN = r"""[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF"'`\u2018-\u201D]"""
_APART = r"[,;\u3001\u060C|\n\r\t\u000B\u000C\u0085\u2028\u2029]"
_EITHER = r"[ /+&]"
# a piece this long that has a digit is a number of its own, a shorter one a group of digits
WHOLE = 6


def numbers_of(text):
    """Return the tracking numbers that a text names, in their order, each once.

    In capitals, without blanks and what nobody sees. Commas, semicolons, line breaks and tabs part
    numbers in any script; blanks, ``/``, ``+`` and ``&`` do so where each piece is a number by
    itself, for labels print one number in groups.
    """
    text = re.sub(_UNSEEN, "", unicodedata.normalize("NFKC", text or "").upper())
    found = {}
    for piece in re.split(_APART, text):
        parts = [part for part in re.split(_EITHER, piece) if part]
        if not all(_is_whole(part) for part in parts):
            parts = [piece.replace(" ", "")]
        found.update(dict.fromkeys(filter(None, parts)))
    return tuple(found)


def _is_whole(part):
    return len(part) >= WHOLE and any(char.isdigit() for char in part)


def joined(text):
    """Return what a text names, as it is kept of an event; None for nothing."""
    return ",".join(numbers_of(text)) or None


def candidates_sql(column):
    """Return the SQL of an array in which are all that :func:`numbers_of` finds, and maybe more."""
    plain = f"regexp_replace(upper(normalize({column}, NFKC)), '{_quoted(_UNSEEN)}', '', 'g')"
    parts = f"regexp_replace({plain}, '{_quoted(_APART)}', ',', 'g')"
    return (
        f"(string_to_array(replace({parts}, ' ', ''), ',')"
        f" || string_to_array(regexp_replace({parts}, '{_EITHER}', ',', 'g'), ','))"
    )


def _quoted(pattern):
    return pattern.replace("'", "''")
