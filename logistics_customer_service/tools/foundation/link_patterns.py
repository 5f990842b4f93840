"""How links of ours look in a text. No Odoo."""

import re
from functools import lru_cache

MASK = "***"
LENGTH = 27  # signs of a token; those of earlier versions may be longer
# mail services wrap links into links of theirs, twice even; and two slashes lead where one does
SLASH = r"(?:\\?/|%(?:25){0,2}2[fF]|&#0?47;|&#x2[fF];|&sol;){1,2}"


@lru_cache
def compile_links(paths):
    """Return how a link looks, and how one whose secret is masked.

    :param tuple paths: where links lead; ``{id}`` stands for a number
    """
    written = (re.escape(path).replace(r"\{id\}", r"\d+").replace("/", SLASH) for path in paths)
    door = f"(?P<path>{'|'.join(written)})(?P<slash>{SLASH})"
    link = rf"{door}(?P<token>[A-Za-z0-9_-]{{{LENGTH},64}})"
    masked = rf"{door}(?P<handle>[A-Za-z0-9]{{5}}){re.escape(MASK)}(?P<id>\d{{1,9}})"
    return re.compile(link), re.compile(masked)


def get_path(path):
    """Return the path of a link as it is declared."""
    return re.sub(r"\d+", "{id}", re.sub(SLASH, "/", path))
