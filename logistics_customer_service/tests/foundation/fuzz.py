"""Requests as nobody means them, drawn from a seed: tokens, numbers, forms and headers gone wrong. No Odoo.

What an answer must not hold: a failure of the server, and words that are none of the visitor's business.
"""

import random
import re
from dataclasses import dataclass, field
from urllib.parse import quote

WORDS = (
    "", "0", "-1", "2147483648", "9" * 30, "1" * 5000, "\0", "%00", "%", "%ff%fe", "é", "投诉", "😀",
    "..", "../../etc/passwd", "<script>alert(1)</script>", "' OR 1=1 --", "{{ 7*7 }}", "${7*7}", "%s%n",
    "zh_CN", "en_US", "None", "False", "null", "[]", "a b", "\r\nX-Evil: 1", ";", "A" * 27, "a" * 27 + "-_",
    "*" * 27, "AbCdE***1",
)  # fmt: skip
FIELDS = (
    "answer", "note", "text", "kind", "name", "email", "phone", "reference", "stamp", "website", "terms",
    "touched", "person", "later", "no_contact", "csrf_token", "sent", "done", "change", "told", "lang",
    "q1", "q99999999999999999999", "delivery", "order", "subject", "remedy", "page", "search", "sortby",
)  # fmt: skip
HEADERS = ("Accept-Language", "Referer", "User-Agent", "X-Forwarded-For", "X-Logistics-Key",
           "X-Logistics-Signature", "X-Logistics-Timestamp", "If-None-Match", "Range", "Cookie")  # fmt: skip
TYPES = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x",
         "multipart/form-data", "text/plain", "")  # fmt: skip
METHODS = ("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS")
# traces of a program: its errors, its tables and its models
LEAK = re.compile(
    r"Traceback|psycopg2|odoo\.(exceptions|addons|models)|SELECT .* FROM|\blogistics\.[a-z_]+\."
)


@dataclass(frozen=True)
class Request:
    """A request to be sent: ``path`` with its query, ``data`` as bytes."""

    method: str
    path: str
    data: bytes = None
    headers: dict = field(default_factory=dict)


def draw_requests(seed, number, routes, tokens):
    """Return requests, the same ones for the same seed.

    :param routes: rules of addresses, as werkzeug writes them
    :param tokens: tokens that open something, to be bent
    """
    rng = random.Random(seed)
    return [_draw(rng, routes, tokens) for _turn in range(number)]


def find_wrong(status, text, foreign=()):
    """Return what is wrong with an answer, or None.

    :param foreign: words that stand in others' records
    """
    if status >= 500:
        return f"status {status}"
    leak = LEAK.search(text)
    told = next((word for word in foreign if word in text), None)
    return (leak and f"tells {leak[0]!r}") or (told and f"tells {told!r}")


def _draw(rng, routes, tokens):
    path = re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>",
        lambda place: _draw_part(rng, place[1], place[2], tokens),
        rng.choice(routes),
    )
    if rng.random() < 0.3:
        path += "?" + "&".join(f"{rng.choice(FIELDS)}={_quote(rng, rng.choice(WORDS))}" for _turn in range(2))
    method = rng.choice(METHODS)
    headers = {
        name: _printable(rng.choice(WORDS))
        for name in rng.sample(HEADERS, rng.randrange(3))
    }
    if method not in ("POST", "PUT"):
        return Request(method, path, None, headers)
    headers["Content-Type"] = rng.choice(TYPES)
    return Request(method, path, _draw_body(rng), headers)


def _draw_part(rng, kind, name, tokens):
    if kind == "int":
        return rng.choice(("0", "1", "7", str(2**31), "1" * 20, "1" * 5000, str(rng.randrange(10**6))))
    if name == "token":
        return _quote(rng, _bend(rng, rng.choice(tokens)))
    return _quote(rng, rng.choice(WORDS)) or "x"


def _bend(rng, token):
    """Return a token, or what somebody may make of it."""
    place = rng.randrange(len(token))
    return rng.choice(
        (
            token,
            token[:-1],
            token + "A",
            token[:place] + rng.choice("AZaz09-_é") + token[place + 1 :],
            token.swapcase(),
            token[5:] + token[:5],
            rng.choice(WORDS) or "x",
            "".join(rng.choices("ABCdef012", k=27)),
        )
    )


def _draw_body(rng):
    if rng.random() < 0.2:
        return rng.randbytes(rng.randrange(200))
    pairs = ((rng.choice(FIELDS), rng.choice(WORDS)) for _turn in range(rng.randrange(6)))
    return "&".join(f"{name}={_quote(rng, value)}" for name, value in pairs).encode()


def _quote(rng, text):
    """Return a text for an address, mostly as a browser writes it."""
    bent = text if rng.random() < 0.1 and text.isascii() and text.isprintable() else quote(text, safe="")
    return re.sub(r"[\s#?]", "", bent)


def _printable(text):
    """Return what HTTP takes in a header."""
    return re.sub(r"[^\x20-\x7e]", "", text).strip()[:200]
