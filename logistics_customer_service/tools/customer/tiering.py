"""From a score to a tier without flapping: pure functions, no Odoo."""

from dataclasses import dataclass

FIRST, PROMOTION, DOWNGRADE = "first", "promotion", "downgrade"
KEPT, KEPT_BY_MARGIN, KEPT_BY_STAY, SCHEME = "kept", "margin", "stay", "scheme"


@dataclass(frozen=True)
class Decision:
    """The tier a customer has from now on, and why."""

    tier: object
    reason: str


def earned(score, ladder):
    """Return the highest tier whose threshold the score reaches.

    :param score: 0–100, or None for a customer without a score
    :param ladder: pairs (tier, threshold), lowest threshold first; the first is the default tier
    """
    tier = ladder[0][0]
    for candidate, threshold in ladder:
        if score is not None and score >= threshold:
            tier = candidate
    return tier


def decide(score, current, ladder, *, margin=0.0, days_held=0, minimum_days=0):
    """Decide the tier of a customer.

    A promotion is at once. A downgrade waits until the tier was held ``minimum_days`` and the
    score lies more than ``margin`` below the threshold of the tier held. A customer without a
    score falls to the default tier at once.

    :param score: 0–100, or None
    :param current: the tier held, or None
    :param ladder: pairs (tier, threshold), lowest threshold first
    :return: :class:`Decision`
    """
    target = earned(score, ladder)
    if current is None:
        return Decision(target, FIRST)
    ranks = {tier: rank for rank, (tier, _threshold) in enumerate(ladder)}
    if current not in ranks:
        return Decision(target, SCHEME)
    if ranks[target] == ranks[current]:
        return Decision(current, KEPT)
    if ranks[target] > ranks[current]:
        return Decision(target, PROMOTION)
    if score is not None and days_held < minimum_days:
        return Decision(current, KEPT_BY_STAY)
    if score is not None and score >= dict(ladder)[current] - margin:
        return Decision(current, KEPT_BY_MARGIN)
    return Decision(target, DOWNGRADE)
