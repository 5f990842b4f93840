"""Serve a database: start Odoo, wait until it answers, stop it in order."""

import glob
import os
import re
import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress

from . import shell
from .console import Problem
from .paths import RUN, VENV_PYTHON

HOST = "127.0.0.1"


def port_from(text):
    """Return a port's number, or raise a Problem."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"PORT={text} is no port: give a number from 1024 to 65535.")
    return int(text)


def check_port(port):
    """Raise a Problem unless Odoo can listen on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise Problem(f"Only root may use port {port}; try: make run PORT=8069") from None
        except OSError:
            raise Problem(
                f"Port {port} is taken{holder(port)}. Stop that, or use another: "
                f"make run PORT={port + 1 if port < 65535 else 8070}"
            ) from None


def holder(port):
    """Return the words that name the process listening on a port, as far as we may see it."""
    for pid in sorted(listeners(port)):
        with suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as source:
            command = source.read().replace(b"\0", b" ").decode(errors="replace").strip()
            return f" by process {pid} ({command[:80]})"
    return ""


def listeners(port):
    """Return the ids of the processes that listen on a TCP port."""
    sockets = {f"socket:[{inode}]" for inode in listening_sockets(port)}
    found = set()
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(link) in sockets:
                found.add(int(link.split("/")[2]))
    return found


def listening_sockets(port):
    """Return the inodes of the sockets that listen on a TCP port."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError), open(table, encoding="ascii") as source:
            for line in source.readlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    found.append(fields[9])
    return found


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def serving(config, database, port, log, *arguments, program=("-m", "odoo")):
    """Run Odoo on a database; inside the block it answers on the port."""
    command = [VENV_PYTHON, *program, "server", "-c", config.path, "-d", database]
    command += [f"--db-filter=^{re.escape(database)}$", f"--http-interface={HOST}"]
    command += [f"--http-port={port}", *arguments]
    env = config.environ()
    env.pop("PYTHONPATH")
    process = shell.start(command, log, cwd=RUN, env=env)
    try:
        wait_until_up(process, port, log)
        yield process
    finally:
        shell.stop(process)


def wait_until_up(process, port, log, patience=180):
    """Wait until the login page is there; say what Odoo said where it is not."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Problem(f"Odoo stopped while starting (log: {log}):\n{shell.tail(log)}")
        if answers(port):
            return
        time.sleep(0.2)
    raise Problem(f"Odoo does not answer after {patience} s (log: {log}):\n{shell.tail(log)}")


def answers(port):
    """Tell whether the login page can be had."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/web/login", timeout=60) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        raise Problem(f"Odoo answers {error.code} to its login page; see its log.") from error
    except OSError:
        return False
