#!/usr/bin/env python3
"""What it takes to get the next call, and to plan callbacks, among few and among many.

Callbacks are made by SQL: of a hundred one is due now, or all are, or all are due and asleep. Each
round an agent presses Next Call and Start, and all is rolled back. With a hundred times as
many callbacks it should cost the same. The bare statement that finds the best due
callback, without hours, consents, locks and colleagues, is run beside it. Then the periodic policy
looks for whom to call among as many profiles. Run it in a shell with the launcher's environment:
eval "$(make -s env)"; python benchmarks/next_call.py; --db uses a database that is there.
"""

import statistics
import time

import _command
import odoo_session

NAME = "bench_next_call"
SIZES = [1_000, 100_000]
ROUNDS = 7
MODULE = "logistics_customer_service"
# one in so many; no multiple of five, for those are the colleagues
DUE = {"few are due": 97, "all are due": 1}
BARE = """SELECT id FROM logistics_callback
           WHERE next_at <= %s AND main_id IS NULL AND company_id = %s
             AND state IN ('planned', 'postponed', 'no_answer')
             AND (user_id IS NULL OR user_id = %s)
           ORDER BY priority DESC, due_at, id LIMIT 1"""


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = _command.parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of callbacks")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    _command.run(parser.parse_args(), NAME, measure)


def measure(name, options):
    """Return what was measured, by number of callbacks."""
    odoo_session.configure(name, log_level="critical")
    return {size: measure_size(name, size, options.rounds) for size in options.sizes}


def measure_size(name, size, count):
    """Measure each on rows of its own: what was updated before would be in the way."""
    result = {}
    for kind, share in DUE.items():
        with odoo_session.environment(name) as env:
            result[kind] = next_call(env, generate(env, size, share), count)
    with odoo_session.environment(name) as env:
        result["all are asleep"] = evening(env, generate(env, size, 1, asleep=True))
    with odoo_session.environment(name) as env:
        generate(env, size, 1)
        result["periodic policy"] = periodic(env, count)
    return result


def generate(env, size, share, asleep=False):
    """Make customers with profiles and a callback each; return who presses.

    Four in five callbacks are anybody's, the others are shared by five colleagues; one in so many
    is due.
    """
    policy = make_policy(env)
    agents = env["res.users"].with_context(no_reset_password=True).create(
        [
            {
                "name": f"Agent {number}",
                "login": f"bench_agent_{number}",
                "group_ids": [(6, 0, env.ref(f"{MODULE}.group_agent").ids)],
            }
            for number in range(6)
        ]
    )
    env.flush_all()
    env.cr.execute(
        """INSERT INTO res_partner (name, complete_name, active, type, is_company, autopost_bills, phone)
           SELECT 'Bench ' || n, 'Bench ' || n, TRUE, 'contact', TRUE, 'ask', '+86 21 5550 ' || n
             FROM generate_series(1, %s) n RETURNING id""",
        [size],
    )
    partners = [row[0] for row in env.cr.fetchall()]
    # else each foreign key is looked up as if there were a handful
    env.cr.execute("ANALYZE res_partner")
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)", [partners]
    )
    env.cr.execute(
        """INSERT INTO logistics_profile
                  (partner_id, company_id, active, contact_hour_from, contact_hour_to, contact_tz,
                   mon, tue, wed, thu, fri, sat, sun, create_date)
           SELECT id, %s, TRUE, %s, %s, 'UTC',
                  TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, NOW() - INTERVAL '1 year'
             FROM unnest(%s) id""",
        [env.company.id, *hours(env, asleep), partners],
    )
    env.cr.execute(
        """INSERT INTO logistics_callback
                  (partner_id, customer_id, profile_id, company_id, purpose_id, priority, state,
                   policy_id, occasion, origin, user_id, call_from, due_at, next_at, attempt_count,
                   create_date)
           SELECT profile.partner_id, profile.partner_id, profile.id, profile.company_id, %(purpose)s,
                  (profile.id %% 4)::text, 'planned', %(policy)s, profile.id::text, 'policy',
                  CASE WHEN profile.id %% 5 = 0
                       THEN (%(agents)s::int[])[1 + profile.id / 5 %% 5] END,
                  NOW(), NOW() + INTERVAL '1 day' + profile.id %% 997 * INTERVAL '1 minute',
                  NOW() + CASE WHEN profile.id %% %(share)s = 0 THEN INTERVAL '-1 minute'
                               ELSE INTERVAL '2 days' END, 0, NOW()
             FROM logistics_profile profile WHERE profile.partner_id = ANY(%(partners)s)""",
        {
            "purpose": policy.purpose_id.id,
            "policy": policy.id,
            "share": share,
            "agents": agents[1:].ids,
            "partners": partners,
        },
    )
    env.cr.execute("ANALYZE res_partner, logistics_profile, logistics_callback")
    env.invalidate_all(flush=False)
    return agents[0]


def hours(env, asleep):
    """Return from when until when customers may be called: always, or never now."""
    if not asleep:
        return 0, 24
    return (20, 22) if env.cr.now().hour < 12 else (1, 3)


def make_policy(env):
    return env["logistics.callback.policy"].create(
        {
            "name": "Benchmark",
            "trigger": "periodic",
            "purpose_id": env.ref(f"{MODULE}.callback_purpose_other").id,
            "company_id": env.company.id,
        }
    )


def next_call(env, agent, count):
    """Return the median of the rounds, and of the bare query."""
    bare = [statement(env, agent) for _round in range(count)]
    result = {**rounds(env, count, lambda: press(env, agent)), "bare_milliseconds": milliseconds(bare)}
    result["ratio"] = round(result["milliseconds"] / result["bare_milliseconds"], 1)
    return {**result, "plan": plan(env, agent)}


def press(env, agent):
    callbacks = env(user=agent, su=False)["logistics.callback"]
    shown = callbacks.action_next_call().get("res_id")
    assert shown and callbacks.browse(shown).action_start() is True, "nobody was to be called"


def statement(env, agent):
    started = time.monotonic()
    env.cr.execute(BARE, [env.cr.now(), env.company.id, agent.id])
    assert env.cr.fetchall()
    return time.monotonic() - started


def evening(env, agent):
    """Return what the first press takes when all who are due have gone home, and the second."""
    callbacks = env(user=agent, su=False)["logistics.callback"]
    env.invalidate_all(flush=False)
    taken = [watch(env, callbacks.action_next_call) for _press in range(2)]
    names = ("first press", "second press")
    return {
        name: {"milliseconds": milliseconds([seconds]), "queries": queries}
        for name, (seconds, queries) in zip(names, taken, strict=True)
    }


def plan(env, agent):
    """Return by which indexes PostgreSQL finds the candidates."""
    callbacks = env(user=agent, su=False)["logistics.callback"]
    seen, execute_query = [], type(env).execute_query

    def listen(self, query):
        if "LATERAL" in query.code:
            seen.append(query)
        return execute_query(self, query)

    type(env).execute_query = listen
    try:
        callbacks._get_candidates(env.cr.now())
    finally:
        type(env).execute_query = execute_query
    env.cr.execute("EXPLAIN " + seen[0].code, seen[0].params)
    return [line.strip() for (line,) in env.cr.fetchall() if "logistics_callback" in line]


def periodic(env, count):
    """Return how long a periodic policy looks for whom to call, with and without anybody."""
    planned = env["logistics.callback.policy"].search([("name", "=", "Benchmark")])
    return {
        "everybody is due": look(env, make_policy(env), count),
        "all are planned": look(env, planned, count),
    }


def look(env, policy, count):
    query = policy._get_query(env.company, 0)
    taken = []
    for _round in range(count):
        started = time.monotonic()
        env.cr.execute(query.code, query.params)
        found = len(env.cr.fetchall())
        taken.append(time.monotonic() - started)
    env.cr.execute("EXPLAIN " + query.code, query.params)
    scans = [line.strip() for (line,) in env.cr.fetchall() if "Scan" in line]
    return {"milliseconds": milliseconds(taken), "found": found, "plan": scans}


def rounds(env, count, work):
    """Return the median of the rounds; the first warms the caches and does not count."""
    taken = []
    for _round in range(count + 1):
        env.cr.execute("SAVEPOINT round")
        env.invalidate_all(flush=False)
        taken.append(watch(env, work))
        env.invalidate_all(flush=False)
        env.cr.execute("ROLLBACK TO SAVEPOINT round")
    taken = taken[1:]
    return {
        "milliseconds": milliseconds([seconds for seconds, _queries in taken]),
        "queries": taken[0][1],
    }


def watch(env, work):
    """Return seconds and queries of some work."""
    before, started = env.cr.sql_log_count, time.monotonic()
    work()
    env.flush_all()
    return time.monotonic() - started, env.cr.sql_log_count - before


def milliseconds(seconds):
    return round(statistics.median(seconds) * 1000, 1)


if __name__ == "__main__":
    main()
