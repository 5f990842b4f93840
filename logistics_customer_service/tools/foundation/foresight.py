"""What is foreseen of something planned: what becomes of it, and when to look at it again; no Odoo."""

from datetime import datetime
from typing import NamedTuple

GOES, HELD_BACK, PUT_OFF, JOINED, WAITS = "goes", "held_back", "put_off", "joined", "waits"


class Fate(NamedTuple):
    """What becomes of something planned, and why.

    Without ``fate`` nothing becomes of it now. ``again`` is the naive UTC instant at which it, or
    what comes of it, is to be looked at once more; ``kind`` is as what, where that is something else.
    """

    fate: str = ""
    why: str = ""
    again: datetime = None
    kind: str = ""


class Full(NamedTuple):
    """A limit without room: its name, and the naive UTC instant from which it has room."""

    name: str
    until: datetime
