"""Finds Odoo 19: ODOO_HOME, an importable ``odoo``, or Debian's package unpacked under .odoo/.

Debian ships Odoo 19 in its suite ``sid`` only. The package and the fonts and scripts it links to
are downloaded with private apt folders, so neither root nor a change to the machine is needed,
and unpacked side by side so that the package's relative links resolve.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from . import shell
from .console import Problem, Step, say
from .paths import ODOO, STATE, VENV, cache_folder, need_space

SERIES = "19.0"
FROM_SID = (
    "odoo-19",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
)
# Version 7 of this one, in sid, lacks the files that Odoo links to.
FROM_OWN_SUITE = ("fonts-font-awesome",)
PACKAGES = FROM_SID + FROM_OWN_SUITE
SITE = Path("usr/lib/python3/dist-packages")
# Debian leaves this file out although every backend page loads it; without a stand-in each page
# logs an error in the browser's console and browser tests fail.
LEFT_OUT = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
WAYS = f"""Odoo {SERIES} was not found. Any of these gives it:
  - a checkout:  git clone --depth 1 --branch {SERIES} <Odoo's repository>  and  ODOO_HOME=<folder>
  - a package:   ODOO_DEBS=<folder with the .deb files of {', '.join(PACKAGES)}>
  - on Debian:   a network connection; odoo-19 is then fetched from Debian's archive
  - Docker:      docker compose up  (see README.md)"""


class Odoo:
    """An Odoo source tree: the folder to import it from, and its further addons."""

    def __init__(self, site, addons=None, origin=""):
        self.site = Path(site)
        self.addons = addons
        self.origin = origin

    @property
    def package(self):
        """The ``odoo`` package itself."""
        return self.site / "odoo"

    def identity(self):
        """Return a text that changes when this becomes another Odoo."""
        release = self.package / "release.py"
        return f"{self.site}:{release.stat().st_mtime_ns}:{release.stat().st_size}"

    def link(self):
        """Make ``import odoo`` work in the virtual environment, after its own packages."""
        for folder in (VENV / "lib").glob("python3*/site-packages"):
            link = folder / "odoo-source.pth"
            if not link.exists() or link.read_text() != f"{self.site}\n":
                link.write_text(f"{self.site}\n")


def find():
    """Return the Odoo to use if it is there already, else None."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return from_home(Path(home).expanduser().resolve())
    return importable() or unpacked()


def obtain():
    """Return the Odoo to use, fetching it where it has to be."""
    found = find()
    if found is None:
        unpack(find_debs())
        found = unpacked()
    if found is None:
        raise Problem(WAYS)
    warn_of_left_out(found)
    return found


def series(site):
    """Return the series ("19.0") of the Odoo below a folder, or None where there is none."""
    try:
        text = (site / "odoo" / "release.py").read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.MULTILINE)
    return ".".join(match.groups()) if match else None


def from_home(home):
    """Use the folder that ODOO_HOME names: a checkout or an unpacked package."""
    for site in (home, home / SITE):
        found = series(site)
        if found == SERIES:
            addons = site / "addons" if (site / "odoo-bin").exists() else None
            return Odoo(site, addons, f"ODOO_HOME={home}")
        if found:
            raise Problem(f"ODOO_HOME={home} holds Odoo {found}; this addon needs {SERIES}.")
    raise Problem(f"ODOO_HOME={home} holds no Odoo.\n{WAYS}")


def importable():
    """Use an Odoo that this machine's Python can import, if it is of the right series."""
    code = "import importlib.util as u; s = u.find_spec('odoo'); print(list(s.submodule_search_locations)[0])"
    done = subprocess.run(
        [base_python(), "-c", code], cwd="/", text=True, capture_output=True, check=False
    )
    site = Path(done.stdout.strip()).parent
    if done.returncode or series(site) != SERIES:
        return None
    return Odoo(site, None, "this machine's Python")


def base_python():
    """Return the Python that the virtual environment was made from."""
    return getattr(sys, "_base_executable", None) or sys.executable


def unpacked():
    """Use the package unpacked by an earlier run that came to its end."""
    site = ODOO / SITE
    return Odoo(site, None, "Debian's package") if series(site) == SERIES else None


def find_debs():
    """Return the files of the needed packages: from ODOO_DEBS, the cache, or the archive."""
    shell.need_tool("dpkg-deb", f"it unpacks Debian packages.\n{WAYS}")
    named = os.environ.get("ODOO_DEBS")
    for folder in filter(None, (named, cache_folder() / "debs")):
        debs = debs_in(Path(folder).expanduser())
        if debs:
            say(f"    Odoo's packages: from {folder}")
            return debs
    if named:
        say(f"    ODOO_DEBS={named} lacks some of the packages; trying Debian's archive.")
    return download()


def debs_in(folder):
    """Return the package files in a folder, or nothing unless all of them are there."""
    debs = [max(folder.glob(f"{name}_*.deb"), default=None) for name in PACKAGES]
    return debs if all(debs) else []


def download():
    """Fetch the packages from Debian's archive into the cache folder."""
    apt = shell.need_tool("apt-get", f"it downloads Odoo from Debian's archive.\n{WAYS}")
    folder = cache_folder()
    need_space(folder, 300, "The download of Odoo")
    with shell.lock(folder / "download.lock"):
        for half in folder.glob("download-*/"):
            shutil.rmtree(half, ignore_errors=True)
        with (
            Step("Odoo 19 from Debian's archive (130 MB)"),
            tempfile.TemporaryDirectory(prefix="download-", dir=folder) as scratch,
        ):
            Archive(apt, Path(scratch)).fetch()
            keep(Path(scratch) / "debs", folder / "debs")
    return debs_in(folder / "debs")


def keep(fetched, kept):
    """Move complete downloads to where later runs look for them; never half a file."""
    if not debs_in(fetched):
        raise Problem(f"Debian's archive did not give all packages.\n{WAYS}")
    kept.mkdir(exist_ok=True)
    for deb in fetched.glob("*.deb"):
        deb.replace(kept / deb.name)


class Archive:
    """Debian's archive, read with apt folders of our own inside ``scratch``."""

    def __init__(self, apt, scratch):
        self.apt = apt
        self.scratch = scratch
        self.log = shell.fresh_log("apt")
        for folder in ("lists/partial", "cache/archives/partial", "debs"):
            (scratch / folder).mkdir(parents=True)

    def options(self, *, own_sources):
        """Return apt's options for private folders and, if told so, our list of sources."""
        options = [
            f"Dir::State::Lists={self.scratch}/lists",
            f"Dir::Cache={self.scratch}/cache",
            "Acquire::Languages=none",
            "Acquire::Retries=3",
            "APT::Sandbox::User=",
            "Debug::NoLocking=1",
        ]
        if own_sources:
            options += [f"Dir::Etc::sourcelist={self.sources}", "Dir::Etc::sourceparts=-"]
        return [part for option in options for part in ("-o", option)]

    @property
    def sources(self):
        """The file with the sources we read."""
        return self.scratch / "sources.list"

    def fetch(self):
        """Download the packages."""
        suite = own_suite()
        self.write_sources(self.mirror(suite), suite)
        wanted = [f"{name}/sid" for name in FROM_SID]
        wanted += [f"{name}/{suite}" for name in FROM_OWN_SUITE]
        self.call("update")
        self.call("download", *wanted)

    def mirror(self, suite):
        """Return the address of the Debian mirror that this machine is set up for."""
        found = self.ask_mirror(suite, [])
        if not found:
            # A machine that never ran "apt-get update" lists nothing: read its sources privately.
            options = self.options(own_sources=False)
            shell.run([self.apt, *options, "update"], self.log)
            found = self.ask_mirror(suite, options)
        if not found:
            raise Problem(f"This machine's apt names no Debian mirror for '{suite}'.\n{WAYS}")
        return found

    def ask_mirror(self, suite, options):
        """Ask apt which mirror serves the machine's own suite."""
        command = [self.apt, *options, "indextargets", "--format", "$(RELEASE) $(REPO_URI)"]
        command.append("Created-By: Packages")
        done = subprocess.run(command, text=True, capture_output=True, check=False)
        for line in done.stdout.splitlines():
            release, _, address = line.partition(" ")
            if release == suite and address:
                return address
        return None

    def write_sources(self, mirror, suite):
        """Write our list of sources: sid and the machine's own suite."""
        keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
        signed = f" signed-by={keyring}" if keyring.exists() else ""
        lines = [f"deb [arch={architecture()}{signed}] {mirror} {name} main\n" for name in ("sid", suite)]
        self.sources.write_text("".join(lines))

    def call(self, *command):
        """Run apt-get; its failure is the archive's or the network's."""
        command = [self.apt, *self.options(own_sources=True), *command]
        if shell.run(command, self.log, cwd=self.scratch / "debs"):
            raise Problem(
                "Debian's archive did not give Odoo (no network, or it no longer has the package). "
                f"It said:\n{shell.tail(self.log, 6)}\n{WAYS}"
            )


def own_suite():
    """Return the code name of the Debian release this machine runs."""
    with suppress(OSError):
        text = Path("/etc/os-release").read_text(encoding="utf-8")
        match = re.search(r"^VERSION_CODENAME=\"?(\w+)", text, re.MULTILINE)
        if match and "debian" in text.lower():
            return match.group(1)
    raise Problem(f"This machine does not run Debian, so its archive cannot be used.\n{WAYS}")


def architecture():
    """Return dpkg's name of this machine's architecture."""
    done = subprocess.run(
        ["dpkg", "--print-architecture"], text=True, capture_output=True, check=True
    )
    return done.stdout.strip()


def unpack(debs):
    """Unpack the packages into .odoo/odoo; it appears there only when complete."""
    need_space(STATE, 1500, "Unpacking Odoo")
    shell.need_tool("tar", "apt-get install tar")
    for half in STATE.glob("odoo-unpacking-*"):
        shutil.rmtree(half, ignore_errors=True)
    target = STATE / f"odoo-unpacking-{os.getpid()}"
    with Step("Odoo unpacked into .odoo/odoo"):
        target.mkdir(parents=True)
        for deb in debs:
            unpack_one(deb, target)
        stand_in(target / SITE)
        shutil.rmtree(ODOO, ignore_errors=True)
        target.rename(ODOO)


def unpack_one(deb, target):
    """Unpack one package, without the second copy of the addons that Debian's Odoo carries."""
    log = shell.fresh_log("unpack")
    source = ["dpkg-deb", "--fsys-tarfile", deb]
    sink = ["tar", "-x", "-C", target, "--no-same-owner", f"--exclude=./{SITE}/addons"]
    if not shell.pipe(source, sink, log):
        shutil.rmtree(target, ignore_errors=True)
        raise Problem(
            f"Could not unpack {deb}; delete that file if it is damaged, or free disk space. "
            f"It said:\n{shell.tail(log, 4)}"
        )


def stand_in(site):
    """Put an empty file where Debian left out one that every page loads."""
    missing = site / "odoo" / LEFT_OUT
    missing.parent.mkdir(parents=True, exist_ok=True)
    missing.touch()


def warn_of_left_out(odoo):
    """Tell about the missing file where Odoo is not ours to change."""
    folders = (odoo.package / "addons", odoo.addons, odoo.site / "addons")
    names = [folder.parent / LEFT_OUT for folder in folders if folder]
    if not any(name.exists() for name in names):
        say(f"    Note: this Odoo lacks {names[0]}; every page will log an error. An empty file helps.")
