"""What other programs send as a case: one record, checked and turned into values. No Odoo."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..foundation.received import instant_of, is_control, printable, text_of

MAX_CASES = 100
MAX_STATES = 500
# a hundred of the longest fit in
MAX_BODY = 8 * 1024 * 1024
MAX_NUMBERS = 20
MAX_DESCRIPTION = 20_000
EARLIEST = datetime(2000, 1, 1)
# clocks of two machines differ
MAX_AHEAD = timedelta(minutes=5)
MAX_ID = 2**31 - 1

# longest text by field
LINES = {
    "kind": 64,
    "severity": 64,
    "subject": 200,
    "contact_name": 120,
    "email": 254,
    "phone": 64,
    "lang": 64,
}
NAME, NUMBER = 128, 64


class BadRecord(ValueError):
    """A record that cannot be taken: which field, and why."""

    def __init__(self, reason, field=None):
        super().__init__(reason)
        self.reason = reason
        self.field = field


@dataclass(frozen=True)
class CaseRecord:
    """One case as another program sends it; what was not sent is None or empty."""

    external_reference: str
    kind: str | None = None
    category: str | int | None = None
    severity: str | None = None
    subject: str | None = None
    description: str | None = None
    received_at: datetime | None = None
    partner_id: int | None = None
    contact_name: str | None = None
    email: str | None = None
    phone: str | None = None
    lang: str | None = None
    order: tuple = ()
    tracking_number: tuple = ()
    remedies: tuple = ()


def parse(sent, now):
    """Return the :class:`CaseRecord` of what was sent, or raise :class:`BadRecord`.

    :param sent: what JSON came to
    :param now: naive UTC instant
    """
    if not isinstance(sent, dict):
        raise BadRecord("A case must be an object.")
    unknown = sorted(set(sent) - set(_CHECKS))
    if unknown:
        # a field misspelt and ignored would be a word of the customer's lost
        raise BadRecord("There is no such field.", printable(unknown[0][:NAME]))
    values = {}
    for field, check in _CHECKS.items():
        try:
            values[field] = check(sent.get(field), field, now)
        except ValueError as error:
            raise BadRecord(str(error), field) from None
    return CaseRecord(**values)


def name_of(value, limit=NAME):
    """Return what names something as text, or raise ValueError.

    It is refused rather than mended: two names must not become one.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        value = str(value)  # references and numbers are often sent as numbers
    text = text_of(value, limit).strip()
    if not text:
        raise ValueError("This field is required.")
    if any(is_control(char) or char in "\n\t" for char in text):
        raise ValueError("No line breaks, tabs or control characters here.")
    return text


def _reference(value, _field, _now):
    return name_of(value)


def _line(value, field, _now):
    return " ".join(printable(text_of(value, LINES[field])).split()) or None


def _description(value, _field, _now):
    return printable(text_of(value, MAX_DESCRIPTION)) or None


def _names(value, _field, _now):
    """Return one name or a list of them as a tuple, each once."""
    if value is None or value == "" or value == []:
        return ()
    names = value if isinstance(value, list) else [value]
    if len(names) > MAX_NUMBERS:
        raise ValueError(f"At most {MAX_NUMBERS} of them.")
    return tuple(dict.fromkeys(name_of(name, NUMBER) for name in names))


def _category(value, field, now):
    if isinstance(value, int):
        return _id(value, field, now)
    return None if value is None or value == "" else name_of(value, 256)


def _id(value, _field, _now):
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_ID:
        raise ValueError("This must be an id, a whole number above 0.")
    return value


def _time(value, _field, now):
    if value is None or value == "":
        return None
    instant = instant_of(value)
    if not EARLIEST <= instant <= now + MAX_AHEAD:
        raise ValueError("The time is before 2000 or in the future.")
    return min(instant, now)


_CHECKS = {
    "external_reference": _reference,
    **dict.fromkeys(LINES, _line),
    "category": _category,
    "description": _description,
    "received_at": _time,
    "partner_id": _id,
    "order": _names,
    "tracking_number": _names,
    "remedies": _names,
}
