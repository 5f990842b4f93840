"""``make run`` and its neighbours, as a person uses them: on the test server, templates at hand."""

import http.cookiejar
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from scripts.dev import server
from scripts.dev.database import addon_hash
from scripts.dev.paths import ADDON, LOGS, ROOT

from .test_launcher import gone

UP = "Stop with Ctrl-C"


class Make:
    """A `make` of this project, running."""

    def __init__(self, databases, *arguments):
        env = {**os.environ, **databases.config.environ()}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARGS", "DB", "PORT", "DATA"):
            env.pop(name, None)
        env["LCS_TEMPLATES"] = "1"
        self.process = subprocess.Popen(
            ["make", *arguments],
            cwd=ROOT, env=env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.printed = ""

    def until(self, text):
        """Read what it prints until some text comes."""
        for line in self.process.stdout:
            self.printed += line
            if text in line:
                return self
        raise AssertionError(f"make ended ({self.process.wait()}) and never said {text!r}:\n{self.printed}")

    def end(self, number=None):
        """Send a signal, if given, to `make`; wait for the end; return the exit code."""
        if number:
            self.process.send_signal(number)
        self.printed += self.process.communicate(timeout=120)[0]
        return self.process.returncode

    def launcher(self):
        """Return the process id of the launcher."""
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def odoo(self):
        """Return the process id of Odoo."""
        pid = self.launcher()
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[-1])


@pytest.fixture
def make(databases):
    """Return a function that starts `make`; what it started is ended, its databases are dropped."""
    databases.query("SELECT 1")
    started, names = [], set()

    def start(*arguments):
        names.update(part[3:] for part in arguments if part.startswith("DB="))
        started.append(Make(databases, *arguments))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.end(signal.SIGTERM)
    for name in names:
        databases.drop(name)


@pytest.fixture
def name(databases):
    """A name for a database of this test."""
    from scripts.dev.database import Templates

    return f"{Templates(databases).prefix}_run_{os.getpid()}"


def login(port, user, password):
    """Log in over HTTP; return the session's description."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    database = json.loads(call(opener, port, "/web/database/list", {}) or "null")
    assert not database or "result" not in database, "databases must not be listed"
    opened = opener.open(f"http://{server.HOST}:{port}/web/login", timeout=60).read().decode()
    token = opened.split('name="csrf_token" value="')[1].split('"')[0]
    form = urllib.parse.urlencode({"login": user, "password": password, "csrf_token": token}).encode()
    with opener.open(f"http://{server.HOST}:{port}/web/login", form, timeout=60) as answer:
        return answer.url


def call(opener, port, path, params):
    """Call a JSON route; return the answer's text, or nothing where it is refused."""
    body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
    request = urllib.request.Request(
        f"http://{server.HOST}:{port}{path}", body, {"Content-Type": "application/json"}
    )
    try:
        return opener.open(request, timeout=60).read()
    except urllib.error.HTTPError:
        return None


def test_first_run_second_run(make, databases, name):
    """Comes up, prints who can log in, stops on SIGTERM, opens again at once, stops on Ctrl-C."""
    port = server.free_port()
    first = make("run", f"DB={name}", f"PORT={port}").until(UP)
    assert f"http://127.0.0.1:{port}" in first.printed and "admin" in first.printed
    odoo = first.odoo()
    assert "/web/login" not in login(port, "admin", "admin"), "the printed login works"
    assert "/web/login" in login(port, "admin", "wrong")
    first.end(signal.SIGTERM)
    assert gone(odoo), first.printed

    started = time.monotonic()
    second = make("run", f"DB={name}", f"PORT={port}").until(UP)
    assert time.monotonic() - started < 30
    assert "Database" not in second.printed and "Python packages" not in second.printed
    odoo = second.odoo()
    os.kill(second.launcher(), signal.SIGINT)
    assert second.end() == 0
    assert gone(odoo)
    assert "Traceback" not in second.printed
    assert "ERROR" not in (LOGS / f"server-{name}.log").read_text()


def test_demo_people_can_log_in(make, databases, name):
    """Every login that is printed works."""
    from scripts.dev.__main__ import LOGINS

    port = server.free_port()
    make("run", f"DB={name}", f"PORT={port}").until(UP)
    known = {user for (user,) in databases.query("SELECT login FROM res_users WHERE active", database=name)}
    for user, password, _who in LOGINS:
        assert user in known
        assert "/web/login" not in login(port, user, password), user


def test_two_side_by_side(make, name):
    """PORT= and DB= keep two runs apart; the same database twice is refused."""
    ports = [server.free_port() for _ in range(3)]
    make("run", f"DB={name}", f"PORT={ports[0]}").until(UP)
    make("run", f"DB={name}b", f"PORT={ports[1]}").until(UP)
    third = make("run", f"DB={name}", f"PORT={ports[2]}")
    assert third.end() != 0
    assert "is served by another 'make run'" in third.printed
    fourth = make("run", f"DB={name}c", f"PORT={ports[0]}")
    assert fourth.end() != 0
    assert f"Port {ports[0]} is taken by process" in fourth.printed


def test_killed_then_run_again(make, name):
    """A launcher that is killed takes Odoo along; the next run just works."""
    port = server.free_port()
    first = make("run", f"DB={name}", f"PORT={port}").until(UP)
    odoo = first.odoo()
    os.kill(first.launcher(), signal.SIGKILL)
    first.end()
    assert gone(odoo, patience=30)
    make("run", f"DB={name}", f"PORT={port}").until(UP)


@pytest.mark.long
def test_half_made_database_is_made_afresh(make, databases, name):
    databases.create_empty(name)
    databases.note(name, "creating")
    running = make("run", f"DB={name}", f"PORT={server.free_port()}").until(UP)
    assert "was interrupted: starting it afresh" in running.printed
    assert databases.installed(name)


@pytest.mark.long
def test_changed_addon_is_upgraded(make, databases, name):
    """Files other than those the database was made with: upgraded by itself, once."""
    port = server.free_port()
    databases.new(name, demo=True)
    other = json.dumps({"by": ADDON, "state": "complete", "addon": "of last week"})
    databases.query(f'COMMENT ON DATABASE "{name}" IS %s', [other])
    running = make("run", f"DB={name}", f"PORT={port}").until(UP)
    assert "upgrading the addon" in running.printed
    assert databases.state(name)["addon"] == addon_hash()
    running.end(signal.SIGTERM)
    assert "upgrading" not in make("run", f"DB={name}", f"PORT={port}").until(UP).printed


@pytest.mark.long
def test_interrupted_upgrade_is_repeated(make, databases, name):
    databases.new(name, demo=True)
    databases.note(name, "upgrading")
    running = make("run", f"DB={name}", f"PORT={server.free_port()}").until(UP)
    assert "upgrading the addon" in running.printed
    assert databases.state(name)["state"] == "complete"


def test_database_of_others_is_left_alone(make, databases, name):
    databases.create_empty(name)
    databases.query("CREATE TABLE theirs ()", database=name)
    running = make("run", f"DB={name}", f"PORT={server.free_port()}")
    assert running.end() != 0
    assert "It is left alone" in running.printed
    assert databases.query("SELECT to_regclass('theirs')", database=name)[0][0]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["run", "PORT=x"], "PORT=x is no port"),
        (["run", "DB=a b"], "cannot be a database's name"),
        (["figures"], "DB=<name>"),
        (["load-olist", "DB=x"], "DATA=<folder>"),
    ],
)
def test_wrong_use(make, arguments, said):
    running = make(*arguments)
    assert running.end() != 0
    assert said in running.printed
    assert "Traceback" not in running.printed


def test_figures_keep_standard_output_clean(databases):
    """Whatever goes wrong, nothing but figures is ever on standard output."""
    env = {**os.environ, **databases.config.environ()}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    done = subprocess.run(
        ["make", "figures", "DB=lcs_no_such_database"],
        cwd=ROOT, env=env, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr
