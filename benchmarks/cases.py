#!/usr/bin/env python3
"""Cases with deadlines against the helpdesk of the OCA with its SLA, in one database, in turns.

Both have a team with office hours, two targets, a customer with an address and the history below a
record that users see. Measured are: one created, many created in one call, the same one by one, the
first page of the list among many open ones, many closed in one call. A round does each with both,
ours and theirs taking turns in beginning, and is rolled back; medians of the rounds count.

    eval "$(make -s env)"; python benchmarks/cases.py
    python benchmarks/cases.py --helpdesk <folder with the two addons> --rounds 3

Without `--helpdesk` the two wheels are fetched from PyPI by pip, alone (`--no-deps`), into
`.odoo/bench/`; nothing of them becomes part of this environment.
"""

import argparse
import gc
import json
import re
import statistics
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import _command
import _paths
import odoo_session
from lxml import etree

from scripts.dev import Problem

NAME = "bench_cases"
CACHE = _paths.ROOT / ".odoo" / "bench"
WHEELS = ["odoo-addon-helpdesk-mgmt", "odoo-addon-helpdesk-mgmt-sla"]
ADDONS = ["helpdesk_mgmt", "helpdesk_mgmt_sla"]
SERIES = "19.0"
MANY, OPEN, PAGE, ROUNDS = 1_000, 50_000, 80, 5
# a list that reads the columns that are shown
SHOWN = "logistics_shown_list"
# what only one row may have, or what the database gives by itself
OWN = {"id", "number", "access_token", "complaint_id", "ticket_id"}


def main():
    """Run from the command line; the result is one JSON object on standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--helpdesk", type=Path, help="folder that holds the OCA's addons")
    parser.add_argument("--db", help="an existing database with both, in which nothing is left behind")
    parser.add_argument("--many", type=int, default=MANY, help="created and closed at once")
    parser.add_argument("--open", type=int, default=OPEN, help="open ones behind the list")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", choices=WORKS, help="show where our time goes in one of them")
    options = parser.parse_args()
    try:
        folder = options.helpdesk or fetch()
        with _command.database(options.db, NAME) as name:
            odoo_session.configure(name, log_level="critical", addons=folder)
            if not options.db:
                install(name)
            bench = Bench(name, options.many, options.open)
            if options.profile:
                bench.profile(options.profile)
            else:
                print(json.dumps(bench.run(options.rounds), indent=1))
    except Problem as problem:
        sys.exit(str(problem))


def fetch():
    """Return the folder of the OCA's addons, fetched by pip where they are not there."""
    folder = CACHE / "helpdesk"
    addons = folder / "odoo" / "addons"
    if not all((addons / name).exists() for name in ADDONS):
        wanted = [f"{name}=={SERIES}.*" for name in WHEELS]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        try:
            subprocess.run([*map(str, command), *wanted], check=True)
        except subprocess.CalledProcessError as error:
            raise Problem("The OCA's addons cannot be fetched; name their folder by --helpdesk.") from error
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
    return addons


def install(name):
    """Install the OCA's addons beside ours."""
    from odoo.modules.registry import Registry

    Registry.new(name, update_module=True, install_modules=ADDONS)


class Side:
    """One of the two: how its records are made, closed and listed."""

    label = model = target = key = None
    # what columns of the list need besides themselves
    counted = ()

    def __init__(self, env):
        self.records = env[self.model]
        self.vals = {
            "name": "Two cartons broken",
            "description": "<p>Two cartons arrived broken</p>",
            "partner_id": customer(env).id,
            "team_id": self.prepare(env).id,
        }

    def prepare(self, env):
        """Make team and targets; return the team."""
        raise NotImplementedError

    def create(self, count):
        """Create records in one call and have them in the database."""
        made = self.records.create([dict(self.vals) for _number in range(count)])
        self.records.env.flush_all()
        return made

    def close(self, made):
        """Close records in one call."""
        raise NotImplementedError

    def fill(self, count):
        """Copy the first record and its clocks, by SQL, until there are so many."""
        (first,) = self.create(1)
        cr = self.records.env.cr
        self._copy(cr, self.records._table, f"own.id = {first.id}", f"generate_series(2, {count}) n")
        self._copy(cr, self.target, f"own.{self.key} = {first.id} AND n.id > {first.id}",
                   f"{self.records._table} n", self.key)  # fmt: skip
        cr.execute(f"ANALYZE {self.records._table}, {self.target}")
        self.records.env.invalidate_all(flush=False)

    def _copy(self, cr, table, where, source, *key):
        cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        names = sorted({name for (name,) in cr.fetchall()} - OWN)
        listed = ", ".join([*(f"n.id AS {name}" for name in key), *(f"own.{name}" for name in names)])
        cr.execute(
            f"INSERT INTO {table} ({', '.join([*key, *names])}) SELECT {listed}"
            f" FROM {table} own, {source} WHERE {where}"
        )

    def read_list(self):
        """Read the first page as a browser does that has never chosen columns."""
        records = self.records
        view = records.get_view(view_type="list")
        spec = {}
        unseen = {
            column.get("name")
            for column in etree.fromstring(view["arch"]).iter("field")
            if column.get("column_invisible") == "True"
        }
        for name in (*self.get_read(view), *self.counted):
            # of what is never shown the name is not asked for
            named = {} if name in unseen else {"display_name": {}}
            spec[name] = {"fields": named} if records._fields[name].relational else {}
        records.env.invalidate_all()
        return lambda: records.web_search_read([], spec, limit=PAGE, count_limit=10_001)

    def get_read(self, view):
        """Return the fields that the list reads: Odoo's own reads those of hidden columns, too."""
        arch = etree.fromstring(view["arch"])
        columns = {}
        for column in arch.iter("field"):
            columns.setdefault(column.get("name"), []).append(column.get("optional"))
        if arch.get("js_class") != SHOWN:
            return columns
        spoken = {
            word
            for node in arch.iter()
            for name, value in node.items()
            if name not in ("name", "string", "help")
            for word in re.findall(r"\w+", value)
        }
        read = [
            name for name, shown in columns.items() if name in spoken or set(shown) != {"hide"}
        ]
        fields = self.records._fields
        idle, needed = (
            {
                fields[name].get_currency_field(self.records)
                for name in names
                if fields[name].type == "monetary"
            }
            for names in (columns.keys() - read, read)
        )
        return [name for name in read if name not in idle - needed or name in spoken]


class Ours(Side):
    """This addon: a case with its clocks."""

    label, model = "ours", "logistics.complaint"
    target, key = "logistics_clock", "complaint_id"
    counted = ("countdown",)

    def prepare(self, env):
        env["logistics.sla.policy"].search([]).active = False
        env["logistics.sla.policy"].create(
            {
                "name": "Benchmark",
                "target_ids": [
                    (0, 0, {"target": "first_response", "value": 4}),
                    (0, 0, {"target": "resolution", "value": 16}),
                ],
            }
        )
        gates = [name for name in env.company._fields if name.startswith("logistics_close_")]
        env.company.write(dict.fromkeys(gates, False))
        team = env["logistics.service.team"].create(
            {
                "name": "Benchmark",
                "member_ids": [(6, 0, env.user.ids)],
                "working_hours_only": False,  # else nothing is assigned on a weekend
            }
        )
        # the first case of a year opens the year's numbers, once, and is none of those measured
        env["logistics.complaint"]._number([{}])
        return team

    def close(self, made):
        made.action_close()
        made.env.flush_all()


class Theirs(Side):
    """The OCA's helpdesk: a ticket with its rows of SLA."""

    label, model = "theirs", "helpdesk.ticket"
    target, key = "helpdesk_ticket_sla", "ticket_id"

    def prepare(self, env):
        stages = env["helpdesk.ticket.stage"].search([], order="sequence")
        self.closed = stages.filtered("closed")[:1]
        team = env["helpdesk.ticket.team"].create(
            {"name": "Benchmark", "use_sla": True, "user_ids": [(6, 0, env.user.ids)]}
        )
        env["helpdesk.sla"].create(
            [
                {"name": name, "hours": hours, "stage_id": stage.id, "team_ids": [(6, 0, team.ids)]}
                for name, hours, stage in (("Answer", 4, stages[1]), ("Solve", 16, self.closed))
            ]
        )
        return team

    def close(self, made):
        made.write({"stage_id": self.closed.id})
        made.env.flush_all()


def customer(env):
    """Return a customer who can be written to."""
    return env["res.partner"].create(
        {"name": "Benchmark", "is_company": True, "email": "benchmark@customer.example.com"}
    )


WORKS = ["create one", "create many", "one by one", "list", "close many"]


class Bench:
    """The measurements, on one database."""

    def __init__(self, name, many, open_ones):
        self.name, self.many, self.open_ones = name, many, open_ones

    @contextmanager
    def sides(self):
        """Yield both sides in one transaction that leaves nothing behind, as a person's session."""
        with odoo_session.environment(self.name) as quiet:
            admin = quiet.ref("base.user_admin")
            groups = ["logistics_customer_service.group_manager", "helpdesk_mgmt.group_helpdesk_manager"]
            admin.group_ids |= quiet["res.groups"].concat(*map(quiet.ref, groups))
            # history and followers are part of what is measured
            env = quiet(user=admin.id, context={"allowed_company_ids": admin.company_id.ids})
            yield Ours(env), Theirs(env)

    def run(self, rounds):
        """Return by work: milliseconds and queries of each, and ours as a share of theirs."""
        taken = {work: {"ours": [], "theirs": []} for work in WORKS}
        with self.sides() as sides:
            for number in range(rounds + 1):
                for work in WORKS[:3] + WORKS[4:]:
                    for side in sides[:: 1 if number % 2 else -1]:
                        taken[work][side.label].append(self.measure(side, work))
            for side in sides:
                side.fill(self.open_ones)
            for number in range(rounds + 1):
                for side in sides[:: 1 if number % 2 else -1]:
                    taken["list"][side.label].append(self.measure(side, "list"))
        # the first of each fills the caches
        return {work: summary(rows["ours"][1:], rows["theirs"][1:]) for work, rows in taken.items()}

    def measure(self, side, work):
        """Do one work in a savepoint; return its time, that of this process, and its queries.

        Times are in milliseconds, all is for each record.
        """
        env = side.records.env
        env.invalidate_all()
        env.cr.execute("SAVEPOINT work")
        job, count = self.job(side, work)
        gc.collect()
        before, started, worked = env.cr.sql_log_count, time.perf_counter(), time.process_time()
        job()
        spent = time.perf_counter() - started, time.process_time() - worked
        queries = env.cr.sql_log_count - before
        env.invalidate_all(flush=False)
        env.cr.execute("ROLLBACK TO SAVEPOINT work")
        env.cr.precommit.clear()
        env.cr.postcommit.clear()
        return *(seconds * 1000 / count for seconds in spent), queries / count

    def job(self, side, work):
        """Return what is to be measured, and for how many records."""
        if work == "list":
            return side.read_list(), 1
        if work == "close many":
            made = side.create(self.many)
            made.env.invalidate_all()
            return lambda: side.close(made), self.many
        if work == "one by one":
            return lambda: [side.create(1) for _number in range(self.many)], self.many
        count = 1 if work == "create one" else self.many
        return lambda: side.create(count), count

    def profile(self, work):
        """Print where our own time goes in one of the works."""
        import cProfile
        import pstats

        with self.sides() as (ours, _theirs):
            if work == "list":
                ours.fill(self.open_ones)
            self.measure(ours, work)
            job, _count = self.job(ours, work)
            profiler = cProfile.Profile(time.process_time)
            profiler.runcall(job)
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(90)


def summary(ours, theirs):
    """Return medians, and ours as a share of theirs."""
    names = ("milliseconds", "of them in Python", "queries")
    medians = {
        label: dict(zip(names, map(statistics.median, zip(*rows, strict=True)), strict=True))
        for label, rows in (("ours", ours), ("theirs", theirs))
    }
    shares = {name: round(medians["ours"][name] / medians["theirs"][name], 2) for name in names}
    rounded = {
        label: {name: round(value, 2) for name, value in row.items()} for label, row in medians.items()
    }
    return {**rounded, "ours as a share": shares}


if __name__ == "__main__":
    main()
