"""From a score to a tier: promotions at once, downgrades guarded, no flapping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_customer_service.tools.customer import tiering
from logistics_customer_service.tools.customer.tiering import Decision, decide, earned

LADDER = (("standard", 0), ("key", 45), ("vip", 70))


@pytest.mark.parametrize(
    ("score", "tier"),
    [
        (None, "standard"),
        (0, "standard"),
        (44.99, "standard"),
        (45, "key"),
        (69.99, "key"),
        (70, "vip"),
        (100, "vip"),
    ],
)
def test_earned(score, tier):
    assert earned(score, LADDER) == tier


@pytest.mark.parametrize(
    ("score", "current", "days", "expected"),
    [
        (50, None, 0, Decision("key", tiering.FIRST)),
        (50, "retired", 0, Decision("key", tiering.SCHEME)),
        (50, "key", 0, Decision("key", tiering.KEPT)),
        (90, "standard", 0, Decision("vip", tiering.PROMOTION)),
        (64.99, "vip", 89, Decision("vip", tiering.KEPT_BY_STAY)),
        (65, "vip", 90, Decision("vip", tiering.KEPT_BY_MARGIN)),
        (64.99, "vip", 90, Decision("key", tiering.DOWNGRADE)),
        (10, "vip", 90, Decision("standard", tiering.DOWNGRADE)),
        (None, "vip", 0, Decision("standard", tiering.DOWNGRADE)),
        (None, "standard", 0, Decision("standard", tiering.KEPT)),
    ],
)
def test_decide(score, current, days, expected):
    assert decide(score, current, LADDER, margin=5, days_held=days, minimum_days=90) == expected


scores = st.none() | st.floats(0, 100)


@given(scores, st.sampled_from([None, "gone", "standard", "key", "vip"]), st.integers(0, 400))
def test_never_below_what_is_earned(score, current, days):
    decision = decide(score, current, LADDER, margin=5, days_held=days, minimum_days=90)
    names = [tier for tier, _threshold in LADDER]
    assert names.index(decision.tier) >= names.index(earned(score, LADDER))


@given(scores, st.sampled_from(["standard", "key", "vip"]), st.integers(0, 400))
def test_deciding_twice_changes_nothing_more(score, current, days):
    first = decide(score, current, LADDER, margin=5, days_held=days, minimum_days=90)
    held = days if first.tier == current else 0
    second = decide(score, first.tier, LADDER, margin=5, days_held=held, minimum_days=90)
    assert second.tier == first.tier


@given(st.lists(st.floats(66, 74), min_size=2, max_size=400))
def test_a_score_that_swings_within_the_margin_never_flaps(swings):
    tier, changes = "key", 0
    for score in swings:
        decision = decide(score, tier, LADDER, margin=5, days_held=999, minimum_days=0)
        changes += decision.tier != tier
        tier = decision.tier
    assert changes <= 1


@given(st.lists(st.floats(0, 100), min_size=1, max_size=400))
def test_a_tier_is_held_for_the_minimum_stay(daily):
    """However wild the daily scores are, no downgrade comes sooner than allowed."""
    tier, since, minimum = "standard", 0, 30
    names = [name for name, _threshold in LADDER]
    for day, score in enumerate(daily):
        decision = decide(
            score, tier, LADDER, margin=5, days_held=day - since, minimum_days=minimum
        )
        if decision.tier != tier:
            if names.index(decision.tier) < names.index(tier):
                assert day - since >= minimum
            tier, since = decision.tier, day
