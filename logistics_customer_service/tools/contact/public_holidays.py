"""Public holidays of countries, from the library ``holidays``: no Odoo.

Days off that stand in for others, or that only lengthen a holiday, are left out: people
are wished a happy Spring Festival once, on its first day.
"""

import re
from datetime import timedelta

import holidays

ENGLISH = "en_US"
# what the library calls days that stand in for others, in English, and each Sunday in Sweden
_NO_HOLIDAY = re.compile(r"\((observed|substituted|in lieu|estimated, observed)|^day off\b|^sunday$", re.I)


def known_countries():
    """Return the ISO codes of the countries that the library knows."""
    return set(holidays.list_supported_countries(include_aliases=False))


def public_holidays(country, years, languages=()):
    """Return the holidays of a country by code.

    :param country: ISO code, two letters in capitals
    :param years: numbers of years
    :param languages: codes as Odoo has them, of the names wanted besides the English ones
    :return: code → dict of ``names`` (by language, the English among them) and ``days`` (the first
        date of each year)
    """
    if country not in known_countries():
        return {}
    english = _read(country, years, ENGLISH)
    found = {}
    for day in sorted(english):
        for name in english[day]:
            if _NO_HOLIDAY.search(name):
                continue
            holiday = found.setdefault(
                code_of(country, name), {"names": {ENGLISH: name}, "days": {}}
            )
            holiday["days"].setdefault(day.year, day)
    _add_lantern_festival(country, found)
    for language in languages:
        _add_names(country, years, language, english, found)
    return found


def _add_lantern_festival(country, found):
    """Add the fifteenth day of the year's first moon: no day off, but a day to greet on."""
    if country == "CN":
        days = found[code_of(country, "Chinese New Year")]["days"]
        found[code_of(country, "Lantern Festival")] = {
            "names": {ENGLISH: "Lantern Festival", "zh_CN": "元宵节"},
            "days": {year: day + timedelta(days=14) for year, day in days.items()},
        }


def code_of(country, name):
    """Return a word for programs: the holiday of the same name has it every year."""
    words = re.sub(r"\([^()]*\)|['’]", "", name.lower())
    return f"{country}:" + "_".join(re.findall(r"\w+", words))


def _read(country, years, language):
    """Return the names of each date in a language, or in that the library has instead."""
    calendar = holidays.country_holidays(
        country, years=list(years), language=language, observed=False
    )
    return {day: calendar.get_list(day) for day in calendar}


def _add_names(country, years, language, english, found):
    """Add the names in a language; on days of two holidays it is not told which is whose."""
    spoken = _get_spoken(country, language)
    if not spoken or spoken == ENGLISH:
        return
    foreign = _read(country, years, spoken)
    for day, [name, *others] in sorted(english.items()):
        names = foreign.get(day, [])
        holiday = found.get(code_of(country, name))
        if holiday and not others and len(names) == 1:
            holiday["names"].setdefault(language, names[0])


def _get_spoken(country, language):
    """Return the library's code of a language of ours, or None."""
    calendar = getattr(holidays, country)
    spoken = set(calendar.supported_languages) | {calendar.default_language}
    return next((code for code in (language, language[:2]) if code in spoken), None)
