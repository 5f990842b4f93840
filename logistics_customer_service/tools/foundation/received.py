"""What strangers and their programs send, value by value: texts and instants checked. No Odoo."""

import unicodedata
from datetime import UTC, datetime

MAX_LINE = 120
MAX_ID = 2**31 - 1


def text_of(value, limit):
    """Return a value as text (empty for none), or raise ValueError.

    :param value: what JSON came to
    :param limit: how many characters at most
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("This must be text.")
    if len(value) > limit:
        raise ValueError(f"At most {limit} characters.")
    return value


def number_of(value):
    """Return the number in a text, None where it is none, or raise ValueError.

    :param value: what an address or a form said
    """
    text = str(value or "")
    if not text.isdecimal():
        return None
    # the length first: from some thousand digits on Python itself refuses
    if len(text) > len(str(MAX_ID)) or int(text) > MAX_ID:
        raise ValueError("Nothing has such a number.")
    return int(text)


def read_id(text):
    """Return the number that the database takes a text for, as ``12``, ``0x0c`` or ``1_2``, or None."""
    for base in (10, 0):
        try:
            return int(text, base) if len(text) < MAX_LINE else None
        except ValueError:
            continue
    return None


def is_control(char):
    """Tell whether a character is one that nobody sees and no text needs."""
    # Cs: halves of surrogate pairs, which no database takes
    return unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"


def printable(text):
    """Return a text without control characters and without blanks at its ends."""
    return "".join(char for char in text if not is_control(char)).strip()


def clean(text, length=None):
    """Return what somebody wrote, without signs that no one can see, and no longer than that."""
    kept = "".join(char for char in str(text or "") if char.isprintable() or char == "\n")
    return kept.strip()[:length]


def clean_line(text, length=MAX_LINE):
    """Return what somebody wrote in one line."""
    return " ".join(clean(text, length).split())


def instant_of(value):
    """Return a text by ISO 8601 with an offset as naive UTC to the second, or raise ValueError."""
    try:
        moment = datetime.fromisoformat(text_of(value, 40))
    except ValueError:
        raise ValueError("Give the time by ISO 8601, as 2026-01-31T14:05:00+08:00.") from None
    if moment.tzinfo is None:
        raise ValueError("The time needs an offset from UTC, as +08:00 or Z.")
    try:
        return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    except OverflowError:
        raise ValueError("The time is out of range.") from None
