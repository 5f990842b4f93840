"""The key from which what opens a link is made: it lies outside of every database. No Odoo.

A dump, a backup or a copy of a database holds nothing that opens anything without this key.
"""

import hashlib
import hmac
import logging
import os
import secrets
import string
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_logger = logging.getLogger(__name__)

# in the server's configuration file; where it says nothing, a file of this name in the data directory
OPTION = "logistics_link_key"
SHORTEST = 32
# letters and digits alone: what a message ends with, phones leave out of a link if it is a sign
ALPHABET = string.ascii_letters + string.digits


def get_place(folder):
    """Return where the key lies that the configuration does not name."""
    return Path(folder) / OPTION


@lru_cache
def load_key(configured, folder):
    """Return the server's key; the file is made on first use, readable by the server alone.

    :param configured: what the configuration says, or nothing
    :param folder: the server's data directory
    :return: bytes
    :raise ValueError: for a key that could be guessed
    :raise OSError: where there is none and none can be made
    """
    key = (configured or _read_or_make(get_place(folder))).strip()
    if len(key) < SHORTEST:
        raise ValueError(f"{OPTION} has less than {SHORTEST} characters")
    return key.encode()


def _read_or_make(place):
    """Return the text of the file; of several servers that begin at once one makes it."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        # under its name it is whole, or not there; whoever was faster has made it
        with suppress(FileExistsError):
            os.link(draft, place)
            _logger.info("The key of public links was made: keep a copy of %s beside the backups", place)
        draft.unlink()
    return place.read_text()


def derive(key, *words):
    """Return 32 bytes that nobody can tell who does not have the key.

    :param bytes key: the key, or what was derived from it
    :param words: what it is for; numbers and texts without NUL
    """
    return hmac.new(key, "\0".join(map(str, words)).encode(), hashlib.sha256).digest()


def spell(digest, length):
    """Return a digest in letters and digits; 22 of them are 131 bits."""
    number = int.from_bytes(digest)
    signs = []
    for _position in range(length):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)
