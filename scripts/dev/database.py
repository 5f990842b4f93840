"""Odoo databases with the addon: create, upgrade, copy, drop.

What state a database of ours is in stands in its comment (``COMMENT ON DATABASE``), so it cannot
outlive the database, is not part of what Odoo sees, and marks databases as made by us.
"""

import ast
import hashlib
import json
import os
import re
import runpy
import shutil
import time
from contextlib import closing

from . import shell
from .config import Config
from .console import Problem, Step, say
from .paths import ADDON, LOGS, ROOT, RUN, VENV_PYTHON, addons, bridges, need_space

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\Z")
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (WARNING|ERROR|CRITICAL) ")
# What a company may run beside the addon: each with a bridge of ours, or with transfers of its own.
BESIDE = ("point_of_sale", "pos_sale", "sale_mrp", "stock_dropshipping")
PATIENCE = 30  # seconds
UNHASHED = {"__pycache__", "tests", ".pytest_cache", ".ruff_cache"}


def check_name(name):
    """Raise a Problem unless this can be the name of an Odoo database."""
    if not NAME.match(name):
        raise Problem(f"'{name}' cannot be a database's name: use letters, digits, '_', '-' and '.'.")
    if name in {"postgres", "template0", "template1"}:
        raise Problem(f"'{name}' belongs to PostgreSQL; choose another with DB=<name>.")


def addon_hash(folders=None):
    """Return a digest of addons' files; tests aside, as they change nothing installed.

    :param folders: those of the addons, ours without the bridges if not given
    """
    digest = hashlib.sha256()
    for path in sorted(path for addon in folders or addons() for path in addon.rglob("*")):
        relative = path.relative_to(ROOT)
        if path.is_file() and not UNHASHED.intersection(relative.parts):
            digest.update(f"{relative}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def dependencies():
    """Return the modules that the addon depends on, from its manifest."""
    manifest = ast.literal_eval((ROOT / ADDON / "__manifest__.py").read_text(encoding="utf-8"))
    return sorted(manifest["depends"])


def complaints(log_text, allowed=()):
    """Return the lines of an Odoo log that are warnings or worse."""
    lines = (line for line in log_text.splitlines() if LOG_LINE.match(line))
    return [line for line in lines if not any(re.search(pattern, line) for pattern in allowed)]


class Databases:
    """The databases on the server of a configuration."""

    def __init__(self, config=None):
        self.config = config or Config.current()

    # -- plain PostgreSQL

    def connect(self, name="postgres"):
        """Return a psycopg2 connection to a database."""
        import psycopg2

        return psycopg2.connect(dbname=name, **self.config.libpq())

    def query(self, sql, params=(), database="postgres"):
        """Run one statement outside a transaction; return its rows."""
        with closing(self.connect(database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall() if cursor.description else []

    def names(self):
        """Return the names of all databases."""
        return [name for (name,) in self.query("SELECT datname FROM pg_database")]

    def exists(self, name):
        """Tell whether there is a database of that name."""
        return name in self.names()

    def create_empty(self, name, template=None):
        """Create a database, empty the way Odoo wants it or a copy of another."""
        made = f'TEMPLATE "{template}"' if template else "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        self.query(f'CREATE DATABASE "{name}" {made}')
        if not template:
            # Odoo speeds up searches inside texts with it; the built-in server does not have it.
            found = self.query("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")
            if found:
                self.query("CREATE EXTENSION IF NOT EXISTS pg_trgm", database=name)

    def drop(self, name):
        """Drop a database with its connections and its file store."""
        import psycopg2

        for left in reversed(range(PATIENCE)):
            try:
                self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                break
            except psycopg2.errors.InsufficientPrivilege:
                # PostgreSQL itself is at it, tidying up: that is nobody's to end
                if not left:
                    raise
                time.sleep(1)
        shutil.rmtree(self.config.filestore(name), ignore_errors=True)

    def copy(self, source, name):
        """Copy a database and its file store; the files never change, so links do.

        The copy is one to work with: in it the addon takes itself for the original.
        """
        self.create_empty(name, template=source)
        store = self.config.filestore(source)
        shutil.rmtree(self.config.filestore(name), ignore_errors=True)
        if store.exists():
            shutil.copytree(store, self.config.filestore(name), copy_function=os.link)
        self.query(
            "UPDATE ir_config_parameter SET value = gen_random_uuid() WHERE key = 'database.uuid'",
            database=name,
        )
        self.make_original(name)

    def make_original(self, name):
        """Note that customers and carriers deal with this database, where it has the addon."""
        tools = runpy.run_path(ROOT / ADDON / "tools" / "foundation" / "identity.py")
        with closing(self.connect(name)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
                [tools["read_identity"](cursor), f"{ADDON}.original"],
            )

    # -- the state of a database of ours

    def state(self, name):
        """Return what we noted about a database, or nothing where it is not ours."""
        rows = self.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        )
        try:
            noted = json.loads(rows[0][0]) if rows and rows[0][0] else {}
        except ValueError:
            return {}
        return noted if isinstance(noted, dict) and noted.get("by") == ADDON else {}

    def note(self, name, state, **more):
        """Note the state of a database."""
        text = json.dumps({"by": ADDON, "state": state, "addon": addon_hash(), **more})
        self.query(f'COMMENT ON DATABASE "{name}" IS %s', [text])

    # -- Odoo

    def odoo(self, name, *arguments, log):
        """Run Odoo's command line on a database to its end; return the exit code."""
        command = [VENV_PYTHON, "-m", "odoo", "server", "-c", self.config.path, "-d", name]
        command += ["--no-http", "--stop-after-init", "--max-cron-threads=0", *arguments]
        env = self.config.environ()
        env.pop("PYTHONPATH")
        return shell.run(command, log, cwd=RUN, env=env)

    def install(self, name, modules, *arguments):
        """Install modules into a database, creating it; a failure leaves it marked unfinished."""
        need_space(self.config.data_dir, 500, "A database")
        log = shell.fresh_log(f"install-{name}")
        if not self.exists(name):
            self.create_empty(name)
        self.note(name, "creating")
        self.call(name, log, "-i", ",".join(modules), *arguments)
        return log

    def upgrade(self, name):
        """Upgrade the addon in a database to the files that are here now."""
        noted = self.state(name)
        log = shell.fresh_log(f"upgrade-{name}")
        self.note(name, "upgrading", demo=noted.get("demo"))
        self.call(name, log, "-u", ADDON)
        self.note(name, "complete", demo=noted.get("demo"))
        return log

    def call(self, name, log, *arguments):
        """Run Odoo's command line; where it fails say what it said last."""
        code = self.odoo(name, *arguments, log=log)
        text = log.read_text(encoding="utf-8", errors="replace")
        if code or " CRITICAL " in text or "Failed to load registry" in text:
            raise Problem(
                f"Odoo failed on database '{name}' ({' '.join(arguments)}); log: {log}\n"
                f"{shell.tail(log)}\nWhen the cause is gone, run the same command again."
            )

    def installed(self, name):
        """Tell whether the addon is installed in a database; None where it is not Odoo's."""
        if not self.query("SELECT to_regclass('ir_module_module')", database=name)[0][0]:
            return None
        sql = "SELECT state FROM ir_module_module WHERE name = %s"
        rows = self.query(sql, [ADDON], database=name)
        return bool(rows) and rows[0][0] in ("installed", "to upgrade")

    # -- what the commands need

    def ready_to_serve(self, name):
        """Make sure a database is there with the addon of these very files in it."""
        check_name(name)
        if self.exists(name):
            self.drop_unfinished(name)
        if not self.exists(name):
            with Step(f"Database '{name}': Odoo's apps, the addon and its demo data (1-2 minutes)"):
                self.make(name, demo=True)
        elif self.installed(name) is not True:
            raise Problem(
                f"The database '{name}' exists, was not made by this command and has no {ADDON}. "
                "It is left alone: choose another with DB=<name>."
            )
        elif self.outdated(name):
            with Step(f"Database '{name}': upgrading the addon, its files have changed"):
                self.upgrade(name)

    def outdated(self, name):
        """Tell whether a database was last brought up to date with other files than these."""
        noted = self.state(name)
        return noted.get("state") != "complete" or noted.get("addon") != addon_hash()

    def drop_unfinished(self, name):
        """Drop a database whose creation broke off."""
        if self.state(name).get("state") == "creating":
            say(f"    The creation of database '{name}' was interrupted: starting it afresh.")
            self.drop(name)

    def make(self, name, demo, addon=True):
        """Create a database with the addon, or only what it depends on; as a copy of a template
        where these are in use."""
        if os.environ.get("LCS_TEMPLATES"):
            self.copy(Templates(self).get(demo=demo, addon=addon), name)
        else:
            modules = [ADDON] if addon else dependencies()
            self.install(name, modules, *(["--with-demo"] if demo else []))
        self.note(name, "complete", demo=demo)

    def new(self, name, demo=False, addon=True):
        """Create a database as `make` does; a Problem if there is one of that name."""
        check_name(name)
        if self.exists(name):
            self.drop_unfinished(name)
        if self.exists(name):
            raise Problem(f"The database '{name}' exists already: choose another with DB=<name>.")
        self.make(name, demo, addon)


class Templates:
    """Databases to copy from: installing takes a minute or two, copying one a second.

    Two layers, so that a change to the addon costs only the addon's own installation: the apps
    the addon depends on, and on a copy of these the addon.
    """

    def __init__(self, databases):
        self.databases = databases
        clone = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:6]
        self.prefix = f"lcs_{clone}"

    def get(self, demo=False, addon=True):
        """Return the name of a template, building it first if there is none up to date."""
        kind = "demo" if demo else "plain"
        with shell.lock(RUN / f"template-{kind}.lock"):
            base = self.base(kind)
            return self.with_addon(kind, base) if addon else base

    def base(self, kind):
        """Return the template with the apps that the addon depends on."""
        wanted = hashlib.sha256("|".join([odoo_identity(), *dependencies()]).encode()).hexdigest()
        name = f"{self.prefix}_base_{kind}_{wanted[:10]}"
        return self.build(name, f"{self.prefix}_base_{kind}_", None, dependencies(), kind)

    def with_addon(self, kind, base):
        """Return the template with the addon, too."""
        name = f"{self.prefix}_addon_{kind}_{base[-10:-5]}{addon_hash()[:10]}"
        return self.build(name, f"{self.prefix}_addon_{kind}_", base, [ADDON], kind)

    def beside(self):
        """Return the template with the addon and what it may run beside, bridges included."""
        source = self.get()
        with shell.lock(RUN / "template-beside.lock"):
            digest = hashlib.sha256("|".join([addon_hash(bridges()), *BESIDE]).encode()).hexdigest()
            name = f"{self.prefix}_beside_{source[-10:]}{digest[:10]}"
            return self.build(name, f"{self.prefix}_beside_", source, BESIDE, "plain")

    def earlier(self, version, addons_path):
        """Return the template with the addon as it was in an earlier version, and its demo data.

        :param version: what tells it from other versions, such as a commit
        :param addons_path: a function that returns the folders where that version's addon is found
        """
        with shell.lock(RUN / "template-demo.lock"):
            base = self.base("demo")
            name = f"{self.prefix}_earlier_{base[-10:-5]}{version[:10]}"
            if self.is_complete(name):
                return name
            more = [f"--addons-path={addons_path()}"]
            return self.build(name, f"{self.prefix}_earlier_", base, [ADDON], "demo", *more)

    def is_complete(self, name):
        """Tell whether a template is there and finished."""
        return self.databases.exists(name) and self.databases.state(name).get("state") == "complete"

    def build(self, name, family, source, modules, kind, *more):
        """Build one template, dropping the outdated ones of its family."""
        if self.is_complete(name):
            return name
        for old in self.databases.names():
            if old.startswith(family):
                self.databases.drop(old)
        with Step(f"Template database ({kind}): {', '.join(modules)}"):
            if source:
                self.databases.copy(source, name)
            arguments = ["--with-demo"] if kind == "demo" else []
            log = self.databases.install(name, modules, *arguments, *more)
            log.replace(LOGS / f"template-{family.removeprefix(self.prefix).strip('_')}.log")
            self.databases.note(name, "complete", demo=kind == "demo")
        return name


def odoo_identity():
    """Return a text that changes when another Odoo is used."""
    from . import odoo_source

    found = odoo_source.find()
    return found.identity() if found else ""
