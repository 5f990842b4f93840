"""What a mail says, who wrote it and what in it is quoted: pure functions, no Odoo."""

from .mail_origin import (
    forwarded_sender,
    get_enclosed,
    get_original_senders,
    get_people,
    get_talkers,
    is_automatic,
    is_passed_on,
    says_automatic,
    says_rewritten,
    wants_no_answer,
    wraps_automatic,
)
from .mail_quotes import QUOTE_MARK, lines, mark_quotes, without_quotes
from .mail_subject import is_forwarded, looks_automatic, plain_subject

__all__ = [
    "QUOTE_MARK",
    "forwarded_sender",
    "get_enclosed",
    "get_original_senders",
    "get_people",
    "get_talkers",
    "is_automatic",
    "is_forwarded",
    "is_passed_on",
    "lines",
    "looks_automatic",
    "mark_quotes",
    "plain_subject",
    "says_automatic",
    "says_rewritten",
    "storable",
    "wants_no_answer",
    "without_quotes",
    "wraps_automatic",
]


def storable(text):
    """Return a text without what a database cannot keep: NUL and halves of characters."""
    if not text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
