"""``make test``: every kind of check, on databases of its own, as far as possible side by side.

Each kind is a part with its own process, log (.odoo/log/test-<part>.log) and JUnit file
(.odoo/log/junit-<part>.xml). All parts run even where one fails.
"""

import os
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import browser, postgres, shell
from .config import Config
from .console import Problem, say
from .database import Databases, Templates
from .paths import LOGS, ROOT, VENV_PYTHON, addons, bridges

PATIENCE = 40 * 60
# Folders below tests/ that hold no tests of the whole system.
NOT_SYSTEM = {"unit", "support", "core", "beside", "__pycache__"}
# Takes longer than continuous integration allows: run by `make test-long` alone.
LONG = "long"
# Rooms whose tests take about as long as those of all others.
FIRST_HALF = ("complaint", "customer", "foundation")
# Of the real tickets so many, evenly spread, are replayed beside everything else; `make test-real` takes all.
SOME = {"INCIDENTS": "6000"}
NO_TESTS = 5  # pytest's exit code
# Odoo's own tests, below its addons: what passes without the addon must pass with it.
CORE_SUITES = (
    "sale_stock/tests",
    "stock_delivery/tests",
    "survey/tests",
    "portal/tests",
    "account/tests/test_res_partner_merge.py",
    "account/tests/test_account_move_out_invoice.py",
    "account/tests/test_account_move_out_refund.py",
    "sale/tests/test_sale_order.py",
    "sale/tests/test_sale_refund.py",
    "stock/tests/test_move.py",
    "stock/tests/test_robustness.py",
)
# Where the addon joins in most: of these, `make test` runs the tests, too.
CORE_SHORT = (
    "sale_stock/tests/test_sale_order_dates.py",
    "sale_stock/tests/test_sale_stock.py",
    "sale_stock/tests/test_sale_stock_access_rights.py",
    "sale_stock/tests/test_sale_stock_lead_time.py",
    "stock_delivery/tests",
    "survey/tests/test_certification_flow.py",
    "survey/tests/test_survey.py",
    "survey/tests/test_survey_compute_pages_questions.py",
    "survey/tests/test_survey_flow.py",
    "survey/tests/test_survey_flow_with_conditions.py",
    "survey/tests/test_survey_invite.py",
    "survey/tests/test_survey_performance.py",
    "survey/tests/test_survey_security.py",
    "portal/tests/test_addresses.py",
    "portal/tests/test_portal.py",
    "portal/tests/test_portal_wizard.py",
    "account/tests/test_res_partner_merge.py",
    "stock/tests/test_robustness.py",
)
CORE_KNOWN = ROOT / "tests" / "core" / "known_failures.txt"


class Counts:
    """How many tests passed, failed and were skipped."""

    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __add__(self, other):
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    @classmethod
    def read(cls, junit):
        """Read the counts from a JUnit file; without one the part died."""
        try:
            suites = list(ElementTree.parse(junit).iter("testsuite"))
        except (OSError, ElementTree.ParseError):
            return cls(failed=1)
        number = {key: sum(int(suite.get(key, 0)) for suite in suites) for key in COUNTED}
        failed = number["failures"] + number["errors"]
        return cls(number["tests"] - failed - number["skipped"], failed, number["skipped"])


COUNTED = ("tests", "failures", "errors", "skipped")


class Part:
    """One kind of tests: a pytest run over some folders."""

    def __init__(self, name, folders, *options):
        self.name = name
        self.folders = [folder for folder in folders if any(folder.glob("**/test_*.py"))]
        self.options = options
        self.log = LOGS / f"test-{name}.log"
        self.junit = LOGS / f"junit-{name}.xml"
        self.counts = Counts()

    def command(self, arguments=()):
        """Return the command line."""
        command = [VENV_PYTHON, "-m", "pytest", *self.options, f"--junitxml={self.junit}"]
        return [str(part) for part in (*command, *arguments, *self.folders)]

    def run(self, environment):
        """Run in the background and show the output when done; return whether all passed."""
        self.junit.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        started = time.monotonic()
        try:
            code = shell.run(self.command(), self.log, PATIENCE, cwd=ROOT, env=environment)
        except Exception as error:  # a part must never take the others down
            code = str(error)
        self.counts = Counts.read(self.junit)
        if code and not self.counts.failed:
            self.counts.failed = 1
        report(self.name, self.log, code, time.monotonic() - started)


class Commands(Part):
    """A part that is a list of commands, each of which must succeed."""

    def __init__(self, name, commands):
        super().__init__(name, [])
        self.commands = commands
        self.folders = [ROOT]

    def run(self, environment):
        """Run all commands; the part counts as one test per command."""
        self.log.unlink(missing_ok=True)
        started = time.monotonic()
        codes = [shell.run(line, self.log, PATIENCE, cwd=ROOT, env=environment) for line in self.commands]
        failed = sum(map(bool, codes))
        self.counts = Counts(len(codes) - failed, failed)
        report(self.name, self.log, failed, time.monotonic() - started)


class CorePart(Part):
    """Odoo's own tests; those that fail without the addon, too, are left out, and those of other parts."""

    def __init__(self, name, odoo, database, suites, known=(), elsewhere=()):
        addons_folder = odoo.package / "addons"
        left_out = [f"--deselect={os.path.relpath(addons_folder / test, ROOT)}" for test in known]
        left_out += [f"--ignore={addons_folder / suite}" for suite in elsewhere]
        http = ["--odoo-http", f"--odoo-extra=db-filter=^{database}$"]
        super().__init__(name, [], f"--odoo-database={database}", *http, "-q", *left_out)
        self.folders = [
            addons_folder / suite
            for suite in suites
            if suite not in elsewhere and (addons_folder / suite).exists()
        ]

    def failures(self):
        """Return the tests that failed, as the list of known failures names them."""
        cases = ElementTree.parse(self.junit).iter("testcase")
        failed = [case for case in cases if {"failure", "error"} & {part.tag for part in case}]
        return sorted({name_of(case) for case in failed})


def name_of(case):
    """Return ``survey/tests/test_survey.py::TestSurvey::test_x`` of a test case in a JUnit file."""
    *module, class_name = case.get("classname").split(".")
    path = "/".join(module[len(module) - module[::-1].index("addons") :])
    return f"{path}.py::{class_name}::{case.get('name')}"


def read_known():
    """Return the tests of Odoo's own that fail without the addon, too."""
    lines = CORE_KNOWN.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def list_core(odoo):
    """Run Odoo's own tests without the addon and write down which fail; return the exit code."""
    browser.prepare()
    with TestRun(odoo) as tests:
        database = tests.core_database(addon=False)
        part = CorePart("core-list", odoo, database, CORE_SUITES)
        foreground(part, tests.environment(), [])
        tests.databases.drop(database)
    comment = CORE_KNOWN.read_text(encoding="utf-8").splitlines()[0]
    CORE_KNOWN.write_text("\n".join([comment, *part.failures(), ""]), encoding="utf-8")
    return 0


def report(name, log, code, seconds):
    """Show what a part printed."""
    verdict = "passed" if not code else f"FAILED ({code})"
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    say(f"\n======== {name}: {verdict}, {seconds:.0f} s ========\n{text.rstrip()}")


def lint_part():
    """The checks of style and of Odoo's conventions."""
    bin_folder = VENV_PYTHON.parent
    folders = [str(addon) for addon in [*addons(), *bridges()]]
    commands = [[bin_folder / "ruff", "check", ROOT]]
    for folder in folders:
        commands.append([VENV_PYTHON, "-m", "pylint", f"--rcfile={ROOT / '.pylintrc'}", folder])
        commands.append([bin_folder / "oca-checks-odoo-module", folder])
        po_files = sorted(Path(folder).glob("i18n*/*.po*"))
        if po_files:
            commands.append([bin_folder / "oca-checks-po", *po_files])
    return Commands("lint", commands)


def unit_part():
    """The tests that need no Odoo."""
    return Part("unit", [ROOT / "tests" / "unit"], "-p", "no:odoo", "-q")


def addon_part(database="none", name="addon", folders=None, *options):
    """The addon's own tests, in Odoo's test framework, with a web server and a browser."""
    odoo = ["--odoo-http", f"--odoo-database={database}", f"--odoo-extra=db-filter=^{database}$", "-q"]
    return Part(name, folders or [addon / "tests" for addon in addons()], *odoo, *options)


def addon_halves(*databases):
    """The same in two parts of about the same length, each on a database of its own."""
    rooms = [addon / "tests" / room for addon in addons() for room in FIRST_HALF]
    ignored = [f"--ignore={room}" for room in rooms]
    first, second = databases
    return [addon_part(second, "addon-2", None, *ignored), addon_part(first, "addon-1", rooms)]


class BesidePart(Part):
    """The addon beside others that a company runs: the tests of the bridges and of tests/beside.

    The database is made when its turn comes, so that nothing else waits for it.
    """

    def __init__(self, tests):
        self.tests = tests
        folders = [*(bridge / "tests" for bridge in bridges()), ROOT / "tests" / "beside"]
        super().__init__("beside", folders, "-q")

    def command(self, arguments=()):
        """Return the command line, with a fresh database made."""
        return super().command([f"--odoo-database={self.tests.beside_database()}", *arguments])

    def run(self, environment):
        """Run as other parts do, and drop the database."""
        try:
            super().run(environment)
        finally:
            self.tests.databases.drop(self.tests.beside_name)


def system_parts():
    """The tests that drive the whole system from outside: one part per folder of tests/."""
    left_out = NOT_SYSTEM | {LONG}
    folders = [path for path in (ROOT / "tests").glob("*/") if path.name not in left_out]
    # the longest first: two run at a time
    folders.sort(key=lambda path: (path.name != "system", path.name))
    return [Part(path.name, [path], "-p", "no:odoo", "-q", "-m", f"not {LONG}") for path in folders]


def long_part():
    """What of these folders takes long, and the benchmarks in a middle size, which print their figures."""
    folders = [ROOT / "tests" / LONG, *(part.folders[0] for part in system_parts() if part.folders)]
    return Part(LONG, folders, "-p", "no:odoo", "-q", "-s", "-m", LONG)


class TestRun:
    """The server, configuration and databases that tests work with."""

    __test__ = False

    def __init__(self, odoo):
        self.odoo = odoo
        self.server = postgres.server("pg-test")

    def __enter__(self):
        self.server.__enter__()
        self.config = Config.write("test", self.server, self.odoo, screenshots=LOGS / "screenshots")
        self.databases = Databases(self.config)
        self.templates = Templates(self.databases)
        return self

    def __exit__(self, *error):
        return self.server.__exit__(*error)

    def environment(self):
        """Return the environment that parts run in."""
        environment = self.config.environ()
        environment.update(LCS_TEMPLATES="1", CHROME_BIN=browser.find() or "", AXE=str(browser.AXE_SCRIPT))
        environment.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(LOGS.parent / "hypothesis"))
        return environment

    def addon_database(self, number=""):
        """Return a fresh database for the addon's own tests."""
        return self.copy_template(f"addon_tests{number}")

    def beside_database(self):
        """Return a fresh database for the tests beside other apps."""
        self.databases.drop(self.beside_name)
        self.databases.copy(self.templates.beside(), self.beside_name)
        return self.beside_name

    @property
    def beside_name(self):
        """The name of the database for the tests beside other apps."""
        return f"{self.templates.prefix}_tests_beside"

    def core_database(self, addon=True):
        """Return a fresh database for Odoo's own tests, with or without the addon.

        They speak the one language that there is: that our demo data bring another is not tried here.
        """
        name = self.copy_template("core_tests" if addon else "core_without_tests", addon=addon)
        self.databases.query("UPDATE res_partner SET lang = 'en_US'", database=name)
        self.databases.query("UPDATE res_lang SET active = (code = 'en_US')", database=name)
        return name

    def copy_template(self, name, addon=True):
        """Return a fresh copy of the template with demo data."""
        name = f"{self.templates.prefix}_{name}"
        self.databases.drop(name)
        self.databases.copy(self.templates.get(demo=True, addon=addon), name)
        return name


def run_all(odoo):
    """Run everything; return the exit code."""
    started = time.monotonic()
    browser.prepare()
    first = [lint_part(), unit_part()]
    with TestRun(odoo) as tests:
        problem = prepare(tests, first)
        later = system_parts()
        if not problem:
            databases = [tests.addon_database(number) for number in ("_1", "_2")]
            databases.append(tests.core_database())
            # the longest first: two run at a time
            halves = addon_halves(*databases[:2])
            core = CorePart("core", odoo, databases[2], CORE_SHORT, read_known())
            later = [halves[0], *later[:1], halves[1], core, BesidePart(tests), *later[1:]]
            environment = {**SOME, **tests.environment()}
            side_by_side([lambda part=part: part.run(environment) for part in later if part.folders])
            for database in databases:
                tests.databases.drop(database)
    return conclude([*first, *later], problem, time.monotonic() - started)


def prepare(tests, parts):
    """Build the templates, meanwhile run the parts that need no database; return a failure."""
    builds = [lambda demo=demo: tests.templates.get(demo=demo) for demo in (True, False)]
    runs = [lambda part=part: part.run(tests.environment()) for part in parts if part.folders]
    try:
        side_by_side([*builds, *runs])
    except Problem as problem:
        say(f"\n{problem}")
        return problem
    return None


def side_by_side(jobs):
    """Run jobs two at a time, in their order; the first error comes through at the end."""
    pool = ThreadPoolExecutor(max_workers=2)
    try:
        futures = [pool.submit(job) for job in jobs]
        for future in futures:
            future.exception()
        for future in futures:
            future.result()
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        shell.stop_all_started()
        raise
    finally:
        pool.shutdown()


def conclude(parts, problem, seconds):
    """Print one line a part and the total; return the exit code."""
    say(f"\n======== all parts, {seconds:.0f} s ========")
    for part in parts:
        say(f"  {part.name:<12} {part.counts if part.folders else 'no tests there'}")
    total = sum((part.counts for part in parts), Counts())
    if problem:
        say("  The databases to test on could not be made; see above.")
        total.failed += 1
    say(f"total: {total}")
    return 1 if total.failed or not total.passed else 0


def run_part(odoo, name, arguments):
    """Run one part in the foreground with more arguments for pytest; return the exit code."""
    if name == "unit":
        return foreground(unit_part(), {**os.environ, "PYTHONPATH": str(ROOT)}, arguments)
    browser.prepare()
    with TestRun(odoo) as tests:
        if name == "addon":
            database = tests.addon_database()
            return foreground(addon_part(database), tests.environment(), arguments)
        if name == "beside":
            return foreground(BesidePart(tests), tests.environment(), arguments)
        failed = 0
        if name in ("core", LONG):
            elsewhere = CORE_SHORT if name == LONG else ()
            database = tests.core_database()
            part = CorePart("core", odoo, database, CORE_SUITES, read_known(), elsewhere)
            failed = foreground(part, tests.environment(), arguments if name == "core" else [])
            if name == "core":
                return failed
        part = next((part for part in [*system_parts(), long_part()] if part.name == name), None)
        if part is None or not part.folders:
            raise Problem(f"There is no folder tests/{name} with tests in it.")
        return foreground(part, tests.environment(), arguments) or failed


def foreground(part, environment, arguments):
    """Run a part with the terminal as its output; return the exit code."""
    import subprocess

    sys.stdout.flush()
    command = part.command([argument for argument in arguments if argument])
    process = subprocess.Popen(command, cwd=ROOT, env=environment, preexec_fn=shell.end_with_parent)
    try:
        return process.wait()
    finally:
        shell.stop(process)


def lint():
    """Run the linters alone; return the exit code."""
    part = lint_part()
    part.run({**os.environ, "PYTHONPATH": str(ROOT)})
    return 1 if part.counts.failed else 0
