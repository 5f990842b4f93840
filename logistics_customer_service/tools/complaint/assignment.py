"""Who of a team gets the next case: pure functions, no Odoo."""

from dataclasses import dataclass

GENERALIST, OTHER = 0, -1
# more than any skill is worth: first of all the customer is understood
SPEAKS = 10


@dataclass(frozen=True)
class Skill:
    """What somebody is good at. An empty set asks nothing.

    ``categories`` holds ids, each of which stands for the categories below it, too; ``langs``
    codes of languages.
    """

    categories: frozenset = frozenset()
    langs: frozenset = frozenset()

    def match(self, categories, lang):
        """Return how many of its conditions a case meets, None where it misses one."""
        met = 0
        for asked, given in ((self.categories, categories), (self.langs, {lang})):
            if asked and not asked & given:
                return None
            met += bool(asked)
        return met


def suit(skills, categories, lang):
    """Return how well somebody suits a case: the greatest comes first.

    Whoever has no skill noted does anything, after those who are good at it and before those who
    are good at something else.

    :param skills: iterable of :class:`Skill`
    :param categories: ids of the case's category and of those above it
    :param lang: code of the customer's language
    """
    matches = [skill.match(categories, lang) for skill in skills]
    if not matches:
        return GENERALIST
    return max((match for match in matches if match is not None), default=OTHER)


def to_language(code):
    """Return the language of a code without the country: people of both understand each other."""
    return (code or "").partition("_")[0]


def get_languages(skills, own):
    """Return the languages that somebody speaks: those noted, and that of the person's screen.

    :param skills: iterable of :class:`Skill`
    :param own: code of the language in which the person uses Odoo
    """
    codes = frozenset((own or "",)).union(*(skill.langs for skill in skills))
    return {to_language(code) for code in codes if code}


class Line:
    """A team's people in the order in which they were last served: the longest ago comes first.

    Two workers at once see the same order. Each draws a number from a counter, and steps back by
    as many as have been drawn and are not seen yet: the second takes the second in the line.
    """

    def __init__(self, people, served):
        """Line people up.

        :param people: who may be chosen, in an order of their own for those never served
        :param served: mapping of person to the number of the last turn, of all in the team
        """
        self._people = list(people)
        self._served = dict(served)

    def order(self, number):
        """Return the people in the order in which their turn comes.

        :param number: what was drawn for this turn
        """
        line = sorted(self._people, key=lambda person: self._served.get(person, 0))
        unseen = max(number - 1 - max(self._served.values(), default=0), 0)
        step = unseen % len(line) if line else 0
        return line[step:] + line[:step]

    def serve(self, person, number):
        """Note that a person got the case of a turn."""
        self._served[person] = number


def choose(line, number, suits, loads):
    """Return who gets a case: who suits best, has least, and whose turn it is, in this order.

    :param line: a :class:`Line` with at least one person
    :param number: what was drawn for this turn
    :param suits: mapping of person to what :func:`suit` returned
    :param loads: mapping of person to open cases; empty where load does not count
    """
    chosen = min(
        line.order(number), key=lambda person: (-suits.get(person, 0), loads.get(person, 0))
    )
    line.serve(chosen, number)
    return chosen
