#!/usr/bin/env python3
"""What asking customers takes: against Odoo's own invitations, and 10,000 in one run.

1,000 customers are invited by Odoo's dialogue and asked by a survey policy, with the same
questionnaire, in the same process, in turns; each round is rolled back. Then 10,000 requests are
planned and put into the queue, batch by batch. Nothing leaves the machine. Run it in a shell with
the launcher's environment: eval "$(make -s env)"; python benchmarks/survey_requests.py; --db uses a
database that is there.
"""

import resource
import statistics
import time

import _command
import odoo_session

NAME = "bench_survey_requests"
ROUNDS = 3


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = _command.parser(__doc__)
    parser.add_argument("--customers", type=int, default=1_000, help="asked both ways")
    parser.add_argument("--run", type=int, default=10_000, help="requests prepared in one run")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    _command.run(parser.parse_args(), NAME, measure)


def measure(name, options):
    """Return seconds and queries of both ways, their ratios, and those of the run."""
    odoo_session.configure(name, log_level="critical")
    with odoo_session.environment(name) as env:
        customers, policy = prepare(env, options.customers)
        ways = {
            "survey.invite": lambda: invite(env, customers, policy),
            "planned": lambda: plan(env, customers, policy),
            "planned and queued": lambda: ask(env, customers, policy),
        }
        taken = {way: [] for way in ways}
        for _round in range(options.rounds + 1):
            for way, work in ways.items():
                taken[way].append(watch(env, work))
        # the first round warms the caches and does not count
        result = {way: summary(rounds[1:]) for way, rounds in taken.items()}
    theirs, ours = result["survey.invite"], result["planned and queued"]
    result["ratio"] = {
        what: round(ours[what] / theirs[what], 3) for what in ("seconds", "queries")
    }
    with odoo_session.environment(name) as env:
        customers, policy = prepare(env, options.run)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds, queries = watch(env, lambda: ask(env, customers, policy))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result["one run"] = {
            "requests": options.run,
            "seconds": round(seconds, 1),
            "queries_per_request": round(queries / options.run, 2),
            "memory_grew_mb": (after - before) // 1024,
        }
    return result


def prepare(env, number):
    """Return customers, and a policy that asks at once, at any hour."""
    # a new database without demo data begins without surveys
    part = env.ref("logistics_customer_service.group_part_surveys")
    env.ref("base.group_user").implied_ids |= part
    env.company.logistics_survey = True
    survey = env["survey.survey"].create({"title": "Benchmark", "survey_type": "logistics"})
    policy = env["logistics.survey.policy"].create(
        {
            "name": "Benchmark",
            "trigger": "manual",
            "survey_id": survey.id,
            "send_from": 0,
            "send_until": 0,
            "delay_hours": 0,
        }
    )
    customers = env["res.partner"].create(
        [{"name": f"C{row}", "email": f"c{row}@customer.example"} for row in range(number)]
    )
    env.flush_all()
    return customers, policy


def invite(env, customers, policy):
    """Invite customers as Odoo's dialogue does."""
    template = env.ref("survey.mail_template_user_input_invite")
    invitation = env["survey.invite"].create(
        {
            "survey_id": policy.survey_id.id,
            "template_id": template.id,
            "subject": template.subject,
            "body": template.body_html,
            "partner_ids": [(6, 0, customers.ids)],
        }
    )
    invitation.action_invite()
    assert env["mail.mail"].search_count([("recipient_ids", "in", customers.ids)]) >= len(
        customers
    )


def plan(env, customers, policy):
    """Plan a request for each customer."""
    now = env.cr.now()
    facts = [
        {
            "occasion": f"benchmark:{customer.id}",
            "occurred_at": now,
            "company_id": env.company.id,
            "partner_id": customer.id,
            "of": {},
        }
        for customer in customers
    ]
    env["logistics.survey.request"]._plan_by(policy, facts)


def ask(env, customers, policy):
    """Plan a request for each customer and put the mails into the queue, as the cron does."""
    plan(env, customers, policy)
    requests = env["logistics.survey.request"]
    while requests._advance_or_rest():
        env.invalidate_all()
    queued = requests.search_count([("policy_id", "=", policy.id), ("state", "=", "queued")])
    assert queued == len(customers), f"{queued} of {len(customers)} were asked"


def watch(env, work):
    """Do work once; return seconds and queries, and undo it."""
    env.cr.execute("SAVEPOINT round")
    env.invalidate_all(flush=False)
    before, started = env.cr.sql_log_count, time.monotonic()
    work()
    env.flush_all()
    result = time.monotonic() - started, env.cr.sql_log_count - before
    env.invalidate_all(flush=False)
    env.cr.execute("ROLLBACK TO SAVEPOINT round")
    return result


def summary(rounds):
    """Return the median of the seconds, and the queries of one round."""
    return {
        "seconds": round(statistics.median(seconds for seconds, _queries in rounds), 2),
        "queries": rounds[0][1],
    }


if __name__ == "__main__":
    main()
