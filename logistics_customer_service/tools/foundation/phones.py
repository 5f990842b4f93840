"""Telephone numbers however they are written, several in one field, with extensions. No Odoo."""

import re

import phonenumbers

from .folding import fold

# as much as a field holds; a longer text is none that somebody dials
MAX_LENGTH = 200
EXTENSION = re.compile(r"转接|转|轉接|轉|分机号|分机|分機|内线|內線|内線|доб\.?|durchwahl|nebenstelle|poste")
# what people write before a number
LABELS = re.compile(
    r"(?<![a-z])(?:telephone|telefon|téléphone|tel|tél|phone|mobile|mobil|handy|cell|fon|hotline)(?![a-z])"
    r"|电话|電話|手机|手機|座机|座機|固话|热线|联系"
)


def parse_numbers(text, region):
    """Return the telephone numbers of a text, each once, in their order.

    :param text: what a field holds, or what somebody typed
    :param region: ISO code of the country in which it is dialled, or None
    :return: list of ``phonenumbers.PhoneNumber``
    """
    text, region = _prepare(text), region or None
    found = [*_find(text, region, phonenumbers.Leniency.VALID)]
    found = found or [*_find(text, region, phonenumbers.Leniency.POSSIBLE)]
    head, _dash, tail = text.rpartition("-")
    if not found and len(tail.strip()) < 6:
        found = [*_find(head, region, phonenumbers.Leniency.VALID)]  # an extension behind a dash
    return list({to_e164(number): number for number in found}.values())


def _prepare(text):
    text = LABELS.sub(" ", fold(text)[:MAX_LENGTH].lower())
    text = text.replace(";phone-context=", " ").replace(";ext=", " ext. ").replace(";", " ; ")
    return EXTENSION.sub(" ext. ", text)


def get_pieces(text):
    """Return the digits of what in a text may be numbers, where the library knows none: no extensions."""
    text = _prepare(text).replace(";", ",").replace("/", ",")
    pieces = (piece.split("ext.")[0] for piece in text.split(","))
    return [digits for piece in pieces if (digits := "".join(filter(str.isdecimal, piece)))]


def _find(text, region, leniency):
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency, max_tries=20):
        yield match.number


def to_e164(number):
    """Return a parsed number as it is kept and compared, without its extension."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(number):
    """Tell whether a parsed number can be that of a mobile telephone."""
    kinds = phonenumbers.PhoneNumberType
    return phonenumbers.number_type(number) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)


def get_digits(number):
    """Return the digits of a parsed number that everybody dials, within the country or from abroad."""
    return str(number.national_number)


def is_number_alone(text):
    """Tell whether a text holds telephone numbers and what belongs to them, and no other words."""
    rest = EXTENSION.sub(" ", LABELS.sub(" ", fold(text)[:MAX_LENGTH].lower()))
    for word in ("ext", "or", "oder", "或", "和"):
        rest = rest.replace(word, " ")
    return not any(sign.isalpha() for sign in rest)
