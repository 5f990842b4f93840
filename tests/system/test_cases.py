"""Faults that users of comparable systems reported: a program each, run in Odoo's shell.

A program prints ``ok``, or ``WRONG:`` and what it found; ``# needs:`` names what is run before it.
Each is rolled back.
"""

import re
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
PROGRAMS = sorted(path.stem for path in CASES.glob("*.py"))


def source(name):
    """Return a program, with what it needs before it."""
    text = (CASES / f"{name}.py").read_text(encoding="utf-8")
    needed = re.search(r"^# needs: (\w+)$", text, re.MULTILINE)
    prelude = (CASES / "prelude" / f"{needed[1]}.py").read_text(encoding="utf-8") if needed else ""
    return prelude + text


@pytest.fixture(scope="module")
def verdicts(database_factory):
    """Return by program what it printed last; one shell runs all."""
    sources = {name: source(name) for name in PROGRAMS}
    log = database_factory(demo=True, hint="cases").shell(
        f"""
import traceback
for name, text in {sources!r}.items():
    print("CASE", name)
    try:
        exec(compile(text, name, "exec"), dict(env=env))
    except Exception:
        print("WRONG:", traceback.format_exc().replace(chr(10), " | "))
    env.cr.rollback()
    env.invalidate_all()
"""
    ).log
    printed = {}
    for block in re.split(r"^CASE ", log, flags=re.MULTILINE)[1:]:
        name, _, lines = block.partition("\n")
        said = [line for line in lines.splitlines() if line == "ok" or line.startswith("WRONG:")]
        printed[name] = said[-1] if said else "nothing"
    return printed


@pytest.mark.parametrize("name", PROGRAMS)
def test_case(verdicts, name):
    assert verdicts[name] == "ok"
