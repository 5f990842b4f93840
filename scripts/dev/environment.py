"""The virtual environment: made once, filled with pinned packages, redone when the pins change."""

import hashlib
import json
import os
import shutil
import sys

from . import shell
from .console import Problem, Step
from .paths import ROOT, VENV, VENV_PYTHON, need_space

MARKER = VENV / ".installed.json"
RUNTIME = "requirements.txt"
TEST = "requirements-test.txt"
SUPPORTED = (3, 11)


def inside():
    """Tell whether this very process runs in the project's virtual environment."""
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def enter(arguments):
    """Replace this process by the same command run by the virtual environment's Python."""
    command = [str(VENV_PYTHON), "-m", "scripts.dev", *arguments]
    os.execve(command[0], command, {**os.environ, "PYTHONPATH": str(ROOT)})


def wanted(test):
    """Return what has to be installed, as the content of the marker file."""
    names = [RUNTIME, TEST] if test else [RUNTIME]
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}


def installed():
    """Return what a finished earlier installation left, or nothing where it broke off."""
    try:
        return json.loads(MARKER.read_text())
    except (OSError, ValueError):
        return {}


def ready(test):
    """Tell whether the environment is there and up to date."""
    done = installed()
    return usable() and all(done.get(name) == value for name, value in wanted(test).items())


def usable():
    """Tell whether the environment has a Python that starts and its pip."""
    pip = VENV / "bin" / "pip"
    return pip.exists() and VENV_PYTHON.exists() and os.access(VENV_PYTHON, os.X_OK)


def prepare(test):
    """Make the environment and install what is missing."""
    if ready(test):
        return
    check_python()
    need_space(VENV, 1200 if test else 600, "The Python environment")
    if not usable():
        create()
    install(test)


def check_python():
    """The pins are for one version of Python; say so before pip says something obscure."""
    if sys.version_info[:2] != SUPPORTED:
        raise Problem(
            f"Python {'.'.join(map(str, SUPPORTED))} is needed, this is {sys.version.split()[0]}. "
            "Install python3.11 and run: make run PYTHON=python3.11"
        )


def create():
    """Make an empty virtual environment; a half-made one is thrown away first."""
    with Step("Python environment in .venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        log = shell.fresh_log("venv")
        if shell.run([sys.executable, "-m", "venv", VENV], log):
            shutil.rmtree(VENV, ignore_errors=True)
            raise Problem(
                "Python cannot make a virtual environment; on Debian install what it lacks with "
                f"'apt-get install python3-venv'. It said:\n{shell.tail(log)}"
            )


def install(test):
    """Install the pinned packages; the marker is written only when all are in."""
    names = [TEST] if test else [RUNTIME]
    with Step(f"Python packages pinned in {' '.join(names)}"):
        MARKER.unlink(missing_ok=True)
        log = shell.fresh_log("pip")
        command = [VENV_PYTHON, "-m", "pip", "install", "--no-input", "--no-warn-script-location"]
        command += ["--disable-pip-version-check", "-r", ROOT / names[0]]
        if shell.run(command, log, cwd=ROOT):
            raise Problem(
                f"pip could not install the packages (whole log: {log}). If the network failed, "
                f"run the same command again: it goes on from there.\n{shell.tail(log)}"
            )
        MARKER.write_text(json.dumps(wanted(test)))
