"""Which policy sets the target of a case: pure functions, no Odoo."""

from dataclasses import dataclass
from datetime import datetime

# what a policy may ask of a case; None asks nothing
CRITERIA = ("team", "kind", "category", "severity", "tier", "carrier")


@dataclass(frozen=True)
class Offer:
    """What one policy says of one target, and the cases it says it for.

    ``category`` is an id, which stands for the categories below it, too; ``depth`` how far below
    the top it is; ``tier`` a code. ``unit`` is "hours" (working) or "days" (calendar).
    """

    policy: int
    target: str
    value: float
    unit: str
    pauses: frozenset
    warn_share: float
    calendar: int | None = None
    company: int | None = None
    team: int | None = None
    kind: str | None = None
    category: int | None = None
    depth: int = 0
    severity: str | None = None
    tier: str | None = None
    carrier: int | None = None
    sequence: int = 10

    @property
    def rank(self):
        """How specific the policy is: the greatest wins.

        What a company says for itself outweighs what is said for all; then the number of
        criteria counts, then how deep the category is, then the order of the list.
        """
        asked = sum(getattr(self, name) is not None for name in CRITERIA)
        return self.company is not None, asked, self.depth, -self.sequence, -self.policy

    def fits(self, case):
        """Tell whether the policy is one for a :class:`Case`."""
        return all(
            getattr(self, name) in (None, getattr(case, name))
            for name in ("company", "team", "kind", "severity", "tier", "carrier")
        ) and (self.category is None or self.category in case.categories)


@dataclass(frozen=True)
class Case:
    """What policies look at. ``categories`` holds the case's own and those above it."""

    company: int
    team: int | None
    kind: str
    categories: frozenset
    severity: str | None
    tier: str | None
    carrier: int | None


def choose(offers, case):
    """Return target → the most specific :class:`Offer` for a case.

    A policy that sets a target to zero says that there is none, and outweighs less specific ones.
    """
    chosen = {}
    for offer in sorted(offers, key=lambda offer: offer.rank):
        if offer.fits(case):
            chosen[offer.target] = offer
    return {target: offer for target, offer in chosen.items() if offer.value > 0}


@dataclass(frozen=True)
class Moment:
    """A point in a clock's time at which a rule of escalation acts.

    ``share`` of the target, and ``hours`` on top of it; ``since`` is when the rule came into
    force: what was passed by then is no matter of it. None for ``target`` or ``team`` is any.
    """

    rule: int
    occurrence: int
    share: float
    hours: float
    since: datetime
    target: str | None = None
    team: int | None = None

    @property
    def place(self):
        """Where it comes in the order of moments, which is the same for every clock."""
        return self.share, self.hours, self.rule

    def fits(self, target, team):
        """Tell whether the rule is one for a clock of this target and team."""
        return self.target in (None, target) and self.team in (None, team)
