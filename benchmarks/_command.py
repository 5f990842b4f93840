"""The command line of a benchmark, and the database it runs on."""

import argparse
import contextlib
import json
import sys

import _paths  # noqa: F401  # finds the launcher

from scripts.dev import Problem, drop_database, new_database


def parser(doc, left="nothing is left behind"):
    """Return a parser that takes a database; the script adds what else it takes.

    :param doc: the script's docstring
    :param left: what stays in a database that was there before
    """
    result = argparse.ArgumentParser(description=doc.splitlines()[0])
    result.add_argument("--db", help=f"an existing database, in which {left}")
    return result


def run(options, name, measure):
    """Print what was measured as one JSON object.

    :param name: of the database that is made where none is given
    :param measure: function of the database's name and the options
    """
    try:
        with database(options.db, name) as used:
            print(json.dumps(measure(used, options), indent=1))
    except Problem as problem:
        sys.exit(str(problem))


@contextlib.contextmanager
def database(given, name, **how):
    """Yield the name of a database: the given one, or one that is dropped afterwards.

    :param how: of the new database, as ``new_database`` takes it
    """
    if given:
        yield given
        return
    drop_database(name)
    try:
        new_database(name, **how)
        yield name
    finally:
        drop_database(name)
