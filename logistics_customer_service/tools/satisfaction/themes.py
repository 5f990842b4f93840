"""Which words of a list a comment contains, in any language: pure functions, no Odoo."""

import re
import unicodedata

# scripts written without spaces between words: there a word is found wherever it stands
_RANGES = (
    "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{_RANGES}]")
_LETTER = rf"[^\W_{_RANGES}]"  # of words with spaces between them
_SEPARATORS = re.compile("[\n,;、，；]+")


def normalise(text):
    """Return a text as it is compared: one form of each letter, no capitals, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def split_words(text):
    """Return the words and phrases of a list, one a line or between commas, in its order."""
    words = (normalise(part) for part in _SEPARATORS.split(text or ""))
    return list(dict.fromkeys(word for word in words if word.strip("* ")))


def compile_words(words):
    """Return a pattern that finds the words in a normalised text, None of none.

    A word is found whole; with an asterisk at its end also as the beginning of a longer one. Of a
    script without spaces between words it is found wherever it stands.

    :param words: as :func:`split_words` returns them
    """
    parts = [_to_pattern(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile("|".join(parts)) if parts else None


def _to_pattern(word):
    is_open, word = word.endswith("*"), word.strip("* ")
    start = "" if _UNSPACED.match(word[0]) else f"(?<!{_LETTER})"
    end = "" if is_open or _UNSPACED.match(word[-1]) else f"(?!{_LETTER})"
    return f"{start}{re.escape(word)}{end}"


def find_words(pattern, text):
    """Return the words that a pattern finds in a text, each once, as they stand there.

    :param pattern: what :func:`compile_words` returned
    :param text: as :func:`normalise` returns it
    """
    return list(dict.fromkeys(pattern.findall(text))) if pattern else []
