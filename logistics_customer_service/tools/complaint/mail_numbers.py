"""Numbers of cases, orders and parcels in what people write: pure functions, no Odoo."""

import re

from ..foundation.folding import spell

RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[/._-][A-Za-z0-9]+)*")
SEPARATORS = re.compile(r"([/._-])")
LONGEST_TEXT = 20_000
LONGEST, PARTS, MOST = 64, 6, 400


def names_number(text, number):
    """Tell whether a text names a number, as a word of its own whatever the script around it.

    :param text: what :func:`spell` returned
    :param number: the number of a document
    """
    number, start = spell(number), -1
    while number and (start := text.find(number, start + 1)) >= 0:
        around = text[start - 1 : start] + text[start + len(number) :][:1]
        if not any(sign.isascii() and sign.isalnum() for sign in around):
            return True
    return False


def find_numbers(text):
    """Return what in a text may be the number of a document, as it is written and in capitals.

    :param text: plain text
    """
    found = {}
    for run in RUN.finditer(spell(text[:LONGEST_TEXT], capitals=False)):
        for number in _get_parts(run[0][: LONGEST * PARTS]):
            if len(number) <= LONGEST and len(number) > 2 and any(map(str.isdigit, number)):
                found[number] = found[number.upper()] = True
        if len(found) >= MOST:
            break
    return set(found)


def _get_parts(run):
    """Yield a run of words and signs between them, and each part of it that begins and ends with a word."""
    pieces = SEPARATORS.split(run)[: PARTS * 4]
    for start in range(0, len(pieces), 2):
        for end in range(start + 1, min(start + PARTS * 2, len(pieces) + 1), 2):
            yield "".join(pieces[start:end])
