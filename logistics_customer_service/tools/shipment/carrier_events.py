"""What carriers tell us: the body of a request, checked and turned into reports. No Odoo."""

import base64
import binascii
import io
import json
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from PIL import Image

from ..foundation.received import instant_of, is_control, printable, text_of

MAX_BODY = 256 * 1024
MAX_EVENTS = 100
MAX_PIXELS = 12_000_000
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP")
EARLIEST = datetime(2000, 1, 1)
MAX_ESTIMATE = timedelta(days=366)

# longest text by field; what names things must be given
NAMES = {"id": 128, "tracking_number": 64, "code": 64}
TEXTS = {"place": 256, "text": 2000, "signer": 128}
IMAGES = ("signature", "photo")


class BadRequest(Exception):
    """A body that cannot be taken: which event (counted from 0), which field, and why."""

    def __init__(self, reason, event=None, field=None):
        super().__init__(reason)
        self.reason = reason
        self.event = event
        self.field = field


class TooMany(Exception):
    """More events than the key may send now; ``wait`` is in seconds."""

    def __init__(self, wait):
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class Report:
    """One event as a carrier reports it; the time is naive UTC, images are base64."""

    id: str
    tracking_number: str
    code: str
    time: datetime
    place: str | None = None
    text: str | None = None
    signer: str | None = None
    signature: bytes | None = None
    photo: bytes | None = None
    expected_at: datetime | None = None


def parse(body, now):
    """Return the :class:`Report` list of a body, or raise :class:`BadRequest`.

    :param body: bytes of JSON
    :param now: naive UTC instant
    """
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON in UTF-8.") from None
    events = data.get("events") if isinstance(data, dict) else None
    if not isinstance(events, list):
        raise BadRequest('The body must be an object with a list "events".', field="events")
    if not 1 <= len(events) <= MAX_EVENTS:
        raise BadRequest(f"Send 1 to {MAX_EVENTS} events in a request.", field="events")
    return [_parse_event(number, event, now) for number, event in enumerate(events)]


def _parse_event(number, event, now):
    if not isinstance(event, dict):
        raise BadRequest("An event must be an object.", number)
    values = {}
    for field, check in _CHECKS.items():
        try:
            values[field] = check(event.get(field), field, now)
        except ValueError as error:
            raise BadRequest(str(error), number, field) from None
    return Report(**values)


def _name(value, field, _now):
    """A name is refused rather than mended: two names must not become one."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        value = str(value)  # codes and numbers are often sent as numbers
    text = text_of(value, NAMES[field])
    if not text:
        raise ValueError("This field is required.")
    if any(is_control(char) or char.isspace() or char == "," for char in text):
        raise ValueError("No spaces, commas or control characters here.")
    return text


def _text(value, field, _now):
    return printable(text_of(value, TEXTS[field])) or None


def _time(value, _field, _now):
    # one ahead of ours is kept and marked: it must not be lost, nor hold up the others
    instant = instant_of(value)
    if instant < EARLIEST:
        raise ValueError("The time is before 2000.")
    return instant


def _estimate(value, _field, now):
    if value is None or value == "":
        return None
    instant = instant_of(value)
    if not EARLIEST <= instant <= now + MAX_ESTIMATE:
        raise ValueError("The time is before 2000 or more than a year ahead.")
    return instant


def _image(value, _field, _now):
    if not value:
        if value is None or value == "":
            return None
        raise ValueError("This must be an image in base64.")
    try:
        raw = base64.b64decode(text_of(value, MAX_BODY).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("This must be an image in base64.") from None
    _check_image(raw)
    return base64.b64encode(raw)


def _check_image(raw):
    """Decode an image wholly: one that breaks off would fail later, when Odoo resizes it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(raw), formats=IMAGE_FORMATS)
            width, height = image.size
            if width * height <= MAX_PIXELS:
                image.load()
    except Exception:
        # the decoders raise whatever they like on broken data
        raise ValueError("This must be a whole JPEG, PNG or WebP image.") from None
    if width * height > MAX_PIXELS:
        raise ValueError(f"At most {MAX_PIXELS // 1_000_000} million pixels.")


_CHECKS = {
    **dict.fromkeys(NAMES, _name),
    "time": _time,
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(IMAGES, _image),
    "expected_at": _estimate,
}
