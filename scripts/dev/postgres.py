"""PostgreSQL: the server that PGHOST & co. or odoo.conf name, else one of our own.

Our own comes as a Python wheel, keeps its data under .odoo/, listens on a Unix socket only and
is stopped by whoever is the last to use it.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from . import config, shell
from .console import Problem, Step, say
from .paths import STATE, need_space

VARIABLES = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user", "PGPASSWORD": "db_password"}
# A socket's path may have 107 bytes, and PostgreSQL adds "/.s.PGSQL.5432.lock" to the folder's.
LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
}
# Test databases need not outlive a power failure.
TEST_SETTINGS = {**SETTINGS, "fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "10min"}


def server(name="pg"):
    """Return the PostgreSQL server to use: one that is set, else our own of that name."""
    named = {option: os.environ.get(variable) for variable, option in VARIABLES.items()}
    written = {option: config.read(config.BASE).get(option) for option in VARIABLES.values()}
    options = {option: named[option] or written[option] for option in named}
    options = {key: value for key, value in options.items() if value and value != "False"}
    return External(options) if options else Embedded(name)


class External:
    """A PostgreSQL server that somebody else runs."""

    embedded = False

    def __init__(self, options):
        self._options = options

    def options(self):
        """Return Odoo's options for this server."""
        return self._options

    def __enter__(self):
        if self._options.get("db_user") == "postgres":
            raise Problem(
                "Odoo refuses to work as PostgreSQL's role 'postgres'. Create one of its own, "
                "'createuser --createdb odoo', and set PGUSER=odoo."
            )
        self.check()
        return self

    def check(self):
        """Raise a Problem that tells what is wrong where the server cannot be used."""
        import psycopg2

        names = {value: key[2:].lower() for key, value in VARIABLES.items()}
        params = {names[key]: value for key, value in self._options.items()}
        try:
            psycopg2.connect(dbname="postgres", connect_timeout=10, **params).close()
        except psycopg2.OperationalError as error:
            raise Problem(
                f"PostgreSQL, as set by PGHOST/PGPORT/PGUSER/PGPASSWORD or odoo.conf, does not answer:"
                f" {str(error).strip()}\nCorrect the setting, or unset it to use the built-in server."
            ) from error

    def keep(self):
        """Nothing to do: the server is not ours to stop."""

    def __exit__(self, *_error):
        return False


class Embedded:
    """A PostgreSQL server of our own below .odoo/; use it as a context manager."""

    embedded = True

    def __init__(self, name):
        self.folder = STATE / name
        self.data = self.folder / "data"
        self.log = STATE / "log" / f"{name}.log"
        self.settings = SETTINGS if name == "pg" else TEST_SETTINGS
        self.users = None

    @property
    def socket(self):
        """The folder of the socket: below .odoo/ unless that path is too long for a socket."""
        usual = self.folder / "socket"
        if len(os.fsencode(usual)) <= LONGEST_FOLDER:
            return usual
        digest = hashlib.sha256(os.fsencode(usual)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"lcs-{os.getuid()}-{digest}"

    def options(self):
        """Return Odoo's options for this server."""
        return {"db_host": str(self.socket), "db_port": "5432", "db_user": "odoo"}

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        with shell.lock(self.folder / "server.lock"):
            self.users = (self.folder / "users.lock").open("a")
            fcntl.flock(self.users, fcntl.LOCK_SH)
            if not self.running():
                self.start()
        return self

    def __exit__(self, *_error):
        with shell.lock(self.folder / "server.lock"):
            if self.last_user() and not self.kept.exists():
                self.stop()
            self.users.close()
        return False

    @contextmanager
    def users_lock(self):
        """Hold what every user of the server holds."""
        with (self.folder / "users.lock").open("a") as self.users:
            yield

    @property
    def kept(self):
        """The file that says to leave the server running."""
        return self.folder / "keep"

    def keep(self):
        """Leave the server running when done with it, until stop_all()."""
        self.kept.touch()

    def last_user(self):
        """Tell whether nobody else uses the server: each user holds a shared lock."""
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def running(self):
        """Tell whether the server runs. Its pid file alone proves nothing: after a crash the
        number may have become another program's."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = pid_file.read_text().split()[0]
        except (OSError, IndexError):
            return False
        if is_postgres(pid):
            return not self.control("status")
        pid_file.unlink(missing_ok=True)
        return False

    def start(self):
        """Start the server, making its data folder first where there is none."""
        with Step("PostgreSQL, built in"):
            self.make_folders()
            if not (self.data / "PG_VERSION").exists():
                self.initialize()
            self.write_settings()
            if self.control("-w", "-t", "60", "-l", self.log, "start"):
                raise Problem(f"PostgreSQL did not start (log: {self.log}):\n{shell.tail(self.log)}")
            self.create_role()

    def make_folders(self):
        """Create the folders the server writes to, owned by the user it runs as."""
        need_space(STATE, 500, "PostgreSQL")
        for folder in (self.folder, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            self.give(folder)
        self.log.touch()
        self.give(self.log)

    def give(self, path):
        """Where root runs us, give a file to the user PostgreSQL runs as."""
        if os.getuid() == 0:
            user = pwd.getpwnam("nobody")
            os.chown(path, user.pw_uid, user.pw_gid)

    def initialize(self):
        """Make the data folder; it gets its name only when complete."""
        half = self.folder / "data.making"
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        log = shell.fresh_log("initdb")
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if self.call(log, "initdb", *options, "-D", half):
            raise Problem(f"PostgreSQL could not make its data folder:\n{shell.tail(log)}")
        half.rename(self.data)

    def write_settings(self):
        """Write our settings where the server reads them last."""
        settings = {**self.settings, "unix_socket_directories": str(self.socket)}
        lines = [f"{key} = '{value}'\n" for key, value in settings.items()]
        path = self.data / "postgresql.auto.conf"
        path.write_text("".join(lines))
        self.give(path)

    def create_role(self):
        """Create the role that Odoo works as; it refuses the role postgres. Benchmarks fill tables
        by the million and may leave out the checks of foreign keys for that."""
        import psycopg2

        connection = psycopg2.connect(host=str(self.socket), user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = 'odoo'")
            if not cursor.rowcount:
                cursor.execute("CREATE ROLE odoo LOGIN CREATEDB")
            cursor.execute("GRANT SET ON PARAMETER session_replication_role TO odoo")
        connection.close()

    def stop(self):
        """Stop the server in order, so that it opens again."""
        if self.control("-w", "-t", "60", "-m", "fast", "stop"):
            self.control("-w", "-m", "immediate", "stop")
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket, ignore_errors=True)

    def control(self, *arguments):
        """Call pg_ctl; return its exit code."""
        return self.call(STATE / "log" / "pg_ctl.log", "pg_ctl", "-D", self.data, *arguments)

    def call(self, log, program, *arguments):
        """Run one of PostgreSQL's programs as a user it accepts; return the exit code."""
        command = [*self.as_user(), config.postgres_programs() / program, *arguments]
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return shell.run(command, log, cwd="/", env=env)

    def as_user(self):
        """PostgreSQL refuses root: become 'nobody', but keep the right to pass root's folders, so
        that no folder's permissions have to be changed for it. The secure bit makes access(2),
        by which PostgreSQL looks for its own programs, honour that right."""
        if os.getuid() != 0:
            return []
        setpriv = shell.need_tool("setpriv", "it is part of util-linux: apt-get install util-linux")
        return [
            setpriv,
            "--reuid=nobody",
            f"--regid={pwd.getpwnam('nobody').pw_gid}",
            "--clear-groups",
            "--securebits=+no_setuid_fixup",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--",
        ]


def is_postgres(pid):
    """Tell whether the process of that number is a PostgreSQL server."""
    try:
        return Path(f"/proc/{int(pid)}/comm").read_text().strip() == "postgres"
    except (OSError, ValueError):
        return False


def stop_all():
    """Stop our own servers, whoever left them running."""
    for name in ("pg", "pg-test"):
        found = Embedded(name)
        found.kept.unlink(missing_ok=True)
        if not found.running():
            continue
        with found.users_lock():
            if found.last_user():
                with Step(f"Stopping PostgreSQL of {found.folder}"):
                    found.stop()
            else:
                say(f"PostgreSQL of {found.folder} is in use by a running make; stop that.")
