"""Days on which people are greeted, year after year: pure functions, no Odoo."""

import calendar
import re
from datetime import date, timedelta

FEBRUARY_28, MARCH_1 = "february_28", "march_1"
QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
MOST_YEARS = 200


def span(start, end):
    """Return the dates from ``start`` to ``end``, both included."""
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def anniversaries(start, end, leap_day=FEBRUARY_28):
    """Return which month and day is celebrated on which date, as tuples of month, day and date.

    Who was born on 29 February has a date in common years, too.

    :param leap_day: on which it is then: ``february_28`` or ``march_1``
    """
    found = [(day.month, day.day, day) for day in span(start, end)]
    instead = (2, 28) if leap_day == FEBRUARY_28 else (3, 1)
    found += [
        (2, 29, day)
        for month, number, day in found
        if (month, number) == instead and not calendar.isleap(day.year)
    ]
    return found


def season_ends(start, end, month=None, day=None):
    """Return the ends of seasons between two dates, as tuples of date and a word for programs.

    :param month: of the one day of the year; None: the ends of the quarters
    :param day: of the month; in a shorter month its last day
    """
    wanted = [(month, day)] if month else QUARTER_ENDS
    found = []
    for year in range(start.year, end.year + 1):
        for number, (month_, day_) in enumerate(wanted, 1):
            last = calendar.monthrange(year, month_)[1]
            on = date(year, month_, min(day_, last))
            word = f"{year}Q{number}" if len(wanted) > 1 else str(year)
            found.append((on, word))
    return [(on, word) for on, word in found if start <= on <= end]


def read_years(text):
    """Return the numbers of years in a text like ``1, 5, 10``, in order; nothing of an empty one.

    :raise ValueError: where it holds something else
    """
    parts = [part for part in re.split(r"[\s,;、，；]+", (text or "").strip()) if part]
    years = sorted({int(part) for part in parts})
    if years and not 0 < years[0] <= years[-1] <= MOST_YEARS:
        raise ValueError(text)
    return years


def is_day(day, month, year=None):
    """Tell whether there is such a day in the month; 29 February needs no year, or a leap year."""
    if not 1 <= month <= 12 or day < 1:
        return False
    return day <= calendar.monthrange(year or 2000, month)[1]


def sending_hour(wanted, latest, opens, closes):
    """Return from which hour of the day until which a greeting may go out, within others' hours.

    :param wanted: hour from which the occasion sends, ``latest`` until which
    :param opens: hour from which the customer may be contacted, ``closes`` until which; the same
        twice: at any time
    """
    if opens >= closes:
        return wanted, latest
    start = wanted if opens <= wanted < closes else opens
    end = min(latest, closes)
    return (start, end) if start < end else (start, closes)
