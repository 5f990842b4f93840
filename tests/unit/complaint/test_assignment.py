import random
from collections import Counter

from logistics_customer_service.tools.complaint.assignment import (
    GENERALIST,
    OTHER,
    Line,
    Skill,
    choose,
    get_languages,
    suit,
    to_language,
)

DAMAGE, BROKEN, DELAY = 1, 11, 2


def test_who_meets_more_of_a_skill_suits_better():
    broken = {DAMAGE, BROKEN}
    both = Skill(frozenset({DAMAGE}), frozenset({"zh_CN"}))
    damage = Skill(frozenset({DAMAGE}))
    chinese = Skill(langs=frozenset({"zh_CN"}))
    assert suit([both], broken, "zh_CN") == 2
    assert suit([damage], broken, "zh_CN") == suit([chinese], broken, "zh_CN") == 1
    assert suit([], broken, "zh_CN") == GENERALIST
    assert suit([Skill(frozenset({DELAY}))], broken, "zh_CN") == OTHER
    assert suit([both], broken, "en_US") == OTHER
    assert suit([both, chinese], {DELAY}, "zh_CN") == 1
    assert suit([Skill()], set(), None) == GENERALIST


def test_a_language_is_the_same_in_every_country():
    assert {to_language(code) for code in ("zh_CN", "zh_TW", "zh")} == {"zh"}
    assert to_language(None) == ""
    chinese = Skill(langs=frozenset({"zh_CN", "fr_FR"}))
    assert get_languages([chinese, Skill()], "en_US") == {"en", "zh", "fr"}
    assert get_languages([], None) == set()


def _serve(line, numbers, suits=None, loads=None):
    return [choose(line, number, suits or {}, loads or {}) for number in numbers]


def test_turns_go_round():
    assert "".join(_serve(Line("ABC", {}), range(1, 8))) == "ABCABCA"


def test_who_was_away_comes_back_into_the_round_without_catching_up():
    served = {}
    line = Line("ABC", served)
    assert "".join(_serve(line, range(1, 4))) == "ABC"
    without = Line("AC", line._served)
    assert "".join(_serve(without, range(4, 8))) == "ACAC"
    again = Line("ABC", without._served)
    assert "".join(_serve(again, range(8, 12))) == "BACB"


def test_two_kinds_of_cases_in_turn_do_not_go_to_the_same_two_of_four():
    """A counter for all, taken modulo the experts, would give every first case to one of them."""
    line, got = Line("ABCD", {}), Counter()
    for number in range(1, 41):
        experts = "AB" if number % 2 else "CD"
        got[choose(line, number, dict.fromkeys(experts, 1), {})] += 1
    assert got == dict.fromkeys("ABCD", 10)


def test_workers_at_once_take_different_people():
    served = {"A": 1, "B": 2, "C": 3}
    at_once = [choose(Line("ABC", served), number, {}, {}) for number in (4, 5, 6)]
    assert at_once == ["A", "B", "C"]


def test_nobody_falls_behind_however_presence_changes():
    chance = random.Random(4)
    served, got, could = {}, Counter(), Counter()
    for number in range(1, 3001):
        there = [person for person in "ABCDE" if chance.random() < 0.7] or ["A"]
        line = Line(there, served)
        got[choose(line, number, {}, {})] += 1
        served = line._served
        could.update(dict.fromkeys(there, 1 / len(there)))
    for person in "ABCDE":
        assert abs(got[person] - could[person]) < 0.05 * 3000


def test_skill_goes_before_load_and_load_before_turn():
    line = Line("ABC", {"A": 1, "B": 2, "C": 3})
    assert choose(line, 4, {"C": 1}, {"A": 0, "B": 0, "C": 9}) == "C"
    line = Line("ABC", {"A": 1, "B": 2, "C": 3})
    assert choose(line, 4, {}, {"A": 2, "B": 1, "C": 1}) == "B"
