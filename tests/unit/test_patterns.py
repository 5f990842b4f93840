"""No regular expression of the addon lets a hostile text hold a worker.

Every pattern is found in the source: those of Python, those in SQL, those of the browser. Each gets long
runs of every sign it knows, behind every beginning of what it matches.
"""

import ast
import importlib
import itertools
import re
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from logistics_customer_service.tools.complaint import (
    anonymise,
    mail_charset,
    mail_numbers,
    mail_text,
)
from logistics_customer_service.tools.foundation import link_patterns, log_mask, personal, phones
from logistics_customer_service.tools.satisfaction import themes

ADDON = Path(__file__).parents[2] / "logistics_customer_service"
FUNCTIONS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
LENGTH, LIMIT = 1500, 2
# seconds below which no text of this length can be one that takes the square of its length
NOISE = 0.006
RATIO = 3.2
# where, of what the parser says of a part of a pattern, the pattern in it stands
REPEATS = dict.fromkeys(("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"), 2)
INNER = {**REPEATS, "ASSERT": 1, "ASSERT_NOT": 1, "SUBPATTERN": 3}
COMMON = " \n\ta1A.-(\"'>@:/=?\x00写"
SAMPLES, MANY = 24, 3
PATHS = ("/a", "/t", "/logistics/result/{id}")
# patterns made of what users enter, by file and function: what makes them, from texts as nasty as may be
MADE = {
    ("models/foundation/logistics_privacy_protocol_sweep.py", "_mask_file"): lambda: [
        re.compile(pattern, re.IGNORECASE)
        for pattern in personal.make_patterns(
            ["a.b+c@example.com", "a" * 60 + "@example.com"], ["8613800138000"], ["Anna Maria Ng", "王 敏"]
        )
    ],
    ("tools/complaint/anonymise.py", "_name_pattern"): lambda: [
        anonymise._name_pattern(name) for name in ("a " * 90, "王" * 60, "A.B (C) " * 20, "aa", "王 敏")
    ],
    ("tools/foundation/link_patterns.py", "compile_links"): lambda: link_patterns.compile_links(PATHS),
    ("tools/foundation/log_mask.py", "compile_tokens"): lambda: [log_mask.compile_tokens(PATHS)],
    ("tools/satisfaction/themes.py", "compile_words"): lambda: [
        themes.compile_words(words) for words in (["late", "too late"], ["a" * 90, "aa"], ["迟到", "晚"])
    ],
}
FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
IN_SQL = re.compile(r"~\*? *'([^']+)'")
IN_SCRIPT = re.compile(r"(?<![\w/)*<])/((?![*/])(?:[^/\\\n]|\\.)+)/([a-z]*)(?=\.(?:test|exec)\(|[,)])")


def _find_sources(suffix):
    found = sorted(ADDON.rglob(f"*{suffix}"))
    return [path for path in found if "tests" not in path.relative_to(ADDON).parts]


def _get_namespace(path, tree):
    """Return what the names of a module stand for, as far as it is known without Odoo."""
    place = path.relative_to(ADDON).with_suffix("").parts
    if place[0] == "tools":
        return vars(importlib.import_module(".".join(("logistics_customer_service", *place))))
    known = {"re": re}
    nodes = itertools.chain(tree.body, *(one.body for one in tree.body if isinstance(one, ast.ClassDef)))
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            _evaluate(node.value, known, node.targets[0].id)
    return known


def _evaluate(node, known, name=None):
    try:
        value = eval(compile(ast.Expression(node), "", "eval"), dict(known))  # our own source
    except Exception:
        return None
    if name:
        known[name] = value
    return value


def _find_in_python():
    """Yield (place, pattern) of every pattern in the Python source."""
    for path in _find_sources(".py"):
        tree, where = ast.parse(path.read_text()), str(path.relative_to(ADDON))
        known = _get_namespace(path, tree)
        inside = {
            id(child): function.name
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for child in ast.walk(function)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from ((f"{where}:{node.lineno}", one) for one in _compile_sql(node.value))
            if not _is_call(node):
                continue
            place = f"{where}:{node.lineno}"
            text = _evaluate(node.args[0], known)
            if text is None:
                made = MADE.get((where, inside.get(id(node))))
                assert made, f"{place}: say in MADE what this pattern is made of"
                yield from ((place, pattern) for pattern in made())
            elif isinstance(text, re.Pattern):
                yield place, text
            else:
                yield place, re.compile(text, _get_flags(node, known))


def _is_call(node):
    function = getattr(node, "func", None)
    return (
        isinstance(node, ast.Call)
        and isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in FUNCTIONS
    )


def _get_flags(node, known):
    given = [keyword.value for keyword in node.keywords if keyword.arg == "flags"] or (
        node.args[1:2] if node.func.attr == "compile" else node.args[2:3]
    )
    found = _evaluate(given[0], known) if given else 0
    return found if isinstance(found, int) else 0


def _compile_sql(text):
    for pattern in IN_SQL.findall(text):
        yield re.compile(pattern)


def _find_in_scripts():
    for path in _find_sources(".js"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for pattern, flags in IN_SCRIPT.findall(line.split("//")[0]):
                flags = sum(FLAGS.get(flag, 0) for flag in flags)
                yield f"{path.relative_to(ADDON)}:{number}", re.compile(pattern, flags)


PATTERNS = [*_find_in_python(), *_find_in_scripts()]


def _walk(parsed):
    """Yield the signs that a pattern knows, a few of those it knows many of."""
    for kind, value in parsed:
        name = str(kind)
        if name in ("LITERAL", "NOT_LITERAL"):
            yield chr(value)
        elif name == "IN":
            yield from itertools.islice(_walk(value), MANY)
        elif name == "RANGE":
            yield chr(value[0])
        elif name == "CATEGORY":
            yield {"DIGIT": "1", "SPACE": " "}.get(str(value).rpartition("_")[2], "a")
        elif name == "BRANCH":
            yield from itertools.chain.from_iterable(map(_walk, value[1]))
        elif name in INNER:
            yield from _walk(value[INNER[name]])


def _make_match(parsed, times=2):
    """Return a text that a pattern, or the most of it, matches."""
    text = ""
    for kind, value in parsed:
        name = str(kind)
        if name == "BRANCH":
            text += _make_match(value[1][0])
        elif name in REPEATS:
            text += _make_match(value[2]) * max(min(times, value[1]), value[0])
        elif name == "SUBPATTERN":
            text += _make_match(value[3])
        elif name == "ANY":
            text += "a"
        elif name not in ("ASSERT", "ASSERT_NOT", "AT"):
            text += next(_walk([(kind, value)]), "")
    return text


def _make_texts(pattern):
    """Yield functions that make a hostile text of a length."""
    parsed = re._parser.parse(pattern.pattern, pattern.flags)
    wide = dict.fromkeys([*COMMON, *_walk(parsed)])
    signs = list(wide)[: len(COMMON) + SAMPLES]
    sample = _make_match(parsed)
    starts = {"", *(sample[:cut] for cut in range(1, min(len(sample), SAMPLES)))}
    for sign in signs:
        for start in starts:
            yield lambda length, sign=sign, start=start: start + sign * length + "\x00"
    for first, second in itertools.permutations(signs, 2):
        yield lambda length, pair=first + second: pair * (length // 2) + "\x00"
    for start in starts - {""}:
        yield lambda length, start=start: start * (length // len(start)) + "\x00"


class TooLongError(Exception):
    """It did not come to an end in time."""


@contextmanager
def _limited():
    def stop(*_args):
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _take_time(work, times=1):
    """Return the shortest of several times: what others do on the machine lengthens a time only."""
    taken = []
    for _again in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def _check(run, make):
    """Fail where twice the input takes much more than twice the steps."""
    text = make(LENGTH)
    try:
        with _limited():
            if _take_time(lambda: run(text)) < NOISE:
                return
        with _limited():
            once = _take_time(lambda: run(text), 3)
        with _limited():
            twice = _take_time(lambda: run(make(2 * LENGTH)), 3)
    except TooLongError:
        pytest.fail(f"more than {LIMIT} s for {text[:60]!r}…")
    assert twice < NOISE or twice <= RATIO * once, f"{once:.4f} s, then {twice:.4f} s for {text[:60]!r}…"


def _run(pattern):
    binary = isinstance(pattern.pattern, bytes)

    def run(text):
        text = text.encode("utf-8", "replace") if binary else text
        pattern.match(text)
        pattern.fullmatch(text)
        for _found in pattern.finditer(text):
            pass

    return run


def test_patterns_are_found():
    places = " ".join(place for place, _pattern in PATTERNS)
    for path in ("complaint/anonymise.py", "complaint/intake/res_partner.py", "renames.py", ".js"):
        assert path in places
    assert len(PATTERNS) > 30


@pytest.mark.parametrize(("place", "pattern"), PATTERNS, ids=[place for place, _pattern in PATTERNS])
def test_no_text_holds_a_pattern(place, pattern):
    run = _run(pattern)
    for make in _make_texts(pattern):
        _check(run, make)


@pytest.mark.parametrize("text", ["(a+)+b", r"^\s*(?:re)?\s*[:]?\s*x", r"\d+(?:[.,]\d+)*\s?x", r"\(.*?\)"])
def test_bad_patterns_are_caught(text):
    run = _run(pattern := re.compile(text))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        for make in _make_texts(pattern):
            _check(run, make)


NAMES = {"customer": ["Cold Foods Ltd.", "上海冷鲜食品有限公司", "a " * 90], "person": ["王敏"]}
WORDS = dict.fromkeys(
    ("customer", "person", "partner", "mail", "link", "amount", "date", "phone", "number"), "[x]"
)
READERS = {
    "plain_subject": mail_text.plain_subject,
    "is_forwarded": mail_text.is_forwarded,
    "is_automatic": lambda text: mail_text.is_automatic(lambda _name: text, text),
    "mark_quotes": lambda text: mail_text.mark_quotes(f"<div>{text}</div>" * 2),
    "lines": lambda text: mail_text.get_talkers(mail_text.lines(f"<p>{text}</p>")),
    "forwarded_sender": mail_text.forwarded_sender,
    "get_people": mail_text.get_people,
    "find_numbers": mail_numbers.find_numbers,
    "names_number": lambda text: mail_numbers.names_number(text, text[:3]),
    "phones": lambda text: phones.parse_numbers(text, "CN"),
    "mask": lambda text: anonymise.mask(text, NAMES, WORDS),
    "mend_headers": lambda text: mail_charset.mend_headers(text.encode()),
    "mend_headers_gbk": lambda text: mail_charset.mend_headers(text.encode("gb18030")),
    "find_charset": lambda text: mail_charset.find_charset(text.encode("gb18030"), None, True),
}
PUMPED = (*"  \t\n1a@.-(<>\"'\\:;=?,元写－１", "re:", "转发：", "[Re]", "1,", "1 ", "a@a.", "a@", "(x")
PUMPED += ("--", "发件人：a@b.cn\n", "=?gb2312?B?xOM=?=", "=?a?b?", "><", "> ", "</div>", "<div>")
PUMPED += ("www.", "1-", "K/1", "王 ")


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("length", [LENGTH, 30_000])
def test_no_text_holds_a_reader(name, length):
    for piece in PUMPED:
        text = piece * (length // len(piece)) + "\x01"
        with _limited():
            READERS[name](text)
