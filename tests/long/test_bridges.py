"""A bridge goes without a trace, the addon works without it, and an upgrade brings it back."""

import os

import pytest

from scripts.dev.database import Templates, complaints
from tests.support.database import Database

BRIDGE = "logistics_customer_service_mrp"
STATE = f"SELECT state FROM ir_module_module WHERE name = '{BRIDGE}'"
TRACES = f"SELECT name, model FROM ir_model_data WHERE module = '{BRIDGE}'"
UNINSTALL = f"""
env["ir.module.module"].search([("name", "=", "{BRIDGE}")]).button_immediate_uninstall()
"""
SELL = """
kit, part = env["product.product"].create([{"name": name, "type": "consu"} for name in ("Kit", "Part")])
env["mrp.bom"].create({
    "product_tmpl_id": kit.product_tmpl_id.id, "type": "phantom",
    "bom_line_ids": [(0, 0, {"product_id": part.id, "product_qty": 5})],
})
order = env["sale.order"].create({
    "partner_id": env["res.partner"].create({"name": "Buyer"}).id, "cash_on_delivery": True,
    "order_line": [(0, 0, {"product_id": kit.id, "price_unit": 180, "tax_ids": False})],
})
order.action_confirm()
assert sum(order.picking_ids.cod_ids.mapped("amount")) == 180
"""


@pytest.fixture
def beside(databases):
    """A database with the addon and what it may run beside."""
    templates = Templates(databases)
    name = f"{templates.prefix}_bridges_{os.getpid()}"
    databases.copy(templates.beside(), name)
    database = Database(name, databases)
    yield database
    database.drop()


def test_uninstalled_and_back_by_an_upgrade(beside):
    assert beside.sql(STATE) == [("installed",)]
    assert not complaints(beside.shell(UNINSTALL).log, (r"pg_trgm",))
    assert (beside.sql(STATE), beside.sql(TRACES)) == ([("uninstalled",)], [])
    assert not complaints(beside.shell(SELL).log, (r"pg_trgm",))
    beside.sql(
        "UPDATE ir_module_module SET latest_version = '19.0.1.0.0' WHERE name = 'logistics_customer_service'"
    )
    beside.odoo("-u", "logistics_customer_service")
    assert beside.sql(STATE) == [("installed",)]
