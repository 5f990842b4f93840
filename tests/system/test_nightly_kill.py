"""The nightly job in a real server that is killed mid-way, and run again.

The server gets SIGKILL, so nothing of it can tidy up: what is left is what the database committed.
However often that happens, the night ends with the same facts, scores and tiers.
"""

import contextlib
import itertools
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from scripts.dev.paths import ROOT, RUN, VENV_PYTHON

from ..support.database import Database

sys.path[1:1] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "real_data")]

CUSTOMERS, ORDERS, BATCH = 1200, 6000, 50
PATIENCE = 120
# when the runs of earlier nights ended
BEFORE = "2000-01-01 00:00:00"
NUMBER = itertools.count(1)
# Where it is noon: the night's hour has come, and the date stays while the tests run. The sign of
# these names is turned round.
ZONE = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"

# What a night leaves, without ids and times of writing. A customer is named by its reference.
RESULT = {
    "profiles": """
        SELECT r.ref, p.tier_id, p.tier_since, p.tier_cause
          FROM logistics_profile p JOIN res_partner r ON r.id = p.partner_id""",
    "facts": """
        SELECT r.ref, to_jsonb(f) - 'id' - 'profile_id'
          FROM logistics_profile_fact f
          JOIN logistics_profile p ON p.id = f.profile_id
          JOIN res_partner r ON r.id = p.partner_id""",
    "scores": """
        SELECT r.ref, to_jsonb(s) - 'id' - 'profile_id'
          FROM logistics_profile_score s
          JOIN logistics_profile p ON p.id = s.profile_id
          JOIN res_partner r ON r.id = p.partner_id""",
    "tier changes": """
        SELECT r.ref, to_jsonb(c) - '{id,profile_id,create_date,write_date,date}'::text[]
          FROM logistics_tier_change c
          JOIN logistics_profile p ON p.id = c.profile_id
          JOIN res_partner r ON r.id = p.partner_id""",
    "messages": """
        SELECT r.ref, count(*)::text
          FROM mail_message m
          JOIN logistics_profile p ON p.id = m.res_id
          JOIN res_partner r ON r.id = p.partner_id
         WHERE m.model = 'logistics.profile' GROUP BY r.ref""",
    "runs": "SELECT state, error_count::text FROM logistics_run",
}


@pytest.fixture(scope="module")
def first_night(database_factory):
    """Many customers, none of whom has a profile yet."""
    database = database_factory(hint="night")
    fill(database, lambda generate: generate.generate(database.name, CUSTOMERS, ORDERS))
    # before anything is judged by calendar days
    database.sql("UPDATE res_partner SET tz = %s WHERE id IN (SELECT partner_id FROM res_company)", [ZONE])
    judge(database, "env['logistics.outcome.rebuild']._start('asked')")
    database.sql(
        """UPDATE ir_config_parameter SET value = %s
            WHERE key IN ('logistics_customer_service.batch_size',
                          'logistics_customer_service.pass_size')""",
        [str(BATCH)],
    )
    return database


@pytest.fixture(scope="module")
def usual_night(first_night):
    """The same customers the night after, when a third of them has ordered again: it follows changes."""
    with copied(first_night) as database:
        finish(database)
        fill(database, lambda generate: generate.add_day(database.name, share=0.1))
        judge(database)
        database.sql("UPDATE logistics_run SET date = date - 1, finished_at = %s", [BEFORE])
        yield database


@pytest.fixture(scope="module", params=["first_night", "usual_night"])
def night(request):
    """A night to come, and what it leaves when nothing disturbs it."""
    before = request.getfixturevalue(request.param)
    with copied(before) as undisturbed:
        finish(undisturbed)
        expected = result_of(undisturbed)
    return before, expected


@pytest.fixture
def database(night):
    """A copy of the night for one test."""
    with copied(night[0]) as copy:
        yield copy


@pytest.fixture
def expected(night):
    return night[1]


def fill(database, work):
    """Let the benchmark's generator work on a database."""
    import generate
    import odoo_session

    odoo_session.configure(database.name)
    try:
        work(generate)
    finally:
        odoo_session.close(database.name)


def judge(database, before=""):
    """Have outcomes judged, which facts are made of: what is marked, and what is under way."""
    database.shell(
        f"""{before}
env['logistics.outcome.judge']._judge_all_marked()
while rebuild := env['logistics.outcome.rebuild'].search([('state', '=', 'running')]):
    rebuild._advance()

env.cr.commit()
"""
    )


@contextlib.contextmanager
def copied(original):
    """Copy a database; no other job than the nightly one runs there, and it is due."""
    copy = Database(f"{original.name}_{next(NUMBER)}", original.databases)
    copy.databases.copy(original.name, copy.name)
    try:
        copy.sql("UPDATE ir_cron SET active = false")
        copy.sql(
            """UPDATE ir_cron SET active = true, nextcall = now() - interval '1 hour'
                WHERE id IN (SELECT res_id FROM ir_model_data
                              WHERE module = 'logistics_customer_service'
                                AND name = 'ir_cron_refresh_profiles')"""
        )
        yield copy
    finally:
        copy.drop()


def result_of(database):
    """Return what the nights left, as sets of rows that two databases can be compared by."""
    return {what: sorted(map(str, database.sql(query))) for what, query in RESULT.items()}


@contextlib.contextmanager
def server(database):
    """Run a real server whose scheduler is awake."""
    command = [VENV_PYTHON, "-m", "odoo", "server", "-c", database.config.path, "-d", database.name]
    command += ["--no-http", "--workers=0", "--max-cron-threads=1", "--log-level=warn"]
    environment = database.environ()
    environment.pop("PYTHONPATH", None)
    with subprocess.Popen([str(part) for part in command], cwd=RUN, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(database, process, condition):
    """Wait until the run is as `condition` says, waking the scheduler now and then."""
    end = time.monotonic() + PATIENCE
    for turn in itertools.count():
        run = run_of(database)
        if run and condition(run):
            return run
        assert process.poll() is None, "the server ended by itself"
        assert time.monotonic() < end, f"the night does not get on: {run}"
        if turn % 50 == 0:
            database.databases.query("SELECT pg_notify('cron_trigger', %s)", [database.name])
        time.sleep(0.01)
    return None


def run_of(database):
    """Return phase, how many customers are done in it, and state of tonight's run, or None."""
    rows = database.sql(
        """SELECT phase, COALESCE(CASE phase WHEN 'rates' THEN rated_count ELSE seen_count END, 0), state
             FROM logistics_run WHERE finished_at IS DISTINCT FROM %s""",
        [BEFORE],
    )
    return rows[0] if rows else None


def finish(database):
    """Let a server that nobody kills bring the night to its end."""
    with server(database) as process:
        wait_until(database, process, lambda run: run[2] == "done")


def kill_when(database, condition):
    """Kill a server with SIGKILL as soon as its run is in a certain state; return that state."""
    with server(database) as process:
        run = wait_until(database, process, condition)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return run


@pytest.mark.parametrize(
    ("phase", "batches"),
    [("facts", 1), pytest.param("facts", 6, marks=pytest.mark.long), ("rates", 3)],
)
def test_killed_and_run_again(database, expected, phase, batches):
    killed = kill_when(database, lambda run: run[0] == phase and run[1] >= batches * BATCH)
    assert killed[2] == "running", "the night was over before it could be killed"
    finish(database)
    assert_same(result_of(database), expected)


@pytest.mark.long
def test_killed_again_and_again(database, expected):
    """Each server is killed as soon as it got on."""
    place, kills = None, 0
    while kills < 5:
        run = kill_when(database, lambda run, last=place: run[:2] != last)
        if run[2] != "running":
            break
        place, kills = run[:2], kills + 1
    assert kills > 3
    finish(database)
    assert_same(result_of(database), expected)


def test_run_twice(database, expected):
    """A second run on the same day goes through all customers and finds nothing to do."""
    finish(database)
    database.shell("env['logistics.profile']._refresh_all(env.company)\nenv.cr.commit()\n")
    again = result_of(database)
    assert len(again["runs"]) == len(expected["runs"]) + 1
    assert_same(again, {what: rows for what, rows in expected.items() if what != "runs"})


def assert_same(found, expected):
    """Compare table by table, so that a difference is short to read."""
    assert expected["profiles"]
    for what, rows in expected.items():
        assert len(found[what]) == len(rows), f"{what}: another number"
        differing = [pair for pair in zip(found[what], rows, strict=True) if pair[0] != pair[1]]
        assert not differing, f"{what}: {differing[:3]}"
