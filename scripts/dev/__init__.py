"""Sets up and runs everything this project needs: ``make run``, ``make test`` and the like.

Other scripts use the functions below. They work on the server and folders that ODOO_RC names,
which the launcher sets for everything it starts (in a shell: ``eval "$(make -s env)"``).
"""

from .console import Problem
from .database import Databases

__all__ = ["Problem", "connect", "copy_database", "database_exists", "drop_database", "new_database"]


def new_database(name, demo=False, addon=True):
    """Create a new database with the addon, or only what it depends on; a Problem if it exists."""
    Databases().new(name, demo=demo, addon=addon)


def drop_database(name):
    """Drop a database with its connections and file store; nothing if there is none."""
    Databases().drop(name)


def copy_database(source, name):
    """Copy a database with its file store."""
    Databases().copy(source, name)


def database_exists(name):
    """Tell whether a database exists."""
    return Databases().exists(name)


def connect(name):
    """Return a psycopg2 connection to a database."""
    return Databases().connect(name)
