"""Names and places as somebody with a link alone may see them: enough to know one's own. No Odoo."""

import re

STARS = "***"
# what ends a company's name without telling it from others
LATIN_FORMS = frozenset(
    "ab ag bv co company corp corporation gmbh inc kg limited llc llp ltd nv oy plc pte pty sa sarl"
    " sas spa srl".split()
)
CHINESE_FORM = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|公司)$")
CHINESE = re.compile(r"[㐀-鿿豈-﫿]")


def mask_name(name):
    """Return a person's or company's name with only its last part readable.

    王小明 becomes ``**明``, "Cold Foods Ltd." ``*** Foods Ltd.``, a word alone keeps its last two
    letters, and what is too short to hide anything is hidden whole.
    """
    name = " ".join((name or "").split())
    if not name:
        return ""
    if CHINESE.search(name) and " " not in name:
        return _mask_chinese(name)
    return _mask_words(name.split(" "))


def mask_place(city, street):
    """Return where a delivery goes to: the city and the last characters of the street."""
    return ", ".join(filter(None, ((city or "").strip(), _mask_street(street))))


def _mask_chinese(name):
    form = CHINESE_FORM.search(name)
    if form and form.start() > 0:
        stem, ending = name[: form.start()], form[0]
        return STARS + (stem[-2:] if len(stem) > 3 else "") + ending
    if len(name) > 4:
        return STARS + name[-2:]
    return "*" if len(name) == 1 else "*" * min(len(name) - 1, 2) + name[-1]


def _mask_words(words):
    kept = 1
    while kept < len(words) and _is_form(words[-kept]):
        kept += 1
    if kept < len(words):
        return " ".join([STARS, *words[-kept:]])
    # nothing but one telling word: some of it must go
    first, *forms = words
    return " ".join([_mask_word(first), *forms])


def _mask_word(word):
    if len(word) == 1:
        return "*"
    return STARS + (word[-2:] if len(word) > 3 else "")


def _is_form(word):
    return word.strip(".,").replace(".", "").lower() in LATIN_FORMS


def _mask_street(street):
    street = " ".join((street or "").split())
    kept = 3 if CHINESE.search(street) else 4
    if not street:
        return ""
    return STARS + (street[-kept:].lstrip() if len(street) > 2 * kept else "")
