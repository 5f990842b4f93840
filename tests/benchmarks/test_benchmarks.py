"""Every benchmark in its smallest size: it comes to its end and prints the figures it is asked for.

Nothing is said about speed; a method renamed or a field gone is noticed.
"""

import json

import pytest

from scripts.dev.paths import ROOT

from ..support.benchmarks import bench, bench_json

TIMEOUT = 300
ORDERS = 2_000
# script, arguments, figures that are printed
ON_ANY_DATABASE = [
    ("carrier_api.py", "--seconds 1 --clients 1 --workers 1 --deliveries 5",
     {"events_per_second", "latency_median_ms", "latency_p95_ms", "share_of_empty_route", "lost"}),
    ("clock_cron.py", "--sizes 110 120 --rounds 1", {"by_open_cases", "ratio"}),
    ("next_call.py", "--sizes 200 --rounds 1", {"200"}),
    ("survey_requests.py", "--customers 3 --run 3 --rounds 1",
     {"survey.invite", "planned", "planned and queued", "ratio", "one run"}),
    ("workplace.py", "--sizes 20 40 --rounds 1", {"by_open_cases", "most_by_least"}),
]  # fmt: skip
APART = {"cases.py", "core_flows.py", "run.py", "reports.py"}
HELPERS = {"_command.py", "_empty_route.py", "_paths.py", "bound.py", "generate.py", "night.py"}


@pytest.fixture(scope="module")
def database(database_factory):
    """A database for all that take one."""
    return database_factory(hint="bench")


@pytest.fixture(scope="module")
def company(databases, tmp_path_factory):
    """What `make bench` measures on a small company, whose database is kept."""
    written = tmp_path_factory.mktemp("bench") / "all.json"
    try:
        bench(databases, "run.py", "--orders", ORDERS, "--keep", "--json", written, timeout=TIMEOUT)
        yield json.loads(written.read_text())
    finally:
        databases.drop(f"bench_{ORDERS}")


def test_none_is_forgotten():
    scripts = {path.name for path in (ROOT / "benchmarks").glob("*.py")}
    assert scripts - HELPERS == APART | {script for script, *_more in ON_ANY_DATABASE}


@pytest.mark.parametrize("script, arguments, figures", ON_ANY_DATABASE)
def test_benchmark(databases, database, script, arguments, figures):
    found = bench_json(databases, script, "--db", database.name, *arguments.split(), timeout=TIMEOUT)
    assert figures <= found.keys()
    assert not found.get("lost"), "events were lost"


def test_nights(company):
    labels = [night["label"] for night in company[0]["nights"]]
    assert labels == ["everything new", "usual night", "0.5 % changed"]
    for night in company[0]["nights"]:
        assert night["fact_count"] and night["ratio"] and not night["differences"]


def test_reports(databases, company):
    printed = bench(databases, "reports.py", "--db", company[0]["database"], "--rounds", 1, timeout=TIMEOUT)
    rows = [line.strip("| ").split(" | ") for line in printed.splitlines()[2:]]
    assert len(rows) == 7 and all(row[0] for row in rows)


def test_cases(databases):
    found = bench_json(databases, *"cases.py --many 3 --open 20 --rounds 1".split(), timeout=TIMEOUT)
    assert found.keys() == {"create one", "create many", "one by one", "list", "close many"}
    assert all(row["ours as a share"]["queries"] for row in found.values())


def test_core_flows(databases):
    found = bench_json(databases, *"core_flows.py --many 3 --rounds 1".split(), timeout=TIMEOUT)
    assert len(found["flows"]) == 8
    assert all(row["with"]["queries"] and row["without"]["queries"] for row in found["flows"])
