"""Cash on delivery: fees, amounts of part deliveries, days of remittance. Pure functions, no Odoo."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import timedelta

SAME_DAY = "same_day"
WORKING_DAYS = "working_days"
WEEKLY = "weekly"
MONTHLY = "monthly"

# no calendar closes longer than this; one that does is wrong
FARTHEST = 366


@dataclass(frozen=True)
class Schedule:
    """When collected money is due.

    ``days`` working days after collection, or the next ``weekday`` (0 is Monday) or ``month_day``
    (31 is the last day of shorter months) after it. A day on which the company does not work
    moves to the next on which it does, where ``roll`` says so.
    """

    kind: str = SAME_DAY
    days: int = 0
    weekday: int = 0
    month_day: int = 31
    roll: bool = True


def is_weekday(day):
    """Tell whether a day is from Monday to Friday: what counts where no calendar says more."""
    return day.weekday() < 5


def due_day(collected, schedule, is_working):
    """Return the day by which money collected on a day is to be remitted.

    :param collected: date in the company's time zone
    :param is_working: function of a date
    """
    if schedule.kind == WORKING_DAYS:
        return _after_working_days(collected, schedule.days, is_working)
    if schedule.kind == WEEKLY:
        day = collected + timedelta(days=(schedule.weekday - collected.weekday() - 1) % 7 + 1)
    elif schedule.kind == MONTHLY:
        day = _next_month_day(collected, schedule.month_day)
    else:
        day = collected
    return _roll(day, is_working) if schedule.roll else day


def _after_working_days(day, count, is_working):
    last = day + timedelta(days=FARTHEST)
    while count and day < last:
        day += timedelta(days=1)
        count -= is_working(day)
    return _roll(day, is_working)


def _roll(day, is_working):
    """Return the first working day from a day on; the day itself where there is none in a year."""
    for ahead in range(FARTHEST):
        if is_working(day + timedelta(days=ahead)):
            return day + timedelta(days=ahead)
    return day


def _next_month_day(day, month_day):
    found = _month_day(day.year, day.month, month_day, day)
    if found > day:
        return found
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return _month_day(year, month, month_day, day)


def _month_day(year, month, month_day, day):
    return day.replace(year=year, month=month, day=min(month_day, monthrange(year, month)[1]))


def fee_of(amount, fixed, percent, least, most):
    """Return the fee for an amount collected, not rounded.

    :param percent: of the amount, 0–100
    :param least: the fee is not below this
    :param most: the fee is not above this; 0 for no limit
    """
    if amount <= 0:
        return 0.0
    fee = max(fixed + amount * percent / 100, least)
    return min(fee, most) if most else fee


def days_late(due, remitted, today):
    """Return the calendar days by which a remittance is late, so far or at last."""
    return max(((remitted or today) - due).days, 0) if due else 0
