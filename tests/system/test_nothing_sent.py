"""An installation sends nothing to anybody: not to customers, not to staff."""

import json

from .test_lifecycle import quiet

# A customer who can be told by both ways orders and gets goods; the people of the house could be told, too.
BUSINESS = """
import json
ours = "logistics_customer_service."
company = env.company
country = env.ref("base.us")
company.write({"email": "service@ours.example", "phone": "+1 212 555 0100", "country_id": country.id})
groups = [env.ref("base.group_user"), *(env.ref(ours + "group_" + name) for name in
          ("agent", "supervisor", "manager", "general_manager"))]
users = env["res.users"].with_context(no_reset_password=True).create([
    {"name": group.name, "login": f"p{group.id}", "email": f"p{group.id}@ours.example",
     "group_ids": [(6, 0, (groups[0] | group).ids)]} for group in groups])
teams = env["logistics.service.team"].search([])
teams.write({"member_ids": [(6, 0, users.ids)], "user_id": users[0].id})
goods = env["product.product"].create(
    {"name": "Carton", "type": "consu", "is_storable": True, "list_price": 10})
buyer = env["res.partner"].create(
    {"name": "Ann", "email": "ann@customer.example", "phone": "+1 212 555 0123", "country_id": country.id})
orders = env["sale.order"].create([
    {"partner_id": buyer.id, "user_id": users[1].id, "commitment_date": "2026-01-05 10:00:00",
     "order_line": [(0, 0, {"product_id": goods.id, "product_uom_qty": 2})]} for number in range(2)])
# Odoo tells whoever an order was given to
tables = ("mail_mail", "sms_sms", "mail_activity", "mail_notification")
highest = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table})" for table in tables)
env.cr.execute(f"SELECT {highest}")
before = env.cr.fetchone()
orders.action_confirm()
env.cr.commit()
picking = orders[0].picking_ids
picking.move_ids.write({"quantity": 2, "picked": True})
picking.button_validate()
env.cr.commit()
"""

# what the scheduled actions of ours do in a night
NIGHT = """
from odoo.addons.base.models.ir_cron import IrCron
mine = [("module", "=", "logistics_customer_service"), ("model", "=", "ir.cron")]
crons = env["ir.model.data"].search(mine)
for turn in range(2):
    for cron in env["ir.cron"].browse(crons.mapped("res_id")):
        cron.method_direct_trigger()
        env.cr.commit()
found = {}
for number, model in enumerate(("mail.mail", "sms.sms", "mail.activity", "mail.notification")):
    found[model] = [one.display_name or one.id for one in
                    env[model].with_context(active_test=False).search([("id", ">", before[number])])]
found["logistics.notice"] = env["logistics.notice"].search([]).mapped("display_name")
found["crons"] = len(crons)
print("FOUND " + json.dumps(found))
"""


def test_one_order_one_delivery_one_night(plain_database):
    """Nobody has switched anything on."""
    done = plain_database.shell(BUSINESS + NIGHT)
    quiet(done.log)
    [line] = [line for line in done.log.splitlines() if line.startswith("FOUND ")]
    found = json.loads(line.removeprefix("FOUND "))
    assert found.pop("crons") > 20
    assert found == dict.fromkeys(found, [])
