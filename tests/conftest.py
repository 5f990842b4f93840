"""Fixtures for the tests outside the addon.

Pure tests (tests/unit) import the addon's ``tools`` without Odoo. All other folders get fresh
databases: `make test-system` and the like start PostgreSQL and set ODOO_RC for them.
"""

import itertools
import os
import sys
import types

import pytest

from scripts.dev.database import Templates
from scripts.dev.paths import ADDON, ROOT

from .support.database import Database, current

_number = itertools.count(1)
LONG = ROOT / "tests" / "long"


def _without_init(name, folder):
    """Let ``name.tools`` be imported without the addon's own ``__init__``, which needs Odoo."""
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules.setdefault(name, package)


_without_init(ADDON, ROOT / ADDON)


def pytest_collection_modifyitems(items):
    """What lies in tests/long takes long."""
    for item in items:
        if LONG in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def databases():
    """The databases of the test server."""
    found = current()
    if found is None:
        pytest.skip("needs the test server: use `make test-system`, or eval \"$(make -s env)\"")
    return found


def _copy(databases, hint, **kind):
    """Return a fresh copy of a template."""
    templates = Templates(databases)
    name = f"{templates.prefix}_{hint}_{os.getpid()}_{next(_number)}"
    databases.copy(templates.get(**kind), name)
    return Database(name, databases)


@pytest.fixture(scope="session")
def database_factory(databases):
    """Return a function that makes databases with the addon, dropped when all tests are done."""
    made = []

    def make(demo=False, hint="test"):
        made.append(_copy(databases, hint, demo=demo))
        return made[-1]

    yield make
    for database in made:
        database.drop()


@pytest.fixture
def demo_database(databases):
    """A database with the addon and demo data, for one test."""
    database = _copy(databases, "demo", demo=True)
    yield database
    database.drop()


@pytest.fixture
def plain_database(databases):
    """A database with the addon and no demo data, for one test."""
    database = _copy(databases, "plain", demo=False)
    yield database
    database.drop()


@pytest.fixture(
    params=[
        pytest.param(False, id="without-demo"),
        pytest.param(True, id="with-demo", marks=pytest.mark.long),
    ]
)
def bare_database(request, databases):
    """A database with the apps that the addon depends on, without the addon; with ``demo`` set."""
    database = _copy(databases, "bare", demo=request.param, addon=False)
    database.demo = request.param
    yield database
    database.drop()
