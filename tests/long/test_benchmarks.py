"""Benchmarks in a middle size, and what must hold there: `make test-long` prints their figures.

What is said is said of queries, which do not depend on what else the machine does.
"""

from ..support.benchmarks import bench_json

TIMEOUT = 1800


def test_cases_take_fewer_queries_than_the_other_helpdesk(databases):
    found = bench_json(databases, *"cases.py --many 300 --open 5000 --rounds 3".split(), timeout=TIMEOUT)
    for work in ("create one", "create many", "one by one", "close many"):
        assert found[work]["ours as a share"]["queries"] < 1, work


def test_the_next_call_does_not_depend_on_how_many_there_are(databases):
    found = bench_json(databases, *"next_call.py --sizes 1000 20000 --rounds 3".split(), timeout=TIMEOUT)
    for kind in ("few are due", "all are due"):
        few, many = (found[size][kind]["queries"] for size in ("1000", "20000"))
        assert few == many, kind


def test_the_cron_of_deadlines_does_not_depend_on_open_cases(databases):
    found = bench_json(databases, *"clock_cron.py --sizes 1000 20000 --rounds 3".split(), timeout=TIMEOUT)
    few, many = (row["queries"] for row in found["by_open_cases"].values())
    assert few == many


def test_the_addon_adds_no_query_per_record_to_core_flows(databases):
    found = bench_json(databases, *"core_flows.py --many 100 --rounds 3".split(), timeout=TIMEOUT)
    for row in found["flows"]:
        added = row["with"]["queries"] - row["without"]["queries"]
        assert added < 40, f"{row['flow']}, {row['records']}: {added} queries more"


def test_the_workplace_does_not_depend_on_how_much_waits(databases):
    found = bench_json(databases, *"workplace.py --sizes 200 20000 --rounds 3".split(), timeout=TIMEOUT)
    few, many = found["by_open_cases"].values()
    for screen in few:
        assert few[screen]["queries"] == many[screen]["queries"], screen
