"""What a person answered, checked against what was asked: pure functions, no Odoo.

Answers come from outside, from anybody with a link: nothing of them is believed.
"""

import hashlib
import json
import math
from dataclasses import dataclass, field
from datetime import date, datetime

# kinds of questions, as Odoo's survey app names them
CHOICES = ("simple_choice", "multiple_choice")
TEXTS = ("char_box", "text_box")
LONGEST = {"char_box": 500, "text_box": 5000}
LONGEST_NUMBER = 40

# why an answer cannot be taken
UNKNOWN = "unknown"
FOREIGN_CHOICE = "foreign_choice"
ONE_CHOICE = "one_choice"
NOT_A_NUMBER = "not_a_number"
OUT_OF_RANGE = "out_of_range"
NOT_A_DATE = "not_a_date"
TOO_SHORT = "too_short"
TOO_LONG = "too_long"
UNREADABLE = "unreadable"
MISSING = "missing"
EMPTY = "empty"


class BadAnswer(Exception):
    """An answer that cannot be taken.

    :ivar reason: one of the reasons above
    :ivar key: the question, None where it is about the whole answer
    """

    def __init__(self, reason, key=None):
        super().__init__(reason, key)
        self.reason = reason
        self.key = key


@dataclass(frozen=True)
class Question:
    """A question as far as its answers have to fit it.

    ``triggers`` are the answers to earlier questions of which one shows it, choices by their id and
    steps of a scale by :func:`name_step`; none: always asked.
    """

    key: int
    kind: str
    mandatory: bool = False
    low: float | None = None
    high: float | None = None
    choices: frozenset = field(default_factory=frozenset)
    triggers: frozenset = field(default_factory=frozenset)
    shortest: int = 0
    longest: int = 0


@dataclass(frozen=True)
class Checked:
    """Answers that fit: values by question, and the questions that were asked, in order."""

    values: dict
    asked: tuple


def check(questions, answers, complete=True):
    """Return the answers as they are kept.

    An answer to a question that the other answers do not lead to is left out, as Odoo does: who
    chose reasons and then a better score has taken them back.

    :param questions: :class:`Question` in the order in which they are asked
    :param answers: mapping of question to a text, a number, a list of choices or None
    :param complete: whether questions that need an answer must have one
    :return: :class:`Checked`; values are int on a scale, float, text (dates in ISO form) or a
        sorted tuple of choices
    :raise BadAnswer: for whatever does not fit, and where nothing at all was answered
    """
    given = _by_question(questions, answers)
    values, asked, chosen = {}, [], set()
    for question in questions:
        if question.triggers and not question.triggers & chosen:
            continue
        asked.append(question.key)
        value = read(question, given.get(question.key))
        if value is not None:
            values[question.key] = value
            chosen.update(value if question.kind in CHOICES else [name_step(question.key, value)])
        elif question.mandatory and complete:
            raise BadAnswer(MISSING, question.key)
    if not values:
        raise BadAnswer(EMPTY)
    return Checked(values, tuple(asked))


def name_step(question, value):
    """Return the name of a step of a scale; a form gives it to the step's field."""
    return f"{question}_{value}"


def _by_question(questions, answers):
    """Return the answers by question; JSON and forms name questions by text."""
    known = {question.key for question in questions}
    given = {}
    for name, answer in answers.items():
        key = int(name) if isinstance(name, str) and _is_number(name) else name
        if isinstance(key, bool) or key not in known:
            raise BadAnswer(UNKNOWN)
        given[key] = answer
    return given


def _is_number(text):
    return len(text) <= 18 and text.isascii() and text.isdigit()


def read(question, answer):
    """Return one answer as it is kept, None where there is none.

    :raise BadAnswer: when it does not fit the question
    """
    if isinstance(answer, str):
        answer = _clean(question, answer)
    if answer is None or answer is False or answer == "" or answer == [] or answer == ():
        return None
    if question.kind in CHOICES:
        return _read_choices(question, answer)
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        raise BadAnswer(UNREADABLE, question.key)
    if question.kind == "scale":
        return _read_scale(question, answer)
    if question.kind == "numerical_box":
        return _read_number(question, answer)
    if question.kind in ("date", "datetime"):
        return _read_date(question, str(answer))
    if question.kind in TEXTS:
        return _read_text(question, str(answer))
    raise BadAnswer(UNREADABLE, question.key)


def _clean(question, text):
    """Return a text without what no database holds around it; raise for what it cannot hold."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadAnswer(UNREADABLE, question.key)
    return text.strip()


def _read_choices(question, answer):
    listed = answer if isinstance(answer, list | tuple) else [answer]
    chosen = set()
    for choice in listed:
        if choice is None or choice is False or choice == "":
            continue
        key = int(choice) if isinstance(choice, str) and _is_number(choice) else choice
        if isinstance(key, bool) or not isinstance(key, int) or key not in question.choices:
            raise BadAnswer(FOREIGN_CHOICE, question.key)
        chosen.add(key)
    if len(chosen) > 1 and question.kind == "simple_choice":
        raise BadAnswer(ONE_CHOICE, question.key)
    return tuple(sorted(chosen)) or None


def _read_scale(question, answer):
    """A zero is an answer: on a scale from 0 to 10 it is the worst there is."""
    if isinstance(answer, float) or (isinstance(answer, str) and len(answer) > LONGEST_NUMBER):
        raise BadAnswer(NOT_A_NUMBER, question.key)
    try:
        value = int(answer)
    except ValueError as error:
        raise BadAnswer(NOT_A_NUMBER, question.key) from error
    return _in_range(question, value)


def _read_number(question, answer):
    if isinstance(answer, str) and len(answer) > LONGEST_NUMBER:
        raise BadAnswer(NOT_A_NUMBER, question.key)
    try:
        value = float(answer)
    except (ValueError, OverflowError) as error:
        raise BadAnswer(NOT_A_NUMBER, question.key) from error
    if not math.isfinite(value):
        raise BadAnswer(NOT_A_NUMBER, question.key)
    return _in_range(question, value)


def _in_range(question, value):
    too_low = question.low is not None and value < question.low
    too_high = question.high is not None and value > question.high
    if too_low or too_high:
        raise BadAnswer(OUT_OF_RANGE, question.key)
    return value


def _read_date(question, answer):
    try:
        if question.kind == "date":
            return date.fromisoformat(answer).isoformat()
        moment = datetime.fromisoformat(answer)
    except ValueError as error:
        raise BadAnswer(NOT_A_DATE, question.key) from error
    return moment.replace(tzinfo=None, microsecond=0).isoformat(" ")


def _read_text(question, answer):
    limit = LONGEST[question.kind]
    if len(answer) > (min(question.longest, limit) if question.longest else limit):
        raise BadAnswer(TOO_LONG, question.key)
    if len(answer) < question.shortest:
        raise BadAnswer(TOO_SHORT, question.key)
    return answer


def fingerprint(values, no_contact):
    """Return a digest that two sendings of the same answers share."""
    content = json.dumps([sorted(values.items()), bool(no_contact)], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def recommends(value):
    """Return what an answer from 0 to 10 makes of a customer (formula 14)."""
    if value >= 9:
        return "promoter"
    return "passive" if value >= 7 else "detractor"
