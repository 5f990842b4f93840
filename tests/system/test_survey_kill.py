"""Customers asked by workers that are killed mid-way, two at a time: each is asked exactly once.

The workers get SIGKILL, so nothing of them can tidy up: what is left is what the database committed.
Every customer has two occasions and is to rest after the first, so that workers that do not see each
other would ask twice.
"""

import contextlib
import itertools
import subprocess
import time

from scripts.dev.paths import RUN, VENV_PYTHON

CUSTOMERS, BATCH, KILLS = 120, 10, 3
PATIENCE = 120

PREPARE = """
env.ref("base.group_user").implied_ids |= env.ref("logistics_customer_service.group_part_surveys")
env.company.logistics_survey = True
survey = env["survey.survey"].create({"title": "How was it?", "survey_type": "logistics"})
policies = env["logistics.survey.policy"].create([
    {"name": name, "trigger": "manual", "survey_id": survey.id, "send_from": 0, "send_until": 0,
     "delay_hours": 0, "cooldown_days": 30, "company_id": env.company.id}
    for name in ("First", "Second")
])
customers = env["res.partner"].create(
    [{"name": f"C{n}", "email": f"c{n}@customer.example"} for n in range(%s)])
now = env.cr.now()
facts = [{"occasion": f"test:{one.id}", "occurred_at": now, "company_id": env.company.id,
          "partner_id": one.id, "of": {}} for one in customers]
for policy in policies:
    env["logistics.survey.request"]._plan_by(policy, facts)
env["ir.config_parameter"].set_param("logistics_customer_service.survey_batch_size", "%s")
# other jobs would send what the workers write
env["ir.cron"].search([]).active = False
env.cr.commit()
"""
WORK = 'env["logistics.survey.request"]._cron_send_requests()\nenv.cr.commit()\n'


def test_each_customer_is_asked_exactly_once(plain_database):
    database = plain_database
    database.shell(PREPARE % (CUSTOMERS, BATCH))
    for kill in range(1, KILLS + 1):
        with worker(database) as first, worker(database) as second:
            wait_until_queued(database, kill * 2 * BATCH, first, second)
            first.kill()
            second.kill()
    left = len(states(database)["waiting"])
    assert left, "all was done before a worker could be killed: the test has shown nothing"
    with worker(database) as first, worker(database) as second:
        assert first.wait(PATIENCE) == 0
        assert second.wait(PATIENCE) == 0
    assert_asked_once(database)


@contextlib.contextmanager
def worker(database):
    """Run the scheduled action's work in a process of its own."""
    command = [VENV_PYTHON, "-m", "odoo", "shell", "-c", database.config.path]
    command += ["-d", database.name, "--no-http", "--log-level=warn"]
    environment = database.environ()
    environment.pop("PYTHONPATH", None)
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=RUN,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            process.stdin.write(WORK)
            process.stdin.close()
            yield process
        finally:
            process.kill()


def wait_until_queued(database, number, *workers):
    """Wait until so many requests are in the queue, however many workers bring them there."""
    end = time.monotonic() + PATIENCE
    for _turn in itertools.count():
        if len(states(database)["queued"]) >= number:
            return
        assert any(one.poll() is None for one in workers), "the workers ended by themselves"
        assert time.monotonic() < end, "the workers do not get on"
        time.sleep(0.02)


def states(database):
    """Return the ids of the persons whose requests are in each state."""
    held = {"waiting": [], "queued": [], "suppressed": []}
    for state, partner_id in database.sql(
        "SELECT state, partner_id FROM logistics_survey_request"
    ):
        held.setdefault(state, []).append(partner_id)
    return held


def assert_asked_once(database):
    """Check that each customer has one mail in the queue, and one request that says why not."""
    held = states(database)
    assert not held["waiting"]
    assert len(held["queued"]) == len(set(held["queued"])) == CUSTOMERS
    assert sorted(held["suppressed"]) == sorted(held["queued"])
    mails = database.sql(
        """SELECT email_to, count(*) FROM mail_mail
            WHERE email_to LIKE '%%@customer.example' GROUP BY email_to"""
    )
    assert len(mails) == CUSTOMERS
    assert {number for _address, number in mails} == {1}
