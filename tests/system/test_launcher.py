"""The launcher's own decisions, each in a folder of its own and without Odoo."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from scripts.dev import browser, config, console, database, environment, odoo_source, paths, server, shell
from scripts.dev.console import Problem


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Send everything the launcher writes to a folder of this test."""
    monkeypatch.setattr(odoo_source, "ODOO", tmp_path / "odoo")
    monkeypatch.setattr(odoo_source, "STATE", tmp_path)
    monkeypatch.setattr(shell, "LOGS", tmp_path / "log")
    monkeypatch.setattr(config, "RUN", tmp_path / "run")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("ODOO_HOME", "ODOO_DEBS", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "log").mkdir()
    return tmp_path


def fake_odoo(site, version="19, 0"):
    """Make something that looks like a source tree of Odoo."""
    (site / "odoo").mkdir(parents=True)
    (site / "odoo" / "release.py").write_text(f"version_info = ({version}, 0, FINAL, 0, '')\n")
    return site


class TestOdooSource:
    """Where Odoo comes from."""

    def test_checkout(self, folders, monkeypatch):
        home = fake_odoo(folders / "checkout")
        (home / "odoo-bin").touch()
        monkeypatch.setenv("ODOO_HOME", str(home))
        found = odoo_source.find()
        assert (found.site, found.addons) == (home, home / "addons")

    def test_unpacked_package(self, folders, monkeypatch):
        fake_odoo(folders / "package" / odoo_source.SITE)
        monkeypatch.setenv("ODOO_HOME", str(folders / "package"))
        assert odoo_source.find().site == folders / "package" / odoo_source.SITE

    def test_other_version_is_refused(self, folders, monkeypatch):
        monkeypatch.setenv("ODOO_HOME", str(fake_odoo(folders / "old", "18, 0")))
        with pytest.raises(Problem, match=r"holds Odoo 18\.0; this addon needs 19\.0"):
            odoo_source.find()

    def test_wrong_folder_names_the_ways(self, folders, monkeypatch):
        monkeypatch.setenv("ODOO_HOME", str(folders))
        with pytest.raises(Problem, match="holds no Odoo") as problem:
            odoo_source.find()
        assert "ODOO_DEBS" in str(problem.value) and "docker compose up" in str(problem.value)

    def test_half_unpacked_is_not_used(self, folders, monkeypatch):
        monkeypatch.setattr(odoo_source, "importable", lambda: None)
        fake_odoo(folders / "odoo-unpacking-1" / odoo_source.SITE)
        assert odoo_source.find() is None

    def test_incomplete_folder_of_debs_is_not_used(self, folders):
        for name in odoo_source.PACKAGES[1:]:
            (folders / f"{name}_1_all.deb").touch()
        assert odoo_source.debs_in(folders) == []

    def test_damaged_deb(self, folders, monkeypatch):
        monkeypatch.setenv("ODOO_DEBS", str(folders / "debs"))
        (folders / "debs").mkdir()
        for name in odoo_source.PACKAGES:
            (folders / "debs" / f"{name}_1_all.deb").write_text("half a file")
        with pytest.raises(Problem, match="delete that file if it is damaged"):
            odoo_source.unpack(odoo_source.find_debs())
        assert odoo_source.unpacked() is None

    def test_archive_without_the_package(self, folders, monkeypatch):
        """What apt says is shown, the ways are named, and the cache stays clean."""
        apt = folders / "bin" / "apt-get"
        apt.parent.mkdir()
        apt.write_text(
            "#!/bin/sh\ncase \"$*\" in *indextargets*) echo \"$SUITE http://mirror.invalid/\";; "
            "*) echo 'E: Unable to locate package odoo-19'; exit 100;; esac\n"
        )
        apt.chmod(0o755)
        monkeypatch.setenv("PATH", f"{apt.parent}:{os.environ['PATH']}")
        monkeypatch.setattr(odoo_source, "own_suite", lambda: "bookworm")
        monkeypatch.setenv("SUITE", "bookworm")
        with pytest.raises(Problem, match="Unable to locate package") as problem:
            odoo_source.find_debs()
        assert "ODOO_DEBS" in str(problem.value)
        assert list((folders / "cache" / "logistics-customer-service").glob("**/*.deb")) == []

    def test_no_dpkg(self, folders, monkeypatch):
        monkeypatch.setenv("PATH", str(folders))
        with pytest.raises(Problem, match="'dpkg-deb' is missing"):
            odoo_source.find_debs()

    def test_left_out_file_gets_a_stand_in(self, folders):
        odoo_source.stand_in(folders)
        assert (folders / "odoo" / odoo_source.LEFT_OUT).exists()


class TestMessages:
    """What goes wrong is told in a sentence that says what to do."""

    def test_full_disk(self, tmp_path):
        with pytest.raises(Problem, match="Free some space"):
            paths.need_space(tmp_path / "not" / "there", 10**9, "This")

    def test_full_disk_inside_a_program(self, tmp_path):
        (tmp_path / "log").write_text("tar: write: No space left on device\n")
        assert "The disk is full" in shell.tail(tmp_path / "log")

    def test_wrong_python(self, monkeypatch):
        monkeypatch.setattr(environment, "SUPPORTED", (2, 7))
        with pytest.raises(Problem, match=r"Python 2\.7 is needed"):
            environment.check_python()

    @pytest.mark.parametrize("name", ["", "a b", "-x", "x;y", "ü", "postgres", "template1"])
    def test_bad_database_name(self, name):
        with pytest.raises(Problem):
            database.check_name(name)

    @pytest.mark.parametrize("port", ["", "http", "0", "70000", "-1"])
    def test_bad_port(self, port):
        with pytest.raises(Problem, match="is no port"):
            server.port_from(port)

    def test_taken_port(self):
        with socket.socket() as other:
            other.bind((server.HOST, 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(Problem, match=f"taken by process {os.getpid()} .*PORT={port + 1}"):
                server.check_port(port)

    def test_no_browser(self, monkeypatch):
        monkeypatch.setattr(browser, "find", lambda: None)
        monkeypatch.setattr(browser, "by_apt", lambda: None)
        monkeypatch.setattr(browser, "by_playwright", lambda: None)
        with pytest.raises(Problem, match="apt-get install chromium"):
            browser.prepare()

    def test_unknown_command(self):
        done = subprocess.run(
            [sys.executable, "-m", "scripts.dev", "nonsense"],
            cwd=paths.ROOT, text=True, capture_output=True, check=False,
        )
        assert done.returncode == 1 and "no command 'nonsense'" in done.stdout

    def test_messages_survive_a_closed_pipe(self, monkeypatch):
        class Closed:
            def write(self, _text):
                raise BrokenPipeError

            def flush(self):
                raise BrokenPipeError

        monkeypatch.setattr(console._Output, "stream", Closed())
        console.say("nobody reads this")
        console.say("nor this")


class TestState:
    """What earlier runs left is judged rightly."""

    def test_interrupted_pip_is_repeated(self, tmp_path, monkeypatch):
        marker = tmp_path / "marker"
        monkeypatch.setattr(environment, "MARKER", marker)
        assert not environment.ready(test=False)
        marker.write_text('{"half')
        assert not environment.ready(test=False)

    def test_changed_pins_are_installed(self, tmp_path, monkeypatch):
        marker = tmp_path / "marker"
        monkeypatch.setattr(environment, "MARKER", marker)
        monkeypatch.setattr(environment, "usable", lambda: True)
        marker.write_text('{"requirements.txt": "of last week"}')
        assert not environment.ready(test=False)

    def test_addon_hash_sees_every_file_but_tests(self, tmp_path, monkeypatch):
        addon = tmp_path / "some_addon"
        (addon / "tests").mkdir(parents=True)
        monkeypatch.setattr(database, "addons", lambda: [addon])
        monkeypatch.setattr(database, "ROOT", tmp_path)
        (addon / "a.xml").write_text("<odoo/>")
        first = database.addon_hash()
        (addon / "tests" / "test_a.py").write_text("")
        assert database.addon_hash() == first
        (addon / "a.xml").write_text("<odoo></odoo>")
        assert database.addon_hash() != first

    def test_lock_tells_who_holds_it(self, tmp_path):
        with shell.lock(tmp_path / "lock"), pytest.raises(Problem, match=f"by {os.getpid()}$"):
            with shell.lock(tmp_path / "lock", "held by {pid}"):
                pass

    def test_configuration_is_private_and_complete(self, folders):
        class Server:
            def options(self):
                return {"db_host": "h", "db_password": "50%secret"}

        odoo = odoo_source.Odoo(folders, folders / "addons")
        written = config.Config.write("x", Server(), odoo)
        assert written.path.stat().st_mode & 0o777 == 0o600
        assert written.libpq() == {"host": "h", "password": "50%secret"}
        assert written.options["list_db"] == "False"
        assert str(folders / "addons") in written.options["addons_path"].split(",")

    def test_environment_wins_over_the_machine(self, folders, monkeypatch):
        class Server:
            def options(self):
                return {"db_host": "h"}

        monkeypatch.setenv("PGDATABASE", "elsewhere")
        env = config.Config.write("x", Server(), odoo_source.Odoo(folders)).environ()
        assert env["PGHOST"] == "h" and "PGDATABASE" not in env


class TestPrograms:
    """Programs that are started never stay behind."""

    def test_end_with_a_killed_launcher(self, tmp_path):
        code = (
            "import time; from scripts.dev import shell\n"
            f"print(shell.start(['sleep', '300'], {str(tmp_path / 'log')!r}).pid, flush=True)\n"
            "time.sleep(300)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code], cwd=paths.ROOT, stdout=subprocess.PIPE, text=True
        ) as launcher:
            child = int(launcher.stdout.readline())
            os.kill(launcher.pid, signal.SIGKILL)
        assert gone(child)

    def test_stop_takes_along_what_was_started(self, tmp_path):
        process = shell.start(["sh", "-c", "sleep 300 & echo $!; wait"], tmp_path / "log")
        until = time.monotonic() + 10
        while not (tmp_path / "log").read_text().strip() and time.monotonic() < until:
            time.sleep(0.05)
        shell.stop(process)
        assert gone(int((tmp_path / "log").read_text()))

    def test_stop_kills_what_does_not_listen(self, tmp_path):
        process = shell.start(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], tmp_path / "log")
        time.sleep(0.3)
        shell.stop(process, patience=0.5)
        assert process.returncode == -signal.SIGKILL


def gone(pid, patience=10):
    """Tell whether a process ends within some seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as source:
                if source.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.05)
    return False
