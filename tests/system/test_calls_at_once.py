"""Eight agents, each served by a worker process of its own, call until nobody waits any more."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..support.cases import PREPARE, Client, keys_of

AGENTS = 8
MODEL = "logistics.callback"

# The customers can be called at any hour; every second one waits for two calls, which are joined.
WAITING = """
customers = env["res.partner"].search([("name", "=like", "Customer %")])
days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), True)
env["logistics.profile"].create([
    {"partner_id": one.id, "contact_hour_from": 0, "contact_hour_to": 24, **days} for one in customers
])
purpose = env.ref("logistics_customer_service.callback_purpose_debt")
env["logistics.callback"].create([
    {"partner_id": one.id, "purpose_id": purpose.id} for one in customers + customers[::2]
])
env.cr.commit()
"""


@pytest.fixture(scope="module")
def database(database_factory):
    database = database_factory(hint="calls")
    database.keys = keys_of(database.shell(PREPARE % AGENTS).log)
    database.shell(WAITING)
    return database


@pytest.fixture(scope="module")
def clients(database):
    with database.serve_by_workers(AGENTS) as url:
        yield [Client(url, key) for key in database.keys]


def test_no_call_is_handed_out_twice(database, clients):
    begin = threading.Barrier(AGENTS)

    def work(client):
        """See the next call, take it and end it until nobody waits; return what was taken."""
        begin.wait()
        handed_out = []
        while True:
            status, action = client.call("action_next_call", MODEL, ids=[])
            assert status == 200, action
            if not action.get("res_id"):
                return handed_out
            status, answer = client.call("action_start", MODEL, ids=[action["res_id"]])
            assert status == 200, answer
            if answer is not True:
                continue  # a colleague was quicker
            handed_out.append(action["res_id"])
            client.call("write", MODEL, ids=handed_out[-1:], vals={"outcome": "other"})
            status, answer = client.call("action_done", MODEL, ids=handed_out[-1:])
            assert status == 200, answer

    with ThreadPoolExecutor(AGENTS) as pool:
        shares = list(pool.map(work, clients))
    calls = Counter(call for share in shares for call in share)
    assert set(calls.values()) == {1}, "handed out twice"
    assert all(shares), "somebody got none"
    ((customers, waiting),) = database.sql(
        "SELECT COUNT(DISTINCT customer_id), COUNT(*) FILTER (WHERE state <> 'done') FROM logistics_callback"
    )
    assert (len(calls), waiting) == (customers, 0), "each customer was called once about everything"
    doubles = database.sql(
        """SELECT customer_id FROM logistics_callback_attempt
            GROUP BY customer_id HAVING COUNT(*) > 1"""
    )
    assert not doubles
