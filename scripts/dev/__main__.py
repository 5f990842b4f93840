"""The command line behind the Makefile: ``python3 -m scripts.dev <command>``."""

import errno
import os
import shlex
import subprocess
import sys

from . import console, environment, odoo_source, postgres, server, shell
from .config import Config
from .console import Problem, Step, say
from .database import Databases, check_name
from .paths import ROOT, RUN, STATE, VENV_PYTHON, make_folders

LOGINS = (
    ("admin", "admin", "administrator"),
    ("manager", "manager", "customer service manager"),
    ("supervisor", "supervisor", "supervisor"),
    ("agent", "agent", "agent"),
    ("agent_zh", "agent_zh", "agent, in Chinese"),
    ("portal_customer", "portal_customer", "customer, on the portal"),
)

AS_OWNER = f"Run as the user that owns {ROOT}, who may be root if root ran this before."
FREE_SPACE = "Free some space and run the same command again."
ADVICE = {
    errno.ENOSPC: FREE_SPACE,
    errno.EDQUOT: FREE_SPACE,
    errno.EACCES: AS_OWNER,
    errno.EPERM: AS_OWNER,
    errno.EROFS: "The project folder must be writable.",
}


def setup(test=False):
    """Make the virtual environment and get Odoo; return Odoo. Afterwards this process is run by
    the environment's Python, so that the packages in it can be imported."""
    make_folders()
    with shell.lock(STATE / "setup.lock"):
        environment.prepare(test)
        odoo = odoo_source.find() or obtain_odoo()
        odoo.link()
    if not environment.inside():
        environment.enter(sys.argv[1:])
    return odoo


def obtain_odoo():
    """Get Odoo and say where it came from."""
    odoo = odoo_source.obtain()
    say(f"    Odoo {odoo_source.SERIES}: {odoo.origin}")
    return odoo


def database_name(required=False):
    """Return the database's name that DB= gives."""
    name = os.environ.get("DB") or ("" if required else "logistics")
    if not name:
        raise Problem("Name the database: DB=<name>.")
    check_name(name)
    return name


# -- commands


def run():
    """Serve a database with the addon and its demo data; everything missing is made first."""
    name, port = database_name(), server.port_from(os.environ.get("PORT") or "8069")
    server.check_port(port)
    odoo = setup()
    busy = f"Database '{name}' is served by another 'make run' (process {{pid}}): use DB=<other name>."
    with shell.lock(RUN / f"serve-{name}.lock", busy), postgres.server() as database_server:
        config = Config.write(name, database_server, odoo)
        Databases(config).ready_to_serve(name)
        return serve(config, name, port)


def serve(config, name, port):
    """Start Odoo, print where to log in, and wait until it is told to stop."""
    log = shell.fresh_log(f"server-{name}")
    step = Step(f"Odoo on port {port}")
    with step, server.serving(config, name, port, log, "--max-cron-threads=1") as process:
        step.done()
        try:
            print_logins(name, port, log)
            process.wait()
        except KeyboardInterrupt:
            say("\nStopping; the database stays for the next time.")
            return 0
    raise Problem(f"Odoo has stopped by itself; log: {log}\n{shell.tail(log)}")


def print_logins(name, port, log):
    """Print the address, the logins, and how to stop."""
    say(f"\n  http://{server.HOST}:{port}   (database '{name}')\n")
    say(f"  {'login':<17}{'password':<17}who")
    for login, password, who in LOGINS:
        say(f"  {login:<17}{password:<17}{who}")
    say(f"\n  Odoo's log: {log.relative_to(ROOT)}    Stop with Ctrl-C.")


def test():
    """Run every kind of test."""
    odoo = setup(test=True)
    return testing().run_all(odoo)


def test_part(name):
    """Run one kind of test; ARGS= are more arguments for pytest."""
    odoo = setup(test=True)
    if name == "core-list":
        return testing().list_core(odoo)
    return testing().run_part(odoo, name, shlex.split(os.environ.get("ARGS", "")))


def lint():
    """Run the linters."""
    setup(test=True)
    return testing().lint()


def testing():
    """Return the module that runs tests."""
    from . import testing as module

    return module


def script(path, *arguments):
    """Run a script of this repository on our PostgreSQL; standard output is the script's alone."""
    console.use_stderr()
    odoo = setup(test=True)
    if not (ROOT / path).exists():
        raise Problem(f"{path} is missing in this copy of the repository.")
    with postgres.server() as database_server:
        config = Config.write("scripts", database_server, odoo)
        command = [str(VENV_PYTHON), path, *arguments, *shlex.split(os.environ.get("ARGS", ""))]
        process = subprocess.Popen(
            command, cwd=ROOT, env=config.environ(), preexec_fn=shell.end_with_parent
        )
        try:
            return process.wait()
        finally:
            shell.stop(process)


def load_olist():
    """Load the Olist data into a new database: DATA=<folder> DB=<name>."""
    data = os.environ.get("DATA")
    if not data:
        raise Problem("Name the folder with the data: DATA=<folder>.")
    name = database_name(required=True)
    return script("tests/real_data/load_olist.py", "--data", os.path.abspath(data), "--db", name)


def figures():
    """Print the figures of a database as one JSON object: DB=<name>."""
    return script("tests/real_data/figures.py", "--db", database_name(required=True))


def bench():
    """Run the benchmarks; DB=<name> on an existing database."""
    name = os.environ.get("DB")
    return script("benchmarks/run.py", *(["--db", name] if name else []))


def env():
    """Print what a shell needs to work with the test server: eval "$(make -s env)"."""
    console.use_stderr()
    odoo = setup(test=True)
    tests = testing().TestRun(odoo)
    with tests:
        tests.server.keep()
        for key, value in sorted(tests.environment().items()):
            if os.environ.get(key) != value:
                print(f"export {key}={shlex.quote(value)}")
    say("# PostgreSQL runs until 'make stop'.")
    return 0


def stop():
    """Stop what a killed run or 'make env' left running."""
    environment.usable() and setup()
    postgres.stop_all()
    return 0


COMMANDS = {
    "run": run,
    "test": test,
    "lint": lint,
    "load-olist": load_olist,
    "figures": figures,
    "bench": bench,
    "env": env,
    "stop": stop,
}


def main(arguments):
    """Run one command; return the exit code."""
    shell.raise_on_signals()
    name = arguments[0] if arguments else "run"
    try:
        if name.startswith("test-"):
            return test_part(name.removeprefix("test-"))
        return COMMANDS[name]()
    except KeyError:
        say(f"There is no command '{name}': {', '.join(COMMANDS)}")
    except Problem as problem:
        console.use_stderr()
        say(f"\n{problem}")
    except OSError as error:
        if error.errno not in ADVICE:
            raise
        console.use_stderr()
        say(f"\n{error.strerror}: {error.filename or STATE}. {ADVICE[error.errno]}")
    except KeyboardInterrupt:
        say("\nStopped; run the same command again to go on.")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
