"""Links in the log of the server: what opens something is left out of it beyond the first signs. No Odoo."""

import logging
import re

SHOWN = 5
SLASH = r"(?:/|%2[fF]){1,3}"  # all of these lead to the page


def compile_tokens(paths):
    """Return how a token looks in the line of a log, and in it what may be shown."""
    doors = "|".join(re.escape(path).replace(r"\{id\}", r"\d+").replace("/", SLASH) for path in paths)
    return re.compile(rf"((?:{doors}){SLASH}[^\s/?#\"']{{{SHOWN}}})[^\s/?#\"']+")


class MaskLinks(logging.Filter):
    """Writes a mask in place of what follows the first signs of a token.

    :param paths: where links lead; ``{id}`` stands for a number
    """

    def __init__(self, paths):
        super().__init__()
        self._pattern = compile_tokens(tuple(sorted(paths)))

    def filter(self, record):
        """Let every record pass, with masks."""
        text = record.getMessage()
        masked = self._pattern.sub(r"\1***", text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


def mask_links(names, paths):
    """Have the loggers of these names write masks; once more, and it is for the paths of today."""
    for name in names:
        logger = logging.getLogger(name)
        for known in [known for known in logger.filters if isinstance(known, MaskLinks)]:
            logger.removeFilter(known)
        logger.addFilter(MaskLinks(paths))
