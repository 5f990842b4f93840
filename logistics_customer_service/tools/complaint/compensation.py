"""What a standard of compensation comes to in a case: pure functions, no Odoo.

The result keeps every step that led to it, so that it can be told to the customer in words.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

SHARE_OF_VALUE = "share_value"
MULTIPLE_OF_FREIGHT = "multiple_freight"
PER_KILOGRAM = "per_kg"
FIXED = "fixed"
METHODS = (SHARE_OF_VALUE, MULTIPLE_OF_FREIGHT, PER_KILOGRAM, FIXED)

CAP_VALUE = "cap_value"
CAP_FREIGHT = "cap_freight"
CAP_AMOUNT = "cap_amount"
CAP_LEFT = "cap_left"
CAP_UNKNOWN = "cap_unknown"
MINIMUM = "minimum"
NOTHING_KNOWN = "unknown"


@dataclass(frozen=True)
class Standard:
    """A published standard; amounts are in one currency, that of the :class:`Basis`.

    ``rate`` is the share (0.5 for 50 %), the multiple of the freight, the units per kilogram, or
    the fixed amount; ``unit_value`` what one unit per kilogram is worth (of a special drawing
    right, say); a limit that is None does not limit.
    """

    method: str
    rate: Decimal
    unit_value: Decimal = Decimal(1)
    minimum: Decimal | None = None
    cap_amount: Decimal | None = None
    cap_freight: Decimal | None = None
    cap_value: bool = False


@dataclass(frozen=True)
class Basis:
    """What a case puts in: value of the goods, freight, weight in kilograms; None if unknown.

    ``left`` is what may still be given for the goods; None does not limit.
    """

    value: Decimal | None = None
    freight: Decimal | None = None
    weight: Decimal | None = None
    left: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """One part of the explanation: a code, the figures that entered, and the sum after it."""

    code: str
    amount: Decimal
    figures: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    amount: Decimal
    steps: tuple


def compute(standard, basis, rounding=Decimal("0.01")):
    """Return the :class:`Result` of a standard in a case.

    First the method, then the minimum, then the caps, so that no minimum lifts the sum above a
    cap: CMR article 23 limits what is paid for lost goods to 8.33 units of account per kilogram
    and for delay to the freight, whatever else was agreed.

    :param rounding: smallest unit of the currency; half is rounded up
    :raises ValueError: if the method is none of ``METHODS``
    """
    steps = [_by_method(standard, basis)]
    for limit in _limits(standard, basis):
        step = _apply(limit, steps[-1].amount)
        if step:
            steps.append(step)
    steps += _unknown_caps(standard, basis, steps)
    amount = _round(max(steps[-1].amount, Decimal(0)), rounding)
    return Result(amount, tuple(steps))


def _by_method(standard, basis):
    if standard.method not in METHODS:
        raise ValueError(f"unknown method {standard.method!r}")
    if standard.method == FIXED:
        return Step(FIXED, standard.rate, {"rate": standard.rate})
    measure = {
        SHARE_OF_VALUE: basis.value,
        MULTIPLE_OF_FREIGHT: basis.freight,
        PER_KILOGRAM: basis.weight,
    }[standard.method]
    if measure is None:
        return Step(NOTHING_KNOWN, Decimal(0), {"method": standard.method})
    factor = standard.rate
    figures = {"measure": measure, "rate": standard.rate}
    if standard.method == PER_KILOGRAM:
        factor *= standard.unit_value
        figures["unit_value"] = standard.unit_value
    return Step(standard.method, measure * factor, figures)


def _limits(standard, basis):
    """Return (code, bound, figures) of each limit that applies, in the order they do."""
    limits = []
    if standard.minimum is not None:
        limits.append((MINIMUM, standard.minimum, {}))
    if standard.cap_value and basis.value is not None:
        limits.append((CAP_VALUE, basis.value, {}))
    if standard.cap_freight is not None and basis.freight is not None:
        bound = standard.cap_freight * basis.freight
        figures = {"measure": basis.freight, "rate": standard.cap_freight}
        limits.append((CAP_FREIGHT, bound, figures))
    if standard.cap_amount is not None:
        limits.append((CAP_AMOUNT, standard.cap_amount, {}))
    if basis.left is not None:
        limits.append((CAP_LEFT, basis.left, {}))
    return limits


def _unknown_caps(standard, basis, steps):
    """Return a step for each cap that cannot be known, unless it is what the method lacks.

    That is said already, and leaves nothing due but where a minimum lifts it.
    """
    caps = [
        (SHARE_OF_VALUE, standard.cap_value and basis.value is None),
        (MULTIPLE_OF_FREIGHT, standard.cap_freight is not None and basis.freight is None),
    ]
    said = None if steps[-1].amount else steps[0].figures.get("method")
    return [
        Step(CAP_UNKNOWN, Decimal(0), {"method": method})
        for method, unknown in caps
        if unknown and method != said
    ]


def _apply(limit, amount):
    """Return the step that a limit makes, or None where it changes nothing."""
    code, bound, figures = limit
    bites = amount < bound if code == MINIMUM else amount > bound
    return Step(code, bound, figures) if bites else None


def _round(amount, rounding):
    return (amount / rounding).quantize(Decimal(1), ROUND_HALF_UP) * rounding
