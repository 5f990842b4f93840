"""Whom of many to ask."""

import pytest

from logistics_customer_service.tools.satisfaction.sampling import answer_rate, is_drawn, room_left


def drawn(share, number=20_000):
    return {key for key in range(number) if is_drawn(f"7 delivery:{key}", share)}


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_share(share):
    """Twenty thousand occasions lie within four standard deviations of the share."""
    found = len(drawn(share))
    assert abs(found - 20_000 * share) < 4 * (20_000 * share * (1 - share)) ** 0.5


def test_always_the_same():
    assert drawn(0.3, 500) == drawn(0.3, 500)


def test_greater_share_holds_the_smaller():
    assert drawn(0.1, 500) <= drawn(0.2, 500)


def test_nobody_and_everybody():
    assert not drawn(0, 500)
    assert len(drawn(1, 500)) == 500


def test_policies_draw_apart():
    own = {key for key in range(2000) if is_drawn(f"1 delivery:{key}", 0.5)}
    others = {key for key in range(2000) if is_drawn(f"2 delivery:{key}", 0.5)}
    assert 400 < len(own & others) < 600


def test_rate_starts_at_a_quarter_and_follows_what_is_seen():
    assert answer_rate(0, 0) == 0.25
    assert answer_rate(1000, 100) == pytest.approx(0.1, abs=0.005)
    assert answer_rate(1000, 1000) < 1.001


@pytest.mark.parametrize(
    ("answered", "unanswered", "rate", "room"),
    [
        (0, 0, 0.25, 200),
        (0, 150, 0.25, 50),
        (40, 10, 0.5, 10),
        (49, 0, 0.3, 4),
        (50, 0, 0.25, 0),
        (60, 0, 0.25, 0),
        (0, 500, 0.25, 0),
    ],
)
def test_room_for_a_target_of_fifty(answered, unanswered, rate, room):
    assert room_left(50, answered, unanswered, rate) == room
