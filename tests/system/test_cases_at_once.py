"""Cases worked on by many at once: programs, agents and the job that watches deadlines.

One database and one server with worker processes serve all of these tests.
"""

import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from scripts.dev.paths import RUN, VENV_PYTHON

from ..support.cases import PREPARE, Client, keys_of, record

CLIENTS, CASES, BATCH = 8, 2000, 50
OVERDUE = 100
DUELS = 4
PATIENCE = 120


@pytest.fixture(scope="module")
def database(database_factory):
    database = database_factory(hint="cases")
    database.keys = keys_of(database.shell(PREPARE % CLIENTS).log)
    return database


@pytest.fixture(scope="module")
def clients(database):
    """Agents, each with a key, of a server with as many worker processes."""
    with database.serve_by_workers(CLIENTS) as url:
        yield [Client(url, key) for key in database.keys]


def at_once(duels):
    """Run all functions of a list of pairs at the same moment; return the pairs of their results."""
    jobs = [job for duel in duels for job in duel]
    barrier = threading.Barrier(len(jobs))

    def run(job):
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        results = list(pool.map(run, jobs))
    return list(zip(results[::2], results[1::2], strict=True))


def test_eight_programs_register_two_thousand(database, clients):
    """Some batches are sent twice at once, as by programs that did not wait for the answer."""
    batches = [[record(n) for n in range(first, first + BATCH)] for first in range(0, CASES, BATCH)]
    jobs = [batch for number, batch in enumerate(batches) for _turn in range(1 + (number % 5 == 0))]

    def send(number):
        return clients[number % CLIENTS].call("register_cases", cases=jobs[number])

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(send, range(len(jobs))))
    assert {status for status, _answer in answers} == {200}
    told = [case for _status, answer in answers for case in answer["cases"]]
    assert {case["status"] for case in told} == {"created", "repeated"}
    created = [case for case in told if case["status"] == "created"]
    assert len(created) == CASES
    known = {case["external_reference"]: case["number"] for case in created}
    assert len(known) == len(set(known.values())) == CASES
    assert all(case["number"] == known[case["external_reference"]] for case in told)
    kept = database.sql("SELECT external_reference, number FROM logistics_complaint")
    assert sorted(kept) == sorted(known.items())
    assert_whole(database)
    assert_nothing_hangs(database)


def assert_whole(database):
    """Check that every case has its customer, its agent and its clock, once."""
    rows = database.sql(
        """SELECT count(*), count(DISTINCT clock.id)
             FROM logistics_complaint complaint
             LEFT JOIN logistics_clock clock ON clock.complaint_id = complaint.id
            WHERE complaint.partner_id IS NOT NULL AND complaint.user_id IS NOT NULL
              AND clock.next_at IS NOT NULL AND complaint.due_at IS NOT NULL"""
    )
    assert rows == [(CASES, CASES)]


def assert_nothing_hangs(database):
    """Check that no transaction was left open and nobody waits for a lock."""
    rows = database.sql(
        """SELECT state, wait_event_type, query FROM pg_stat_activity
            WHERE datname = %s AND (state LIKE 'idle in transaction%%' OR wait_event_type = 'Lock')""",
        [database.name],
    )
    assert not rows


@pytest.fixture
def opened(clients):
    """Return a function that registers so many inquiries and returns their ids."""
    numbers = iter(range(10**6))

    def make(count):
        name = f"{time.time_ns()}-{next(numbers)}"
        cases = [
            record(number, external_reference=f"{name}-{number}", email="c1@example.com", kind="inquiry")
            for number in range(count)
        ]
        _status, answer = clients[0].call("register_cases", cases=cases)
        return [case["id"] for case in answer["cases"]]

    return make


def test_of_two_who_take_a_case_one_gets_it(database, clients, opened):
    ids = opened(DUELS)
    database.sql("UPDATE logistics_complaint SET user_id = NULL WHERE id = ANY(%s)", [ids])
    one, other = clients[:2]
    for answers in at_once(
        [(calling(one, "action_take", case), calling(other, "action_take", case)) for case in ids]
    ):
        assert statuses(answers) == [200, 422], answers
        (refusal,) = [answer for status, answer in answers if status == 422]
        assert "already has" in refusal["message"]
    free = database.sql("SELECT id FROM logistics_complaint WHERE user_id IS NULL AND id = ANY(%s)", [ids])
    assert not free


def test_two_who_merge_the_same_cases(database, clients, opened):
    """Each into the other: one of them wins, nothing is lost and nothing goes round in a circle."""
    firsts, seconds = opened(DUELS), opened(DUELS)
    one, other = clients[:2]
    pairs = list(zip(firsts, seconds, strict=True))
    for answers in at_once(
        [(merging(one, first, second), merging(other, second, first)) for first, second in pairs]
    ):
        assert statuses(answers) == [200, 422], answers
    for pair in pairs:
        (source, into, phase), (kept, nowhere, stays) = database.sql(
            """SELECT id, merged_into_id, phase FROM logistics_complaint
                WHERE id = ANY(%s) ORDER BY merged_into_id""",
            [list(pair)],
        )
        assert (into, phase, nowhere, stays) == (kept, "cancelled", None, "new")
        merges = database.sql("SELECT source_id FROM logistics_complaint_merge WHERE kept_id = %s", [kept])
        assert merges == [(source,)]


def test_a_chain_of_merges_at_once(database, clients, opened):
    """One merges the first into the second, another the second into the third."""
    chains = list(zip(opened(DUELS), opened(DUELS), opened(DUELS), strict=True))
    one, other = clients[:2]
    note = "Only the first has it."
    for first, _second, _third in chains:
        one.call("message_post", ids=[first], body=note)
    for answers in at_once(
        [(merging(one, first, second), merging(other, second, third)) for first, second, third in chains]
    ):
        assert set(statuses(answers)) <= {200, 422}, answers
    for chain in chains:
        ids = list(chain)
        into = dict(
            database.sql("SELECT id, merged_into_id FROM logistics_complaint WHERE id = ANY(%s)", [ids])
        )
        last = ids[0]
        while into[last]:
            last = into[last]
        holders = database.sql(
            """SELECT res_id FROM mail_message
                WHERE model = 'logistics.complaint' AND res_id = ANY(%s) AND body LIKE %s""",
            [ids, f"%{note}%"],
        )
        assert holders == [(last,)], "the note stayed in a case that was set aside"


def test_two_who_close_a_case(database, clients, opened):
    ids = opened(DUELS)
    one, other = clients[:2]
    for answers in at_once(
        [(calling(one, "action_close", case), calling(other, "action_close", case)) for case in ids]
    ):
        assert statuses(answers) == [200, 200], answers
    phases = database.sql(
        "SELECT DISTINCT phase, closed_at IS NULL FROM logistics_complaint WHERE id = ANY(%s)", [ids]
    )
    assert phases == [("closed", False)]
    doubles = database.sql(
        """SELECT event.clock_id FROM logistics_clock_event event
             JOIN logistics_clock clock ON clock.id = event.clock_id
            WHERE clock.complaint_id = ANY(%s) GROUP BY event.clock_id, event.kind HAVING count(*) > 1""",
        [ids],
    )
    assert not doubles
    told = database.sql(
        """SELECT message.res_id, count(*) FROM mail_tracking_value value
             JOIN mail_message message ON message.id = value.mail_message_id
             JOIN ir_model_fields field ON field.id = value.field_id
            WHERE message.model = 'logistics.complaint' AND message.res_id = ANY(%s)
              AND field.name = 'stage_id' GROUP BY message.res_id""",
        [ids],
    )
    assert sorted(told) == [(case, 1) for case in sorted(ids)]


def test_one_closes_what_another_merges(database, clients, opened):
    """Whoever is first: a case that was merged is set aside and never closed."""
    pairs = list(zip(opened(DUELS), opened(DUELS), strict=True))
    one, other = clients[:2]
    for answers in at_once(
        [(merging(one, source, kept), calling(other, "action_close", source)) for source, kept in pairs]
    ):
        assert set(statuses(answers)) <= {200, 422}, answers
    for source, kept in pairs:
        rows = database.sql("SELECT merged_into_id, phase FROM logistics_complaint WHERE id = %s", [source])
        assert rows == [(kept, "cancelled")]
    assert_nothing_hangs(database)


def statuses(answers):
    """Return the statuses of two answers, the lower first."""
    return sorted(status for status, _answer in answers)


def calling(client, method, case):
    """Return a function that calls a method of a case."""
    return lambda: client.call(method, ids=[case])


def merging(client, source, kept):
    """Return a function that confirms a merge; the dialogue is open already."""
    model = "logistics.complaint.merge.confirm"
    vals = {"complaint_ids": [[6, 0, [source, kept]]], "kept_id": kept}
    _status, (dialogue,) = client.call("create", model, vals_list=[vals])
    return lambda: client.call("action_merge", model, ids=[dialogue])


# Three processes that work as the job does until nothing is due any more; they wait for their start
# where the test holds it. Forked, as worker processes are: one reading of the addons serves all.
WATCH = """
import os, traceback
from odoo import SUPERUSER_ID, api, sql_db

registry = env.registry
env.cr.close()
sql_db.close_all()

def watch():
    with registry.cursor() as cr:
        cr.execute("SET application_name = %s", [f"watch-{os.getpid()}"])
        cr.commit()
        cr.execute("SELECT pg_advisory_lock_shared(4711)")
        cr.rollback()
        clocks = api.Environment(cr, SUPERUSER_ID, {})["logistics.clock"]
        while clocks.search_count(clocks._get_due_domain()):
            clocks._cron_watch_clocks()
            cr.commit()

for _process in range(3):
    if not os.fork():
        try:
            watch()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
codes = sorted(os.wait()[1] for _process in range(3))
print("ENDED", codes, flush=True)
os._exit(codes != [0, 0, 9])
"""


def test_every_escalation_once(database, clients):
    """The job is killed, then two do it at once; a case that cannot be watched stops nobody."""
    cases = [
        record(number, external_reference=f"late-{number}", received_at="2026-01-05T01:00:00Z")
        for number in range(OVERDUE)
    ]
    for first in range(0, OVERDUE, 60):
        status, answer = clients[0].call("register_cases", cases=cases[first : first + 60])
        assert status == 200, answer
    clocks = dict(make_overdue(database))
    ids = sorted(clocks)
    poisoned = ids[OVERDUE // 2]
    poison(database, clocks[poisoned])
    with watching(database) as process:
        with held_lock(database):
            killed, *others = wait_for_three(database, process)
            for pid in others:
                os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: len(escalated(database)) >= OVERDUE // 4, process)
        os.kill(killed, signal.SIGKILL)
        done = len(escalated(database))
        for pid in others:
            os.kill(pid, signal.SIGCONT)
        assert done < OVERDUE - 20, "the job was over before it could be killed"
        assert process.wait(PATIENCE) == 0, "one was killed, the others ended by themselves"
    assert_once(database, [case_id for case_id in ids if case_id != poisoned], poisoned)
    assert_nothing_hangs(database)


def make_overdue(database):
    """Let rules and clocks be as if the job had not run for long; return pairs of case and clock."""
    database.sql("UPDATE logistics_escalation_rule SET in_force_since = '2026-01-01'")
    database.sql(
        """UPDATE ir_config_parameter SET value = '8'
            WHERE key = 'logistics_customer_service.clock_batch_size'"""
    )
    return database.sql(
        """UPDATE logistics_clock clock SET next_at = now() AT TIME ZONE 'UTC' - interval '1 hour'
             FROM logistics_complaint complaint
            WHERE complaint.id = clock.complaint_id AND complaint.external_reference LIKE 'late-%%'
        RETURNING complaint.id, clock.id"""
    )


def poison(database, clock_id):
    """Let the database refuse to escalate a clock, as a rule of another addon might."""
    database.sql(
        """CREATE FUNCTION refuse_escalation() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$"""
    )
    database.sql(
        f"""CREATE TRIGGER refuse_escalation BEFORE INSERT ON logistics_escalation FOR EACH ROW
            WHEN (NEW.clock_id = {int(clock_id)}) EXECUTE FUNCTION refuse_escalation()"""
    )


@contextmanager
def held_lock(database):
    """Hold the lock for which :data:`WATCH` waits."""
    connection = database.databases.connect(database.name)
    try:
        connection.cursor().execute("SELECT pg_advisory_lock(4711)")
        yield
    finally:
        connection.close()


@contextmanager
def watching(database):
    """Run the job in processes of its own."""
    command = [VENV_PYTHON, "-m", "odoo", "shell", "-c", database.config.path, "-d", database.name]
    command += ["--no-http", "--log-level=warn"]
    environment = database.environ()
    environment.pop("PYTHONPATH", None)
    with (
        database.log.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=RUN,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
        ) as process,
    ):
        process.stdin.write(WATCH)
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


def wait_for_three(database, process):
    """Return the ids of the processes once all wait for their start."""
    query = """SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
                WHERE locktype = 'advisory' AND NOT granted"""
    wait_until(lambda: len(database.sql(query)) == 3, process)
    return [int(name.rpartition("-")[2]) for (name,) in database.sql(query)]


def wait_until(condition, process):
    """Wait until a condition holds, as long as the process works."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, "the job ended by itself"
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


def escalated(database):
    """Return the cases that were escalated."""
    return database.sql("SELECT DISTINCT complaint_id FROM logistics_escalation")


def assert_once(database, ids, poisoned):
    """Check what was done about each case, in the log of escalations and in fact."""
    rows = database.sql(
        """SELECT complaint_id, array_agg((rule_id, occurrence, acted)::text ORDER BY rule_id, occurrence)
             FROM logistics_escalation GROUP BY complaint_id ORDER BY complaint_id"""
    )
    assert [case_id for case_id, _done in rows] == sorted(ids)
    assert len({tuple(done) for _case_id, done in rows}) == 1, "not the same for all"
    assert len(rows[0][1]) == 2 and sum(",t)" in done for done in rows[0][1]) == 1
    for what, query in EFFECTS.items():
        counts = database.sql(query, [ids])
        assert sorted(counts) == [(case_id, 1) for case_id in sorted(ids)], what
        assert not database.sql(query, [[poisoned]]), what
    ((due,),) = database.sql(
        "SELECT count(*) FROM logistics_clock WHERE next_at < now() AT TIME ZONE 'UTC'"
    )
    assert due == 0


EFFECTS = {
    "activities": """
        SELECT res_id, count(*) FROM mail_activity
         WHERE res_model = 'logistics.complaint' AND res_id = ANY(%s) GROUP BY res_id""",
    "reasons in the chatter": """
        SELECT res_id, count(*) FROM mail_message
         WHERE model = 'logistics.complaint' AND res_id = ANY(%s) AND body LIKE '%%the deadline has passed%%'
           AND message_type = 'notification' GROUP BY res_id""",
    # one to a person for all cases of a batch, which it links
    "messages": """
        SELECT escalated.id, count(*) FROM unnest(%s) escalated(id)
          JOIN mail_message ON message_type = 'user_notification'
           AND (model = 'logistics.complaint' AND res_id = escalated.id
                OR body LIKE '%%data-oe-id="' || escalated.id || '"%%') GROUP BY escalated.id""",
}
