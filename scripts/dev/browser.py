"""A browser for the browser tests: the machine's, Debian's, or playwright's own."""

import os
import shutil
import subprocess
import zipfile

from . import shell
from .console import Problem, Step
from .paths import BIN, STATE, VENV, VENV_PYTHON

# The names that Odoo's test runner looks for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PLAYWRIGHT = "playwright==1.65.2"
# of this package the one file that checks pages is taken: axe-core 4.12.1
AXE = "axe-playwright-python==0.1.8"
AXE_SCRIPT = STATE / "axe" / "axe.min.js"


def prepare():
    """Return the path of a browser, getting one where there is none, and what checks its pages."""
    fetch_axe()
    return find() or by_apt() or by_playwright() or give_up()


def find():
    """Return the browser on the path or the one fetched earlier."""
    path = os.pathsep.join([os.environ.get("PATH", ""), str(BIN)])
    return next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)


def fetch_axe():
    """Fetch axe-core, which says what keeps people from using a page, once."""
    if AXE_SCRIPT.exists():
        return
    folder, log = AXE_SCRIPT.parent, shell.fresh_log("axe")
    command = [VENV_PYTHON, "-m", "pip", "download", "--no-input", "--no-deps", "--dest", folder, AXE]
    with Step("axe-core, for the browser tests"):
        if shell.run(command, log):
            raise Problem(f"pip could not fetch axe-core (whole log: {log}).\n{shell.tail(log)}")
        [wheel] = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            AXE_SCRIPT.write_bytes(archive.read("axe_playwright_python/axe.min.js"))


def by_apt():
    """Install Debian's browser, where root runs us."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return None
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = shell.fresh_log("browser-apt")
    with Step("Chromium from Debian, for the browser tests"):
        shell.run(["apt-get", "-q", "update"], log, env=env)
        shell.run(["apt-get", "-qy", "install", "--no-install-recommends", "chromium"], log, env=env)
    return find()


def by_playwright():
    """Fetch the browser that the package playwright brings, into its usual cache folder."""
    log = shell.fresh_log("browser-playwright")
    with Step("Chromium by playwright, for the browser tests"):
        if shell.run([VENV_PYTHON, "-m", "pip", "install", "--no-input", PLAYWRIGHT], log):
            return None
        if shell.run([VENV / "bin" / "playwright", "install", "chromium"], log):
            return None
        return link_playwright()


def link_playwright():
    """Put playwright's browser where Odoo finds it: as .odoo/bin/chromium."""
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run([VENV_PYTHON, "-c", code], text=True, capture_output=True, check=False)
    if done.returncode or not os.access(done.stdout.strip(), os.X_OK):
        return None
    BIN.mkdir(exist_ok=True)
    link = BIN / "chromium"
    link.unlink(missing_ok=True)
    link.symlink_to(done.stdout.strip())
    return str(link)


def give_up():
    """Say what to do where there is no browser to be had."""
    raise Problem(
        "The browser tests need Chromium, and it could neither be found nor fetched. Install it "
        "('apt-get install chromium' as root) and run the same command again."
    )
