#!/usr/bin/env python3
"""What it takes to open one's work, among few and among many.

Cases and callbacks are made by SQL: most are those of five colleagues, some nobody's, the deadlines
of all are spread over days. An agent opens My Work, a supervisor the overview. With a hundred
times as many rows it should cost the same. Beside it runs the bare statement of the rows shown: cases
and callbacks alone, by the same columns, with none of what tells whether a call may be made.

    eval "$(make -s env)"; python benchmarks/workplace.py
"""

import statistics
import time

import _command
import next_call
import odoo_session

NAME = "bench_workplace"
MODULE = "logistics_customer_service"
SIZES, ROUNDS = [500, 50_000], 9
# rows of the list, and how far it counts on
PAGE, COUNTED = 40, 200
# a callback is due of so many
SHARE = 97
BARE = """SELECT kind, id, company_id, user_id, partner_id, due_at, since_at FROM (
              SELECT 'case' AS kind, id, company_id, user_id, partner_id, due_at, received_at AS since_at
                FROM logistics_complaint
               WHERE active AND phase IN ('new', 'working') AND company_id = %(company)s
                 AND (user_id = %(user)s OR user_id IS NULL AND (team_id = %(team)s OR team_id IS NULL))
               UNION ALL
              SELECT 'call', id, company_id, user_id, partner_id, due_at, call_from
                FROM logistics_callback
               WHERE main_id IS NULL AND state IN ('planned', 'postponed', 'no_answer')
                 AND next_at <= %(now)s AND company_id = %(company)s
                 AND (user_id = %(user)s OR user_id IS NULL)) waiting"""
SHOWN = f"{BARE} ORDER BY due_at, id LIMIT {PAGE}"
NUMBER = f"SELECT COUNT(*) FROM ({BARE} LIMIT {COUNTED + 1}) counted"


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = _command.parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES,
                        help="numbers of open cases; there are twice as many callbacks")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    _command.run(parser.parse_args(), NAME, measure)


def measure(name, options):
    """Return what was measured by number of cases, and the most by the least."""
    odoo_session.configure(name, log_level="critical")
    by_size = {size: measure_size(name, size, options.rounds) for size in options.sizes}
    least, most = by_size[min(options.sizes)], by_size[max(options.sizes)]
    grown = {
        screen: round(most[screen]["milliseconds"] / least[screen]["milliseconds"], 2)
        for screen in least
    }
    return {"by_open_cases": by_size, "most_by_least": grown}


def measure_size(name, size, rounds):
    with odoo_session.environment(name) as env:
        agent, team = generate(env, size)
        boss = env.ref("base.user_admin")
        boss.group_ids |= env.ref(f"{MODULE}.group_manager")
        team.user_id = boss
        env.flush_all()
        jobs = {"my work": (agent, read_work), "overview": (boss, read_overview)}
        found = {
            screen: watch(env, lambda user=user, read=read: read(env(user=user.id, su=False)), rounds)
            for screen, (user, read) in jobs.items()
        }
        bare = bare_milliseconds(env, agent, team, rounds)
        found["my work"] |= {
            "bare_milliseconds": bare,
            "rows_by_bare": round(found["my work"]["rows_milliseconds"] / bare, 2),
        }
        return found


def generate(env, size):
    """Make cases and twice as many callbacks; return who looks, and the team."""
    for part in ("cases", "callbacks"):
        env.ref("base.group_user").implied_ids |= env.ref(f"{MODULE}.group_part_{part}")
    agent = next_call.generate(env, 2 * size, SHARE)
    colleagues = env["res.users"].search([("login", "like", "bench_agent_")])
    team = env["logistics.service.team"].create(
        {"name": "Benchmark", "member_ids": [(6, 0, colleagues.ids)], "working_hours_only": False}
    )
    partner = env["res.partner"].create({"name": "Benchmark", "is_company": True})
    first = env["logistics.complaint"].create(
        {"name": "Two cartons broken", "partner_id": partner.id, "team_id": team.id}
    )
    env.flush_all()
    copy(env, first, size)
    # one in eight is nobody's, one in eight the reader's
    env.cr.execute(
        """UPDATE logistics_complaint
              SET user_id = (%s::int[])[id %% 8], team_id = %s, phase = 'new',
                  due_at = NOW() + (id %% 997 - 300) * INTERVAL '7 minutes'""",
        [[agent.id, *(colleagues - agent).ids, *(colleagues - agent)[:1].ids], team.id],
    )
    env.cr.execute("ANALYZE logistics_complaint, logistics_callback")
    env.invalidate_all(flush=False)
    return agent, team


def copy(env, case, size):
    """Copy a case by SQL until there are so many."""
    env.cr.execute(
        """SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
            WHERE table_name = 'logistics_complaint'
              AND column_name NOT IN ('id', 'number', 'access_token')"""
    )
    [[columns]] = env.cr.fetchall()
    env.cr.execute(
        f"INSERT INTO logistics_complaint ({columns}) SELECT {columns}"
        " FROM logistics_complaint, generate_series(2, %s) WHERE id = %s",
        [size, case.id],
    )


def read_work(env):
    """Read the first page as the web client does."""
    works = env["logistics.work"]
    view = works.get_view(env.ref(f"{MODULE}.logistics_work_view_list").id, "list")
    spec = {
        name: {"fields": {"display_name": {}}} if works._fields[name].relational else {}
        for name in view["models"]["logistics.work"]
    }
    found = works.web_search_read(
        [("in_my_care", "=", True)], spec, limit=PAGE, count_limit=COUNTED + 1
    )
    assert len(found["records"]) == min(PAGE, found["length"])


def read_overview(env):
    assert env["logistics.overview"].action_read()["sections"]


def watch(env, work, rounds):
    """Return the medians of time and of that for the rows, and the queries; the first warms up."""
    taken = []
    for _round in range(rounds + 1):
        env.invalidate_all(flush=False)
        before, started = env.cr.sql_log_count, time.monotonic()
        with Listener(env.cr) as spent:
            work()
        taken.append((time.monotonic() - started, spent.seconds, env.cr.sql_log_count - before))
    seconds, database, queries = zip(*taken[1:], strict=True)
    return {
        "milliseconds": next_call.milliseconds(seconds),
        "rows_milliseconds": next_call.milliseconds(database),
        "queries": statistics.median(queries),
    }


class Listener:
    """Adds up the time that a cursor waits for the rows of work and their number.

    Names, clocks and people of the rows shown are read in statements of their own, by their keys.
    """

    def __init__(self, cr):
        self.cr, self.seconds = cr, 0.0

    def __enter__(self):
        execute = type(self.cr).execute

        def listen(query, *args, **kwargs):
            started = time.monotonic()
            try:
                return execute(self.cr, query, *args, **kwargs)
            finally:
                if '"logistics_work"' in getattr(query, "code", query):
                    self.seconds += time.monotonic() - started

        self.cr.execute = listen
        return self

    def __exit__(self, *error):
        del self.cr.execute


def bare_milliseconds(env, agent, team, rounds):
    values = {
        "company": env.company.id, "user": agent.id, "team": team.id, "now": env.cr.now(),
    }  # fmt: skip
    taken = []
    for _round in range(rounds):
        started = time.monotonic()
        for statement in (SHOWN, NUMBER):
            env.cr.execute(statement, values)
            env.cr.fetchall()
        taken.append(time.monotonic() - started)
    return next_call.milliseconds(taken)


if __name__ == "__main__":
    main()
