"""Whom of many to ask: pure functions, no Odoo."""

import hashlib
import math

_FULL = 1 << 64
# what is taken for known before the first answers: of ten asked, two and a half answer
_PRIOR_ASKED = 10
_PRIOR_ANSWERED = 2.5


def is_drawn(key, share):
    """Tell whether an occasion is in the sample: by chance, but always the same.

    :param key: what names the occasion
    :param share: the part of all occasions that is drawn, from 0 to 1
    """
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _FULL


def answer_rate(asked, answered):
    """Return the part of those asked who answer; few observations give way to a quarter."""
    return (answered + _PRIOR_ANSWERED) / (asked + _PRIOR_ASKED)


def room_left(target, answered, unanswered, rate):
    """Return how many more may be asked so that about ``target`` answers come together.

    :param answered: answers that there are
    :param unanswered: questions on their way that may still be answered
    :param rate: the part of those asked who answer
    """
    missing = target - answered
    return max(math.ceil(missing / rate) - unanswered, 0) if missing > 0 else 0
