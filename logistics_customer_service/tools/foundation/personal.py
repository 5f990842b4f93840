"""What a model holds of people, and how somebody is recognised in a text. No Odoo."""

import json
import re
import unicodedata
from typing import NamedTuple

from .phones import get_digits, parse_numbers

FEWEST_DIGITS = 8
SHORTEST_WORDS = 4
AT_ONCE = 20
# what stands between the digits of a number
SEPARATORS = " \u00a0\u2009\u202f-\u2010\u2011\u2013./()_"
SEPARATED = "(?:[" + SEPARATORS.replace("-", "") + "-]|&nbsp;){0,3}"
# signs of Chinese, Japanese and Korean, of which two or three are a whole name
IDEOGRAPHIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# how signs are written in HTML, in JSON, in addresses and by typewriters
SPELLED = {
    "&": r"(?:&amp;|&#38;|\\u0026|&)",
    "<": r"(?:&lt;|\\u003c|<)",
    ">": r"(?:&gt;|\\u003e|>)",
    '"': r'(?:\\?"|&quot;|&#34;|[\u201c\u201d\u201e])',
    "\\": r"\\{1,2}",
    "/": r"(?:\\?/|%2F)",
    "@": r"(?:@|%40|&#64;)",
    "+": r"(?:\+|%2B)",
}
SPELLED |= dict.fromkeys("'\u2019\u2018\u02bc`", r"(?:['\u2019\u2018\u02bc`]|&#0?39;|&#x27;|&apos;|\\u2019)")
BLANK = r"(?:\s|&nbsp;|&#160;|\\u00a0|\\[nrt]|%20|[_+-])+"  # as in the name of a file, too


class Personal(NamedTuple):
    """What a model holds of the people whose its records are.

    :param paths: from a record to the contacts of whom it tells
    :param texts: fields that tell of the person: erased, and shown to the person
    :param masked: texts of the house that stay, without name, address and number
    :param inner: of all these, what the house wrote for itself: the person gets it from somebody who
        has looked whom else it tells of; ``("*",)`` is all of the model
    :param facts: fields that are shown to the person and stay: numbers, words chosen from a list
    :param free: fields that hold nothing of a person
    :param addresses: of the texts, those by which a record without a contact is recognised
    :param gone: the records are no figures: they are deleted
    """

    paths: tuple = ()
    texts: tuple = ()
    masked: tuple = ()
    facts: tuple = ()
    free: tuple = ()
    addresses: tuple = ()
    inner: tuple = ()
    gone: bool = False


def get_phone_forms(text, region=None):
    """Return the digits by which the numbers of a field are known: as dialled abroad and at home."""
    forms = set()
    for number in parse_numbers(text or "", region):
        national = get_digits(number)
        forms |= {national, f"{number.country_code}{national}"}
    digits = re.sub(r"\D", "", text or "")
    return {form for form in {*forms, digits} if FEWEST_DIGITS <= len(form) <= 20}


def is_telling(words):
    """Tell whether a name or a street is long enough to be recognised in texts about the person."""
    return len(words) >= (2 if IDEOGRAPHIC.search(words) else SHORTEST_WORDS)


def is_distinct(words):
    """Tell whether a name or a street is hardly another's in texts about anybody: a first name is."""
    several = len(words.split()) > 1 or any(sign.isdigit() for sign in words)
    return is_telling(words) and (several or len(words) >= 3 and bool(IDEOGRAPHIC.search(words)))


def make_patterns(emails=(), phones=(), words=()):
    """Return regular expressions that find somebody, for PostgreSQL and without regard to case.

    Addresses and words are found as a whole; numbers however they are set. Within a text of JSON or
    HTML nothing is found that would break it.

    :param phones: digits alone, as :func:`get_phone_forms` returns them
    :return: list of expressions, none of which is too long for the database
    """
    parts = [_guard(email, r"[\w.+-]") for email in _sort(emails)]
    parts += [
        rf"(?<![0-9])[+]?[(]?0{{0,2}}{SEPARATED.join(digits)}(?![0-9])" for digits in _sort(phones)
    ]
    parts += [_guard(text, r"\w") for text in _sort({*words, *filter(None, map(_turn_round, words))})]
    chunks = (parts[start : start + AT_ONCE] for start in range(0, len(parts), AT_ONCE))
    return ["|".join(f"(?:{part})" for part in chunk) for chunk in chunks]


def make_hints(emails=(), phones=(), words=()):
    """Return what a text contains that may name somebody, quickly looked for, in small letters.

    :return: parts of texts, and rows of digits of which a text is bared of :data:`SEPARATORS`
    """
    mails = {email.lower() for email in emails}
    mails |= {email.replace("@", "%40") for email in mails}
    tokens = mails | {email.replace("+", "%2b") for email in mails}
    for text in words:
        tokens |= _get_tokens(text)
    return sorted(tokens), sorted(phones)


def _get_tokens(text):
    """Return what of a name is written alike everywhere, or the ways of writing it."""
    plain = re.findall(r"[a-z0-9]{3,}", text.lower())
    if plain:
        return {max(plain, key=len)}
    longest = max(re.findall(r"\w+", unicodedata.normalize("NFC", text)) or [text], key=len)
    # which letters are small ones for the database depends on where it was made
    cases = {longest, longest.lower(), longest.upper()}
    return cases | {unicodedata.normalize("NFD", one) for one in cases} | set(map(_write_json, cases))


def _write_json(text):
    return json.dumps(text)[1:-1]


def _turn_round(text):
    """Return a name as lists have it, the family's first, or None."""
    *first, last = text.split(" ")
    if not (first and all(part.isalpha() for part in (*first, last))) or IDEOGRAPHIC.search(text):
        return None
    return f"{last}, {' '.join(first)}"


def _sort(values):
    """The longest first: it may contain the others."""
    return sorted({value for value in values if value}, key=lambda value: (-len(value), value))


def _guard(text, sign):
    """Match a text as a whole; where words have no blanks between them, wherever it stands."""
    # a quotation mark at the end may be that of the JSON around it
    text = unicodedata.normalize("NFC", text).strip('"\\ ') or text
    spelled = "".join(BLANK if part.isspace() else _spell(part) for part in re.findall(r"\s+|\S", text))
    # in JSON a line begins with the sign for its break
    before = "" if IDEOGRAPHIC.match(text[0]) else rf"(?:(?<!{sign})|(?<=_)|(?<=\\[bfnrt]))"
    after = "" if IDEOGRAPHIC.match(text[-1]) else r"(?![\w-])" if "@" in text else r"(?:(?!\w)|(?=_))"
    return f"{before}{spelled}{after}"


def _spell(char):
    """Match a sign in all ways in which it is written."""
    if char in SPELLED or char.isascii():
        return SPELLED.get(char) or _escape(char)
    forms = {char, char.lower(), char.upper()}
    written = {_escape(char), _escape(unicodedata.normalize("NFD", char))}
    return f"(?:{'|'.join(sorted(written | {_escape(_write_json(one)) for one in forms}))})"


def _escape(text):
    # a letter that means something to PostgreSQL after a backslash is none of these
    return re.sub(r"([^\w\s])", r"\\\1", text)
