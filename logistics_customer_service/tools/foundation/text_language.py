"""In which script a text is written, for answering whoever is unknown in a language of it. No Odoo."""

import unicodedata
from collections import Counter

SAMPLE = 3000
# a sign of these stands for about as much as so many letters
WEIGHT = {"CJK": 3, "HIRAGANA": 2, "KATAKANA": 2, "HANGUL": 2}
# languages by the first word of the names that Unicode gives their signs
SCRIPTS = {
    "CJK": ("zh",),
    "KANA": ("ja",),
    "HANGUL": ("ko",),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"),
    "GREEK": ("el",),
    "ARABIC": ("ar", "fa", "ur"),
    "HEBREW": ("he",),
    "THAI": ("th",),
}
LEAST = 2


def choose_language(text, installed, usual):
    """Return the code of a language in which whoever wrote a text can be answered.

    :param text: plain text
    :param installed: codes of the languages that there are
    :param usual: code of the language otherwise used, which stays where the script allows
    """
    script = find_script(text)
    fitting = [code for code in installed if _is_written_in(code, script)]
    if not script or not fitting or usual in fitting:
        return usual
    if script == "CJK":
        first = "zh_TW" if is_traditional(text) else "zh_CN"
    else:
        first = "en_US"
    return first if first in fitting else fitting[0]


def _is_written_in(code, script):
    languages = {language for several in SCRIPTS.values() for language in several}
    language = code.split("_")[0]
    return language in SCRIPTS[script] if script in SCRIPTS else language not in languages


def find_script(text):
    """Return the script that most of a text is in: a key of ``SCRIPTS``, LATIN, or None."""
    counts = Counter()
    for sign in (text or "")[:SAMPLE]:
        if sign.isalpha():
            name = unicodedata.name(sign, "").split(" ")[0]
            counts[name] += WEIGHT.get(name, 1)
    kana = counts.pop("HIRAGANA", 0) + counts.pop("KATAKANA", 0)
    if kana > counts["CJK"] / 10 and kana > counts["LATIN"]:
        return "KANA"
    script, weight = counts.most_common(1)[0] if counts else (None, 0)
    return script if weight >= LEAST * WEIGHT.get(script, 1) else None


def tell_language(text):
    """Return the code of the language that a text's script speaks for; empty where many are written in it."""
    return SCRIPTS.get(find_script(text), ("",))[0]


def is_traditional(text):
    """Tell whether Chinese is written in signs that the simplified script does not have."""
    hanzi = [sign for sign in (text or "")[:SAMPLE] if "\u4e00" <= sign <= "\u9fff"]
    return sum(not _encodes(sign, "gb2312") and _encodes(sign, "big5") for sign in hanzi) * 10 > len(hanzi)


def _encodes(sign, codec):
    return sign.encode(codec, "ignore") != b""
