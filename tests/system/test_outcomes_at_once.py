"""Transfers validated by eight at once, and judging that is killed: nothing stays marked, nothing differs."""

from concurrent.futures import ThreadPoolExecutor

import pytest

WORKERS, ORDERS = 8, 12

# orders whose goods leave in two transfers
PREPARE = """
goods = env["product.product"].create({"name": "Goods", "type": "consu"})
buyers = env["res.partner"].create([{"name": f"Buyer {number}"} for number in range(4)])
lines = [(0, 0, {"product_id": goods.id, "product_uom_qty": 2}) for _line in range(2)]
for number in range(%d):
    order = env["sale.order"].create({"partner_id": buyers[number %% 4].id, "order_line": lines})
    order.action_confirm()
    first = order.picking_ids
    second = first.copy({"name": "/", "move_ids": [], "move_line_ids": []})
    first.move_ids[1].picking_id = second
    (first + second).action_assign()
env.cr.commit()
"""
# the transfers of one order are those of neighbours
VALIDATE = """
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
transfers = env["stock.picking"].search([("sale_id", "!=", False)], order="sale_id, id")
for transfer in transfers[%d::%d]:
    for _attempt in range(20):
        try:
            transfer.move_ids.write({"quantity": 2, "picked": True})
            transfer.with_context(skip_sms=True).button_validate()
            env.cr.commit()
            break
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            env.cr.rollback()
    else:
        raise AssertionError("never came through")
"""
# killed when the outcomes are written, and not committed
KILLED = """
import os, signal
orders = type(env["logistics.outcome.order"])
judge_orders = orders._judge
def judge_and_die(self, ids):
    judge_orders(self, ids)
    os.kill(os.getpid(), signal.SIGKILL)
orders._judge = judge_and_die
env["logistics.outcome.judge"]._judge_marked()
"""
JUDGE = """
judge = env["logistics.outcome.judge"]
while judge._retry(judge._judge_marked):
    env.cr.commit()
env.cr.commit()
"""
JUDGE_ANEW = """
rebuild = env["logistics.outcome.rebuild"]._start("asked")
while rebuild.state == "running":
    rebuild._advance()
print("DIFFERED", rebuild.differing_count)
"""
MARKS = "SELECT count(*) FROM logistics_mark WHERE purpose LIKE 'outcome%%'"


@pytest.mark.long
def test_eight_validate_and_judging_is_killed(database_factory):
    database = database_factory(hint="outcomes")
    database.shell(PREPARE % ORDERS)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda number: database.shell(VALIDATE % (number, WORKERS)), range(WORKERS)))
    done = "SELECT count(*) FROM stock_picking WHERE state = 'done' AND sale_id IS NOT NULL"
    assert database.sql(done) == [(2 * ORDERS,)]
    marked = database.sql(MARKS)
    assert marked[0][0] >= 2 * ORDERS
    assert database.shell(KILLED, check=False).returncode
    assert database.sql(MARKS) == marked, "a judge that is killed leaves the marks"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _turn: database.shell(JUDGE), range(2)))
    assert database.sql(MARKS) == [(0,)]
    delivered = "SELECT count(*) FROM logistics_outcome_order WHERE is_delivered AND is_in_full"
    assert database.sql(delivered) == [(ORDERS,)]
    assert "DIFFERED 0" in database.shell(JUDGE_ANEW).log
