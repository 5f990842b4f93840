"""Databases for tests that drive the whole system from outside."""

import os
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.dev import server
from scripts.dev.config import Config
from scripts.dev.database import Databases
from scripts.dev.paths import LOGS, ROOT, RUN, VENV_PYTHON


@dataclass
class Finished:
    """An Odoo command line that came to its end."""

    returncode: int
    log: str


class Database:
    """One database, and what a test does with it."""

    def __init__(self, name, databases=None):
        self.name = name
        self.databases = databases or Databases()
        self.log = Path(LOGS) / "databases" / f"{name}.log"

    @property
    def config(self):
        """The configuration that names the server and the addons."""
        return self.databases.config

    def environ(self):
        """Return the environment for programs that work on this database."""
        return {**os.environ, **self.config.environ(), "PGDATABASE": self.name}

    def sql(self, query, params=()):
        """Run one statement and return its rows."""
        return self.databases.query(query, params, database=self.name)

    def odoo(self, *arguments, check=True, timeout=600):
        """Run Odoo's command line on the database to its end."""
        command = [VENV_PYTHON, "-m", "odoo", "server", "-c", self.config.path, "-d", self.name]
        command += ["--no-http", "--stop-after-init", "--max-cron-threads=0", *arguments]
        return self._run(command, None, check, timeout)

    def neutralize(self):
        """Make it a copy to try things in, the way Odoo's command line does."""
        command = [VENV_PYTHON, "-m", "odoo", "neutralize", "-c", self.config.path, "-d", self.name]
        return self._run(command, None, check=True, timeout=600)

    def shell(self, code, check=True, timeout=600):
        """Run Python code in ``odoo shell``; what it prints is in the log. Commit yourself."""
        command = [VENV_PYTHON, "-m", "odoo", "shell", "-c", self.config.path, "-d", self.name, "--no-http"]
        return self._run(command, code, check, timeout)

    def _run(self, command, text, check, timeout):
        env = self.environ()
        env.pop("PYTHONPATH", None)
        done = subprocess.run(
            [str(part) for part in command],
            input=text or "",
            cwd=RUN,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as output:
            output.write(done.stdout)
        if check and done.returncode:
            raise AssertionError(f"odoo ended with {done.returncode}:\n{done.stdout[-4000:]}")
        return Finished(done.returncode, done.stdout)

    @contextmanager
    def serve(self, *arguments):
        """Serve the database on a free port; inside the block the address answers."""
        port = server.free_port()
        arguments = arguments or ("--max-cron-threads=0",)
        with server.serving(self.config, self.name, port, self.log, *arguments):
            yield f"http://{server.HOST}:{port}"

    @contextmanager
    def serve_by_workers(self, count):
        """As :meth:`serve`, by so many worker processes and no scheduled actions."""
        port = server.free_port()
        options = (f"--workers={count}", "--max-cron-threads=0", "--limit-time-real=300")
        program = (ROOT / "tests" / "support" / "odoo_workers.py",)
        with server.serving(self.config, self.name, port, self.log, *options, program=program):
            yield f"http://{server.HOST}:{port}"

    @contextmanager
    def open(self, commit=False):
        """Open the database in this very process: an Environment of the superuser."""
        import odoo.api
        import odoo.orm.registry
        import odoo.sql_db
        import odoo.tools

        odoo.tools.config.parse_config(["-c", str(self.config.path), "-d", self.name])
        try:
            with closing(odoo.orm.registry.Registry(self.name).cursor()) as cursor:
                yield odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
                if commit:
                    cursor.commit()
        finally:
            odoo.orm.registry.Registry.delete(self.name)
            odoo.sql_db.close_db(self.name)

    def drop(self):
        """Drop the database and its file store."""
        self.databases.drop(self.name)


def current():
    """Return the databases of the server that ODOO_RC names, or None."""
    path = os.environ.get("ODOO_RC")
    return Databases(Config(path)) if path and Path(path).exists() else None
