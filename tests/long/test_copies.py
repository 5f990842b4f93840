"""A copy of a database, made as administrators make them, tells nobody anything."""

import json

from ..support.database import Database

# what was due in the original is due in the copy, and its scheduled actions run
WORK = """
import json
import smtplib
from unittest.mock import patch

ours = env["logistics.database"]._get_own_models()
mixin = env.registry["logistics.sending.mixin"]
kinds = [env[name] for name, model in env.registry.items() if issubclass(model, mixin) and env[name]._auto]
for kind in kinds:
    waiting = kind.search([("state", "in", ("waiting", "suppressed", "failed"))])
    waiting.write({"state": "waiting", "reason": False, "due_at": "2020-01-01", "insisted": True})
for switch in ("logistics_notify", "logistics_survey", "logistics_care"):
    env["res.company"].search([])[switch] = True
# what others have in the queue is not ours to hold back
env["mail.mail"].search([("state", "=", "outgoing"), ("model", "not in", ours)]).cancel()
env["mail.mail"].create(
    {"model": "logistics.complaint", "res_id": 1, "email_to": "a@example.com", "body_html": "A"}
)
crons = env["ir.cron"].with_context(active_test=False).search([])
crons = crons.filtered(lambda cron: cron.model_id.model in [*ours, "mail.mail", "sms.sms"])
env.cr.commit()
sent = []
queued = env["mail.mail"].search([], order="id desc", limit=1).id
with patch.object(smtplib.SMTP, "connect", side_effect=lambda *args, **more: sent.append(args)):
    for cron in crons:
        cron.with_user(cron.user_id).ir_actions_server_id.run()
        env.cr.commit()
found = {
    "original": env["logistics.database"]._is_original(),
    "crons": len(crons),
    "connections": len(sent),
    "failed": env["mail.mail"].search([("state", "=", "exception")]).mapped("model"),
    "waiting": sum(kind.search_count([("state", "=", "waiting")]) for kind in kinds),
    "mails to customers": env["mail.mail"].search_count(
        [("id", ">", queued), ("model", "in", [kind._name for kind in kinds])]
    ),
}
print("FOUND " + json.dumps(found))
"""


def look(database):
    """Run what is scheduled in a database and return what came of it."""
    [line] = [line for line in database.shell(WORK).log.splitlines() if "FOUND {" in line]
    return json.loads(line[line.index("{") :])


def test_a_copy_made_by_postgresql_sends_nothing(databases, demo_database):
    copy = Database(f"{demo_database.name}_copy", databases)
    databases.create_empty(copy.name, template=demo_database.name)
    try:
        found = look(copy)
    finally:
        copy.drop()
    assert not found["original"]
    assert found["crons"] > 15 and found["waiting"] > 0
    assert not found["connections"] and not found["mails to customers"], found
    # the same in the original: the test would see what is sent
    assert look(demo_database)["mails to customers"] > 0


def test_a_neutralised_copy_sends_nothing(demo_database):
    demo_database.neutralize()
    found = look(demo_database)
    assert not found["original"]
    assert not found["connections"] and not found["mails to customers"], found
