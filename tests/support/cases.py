"""Programs and agents that work on cases of a served database, each by a key of its own."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass

# Makes people with keys, some customers, and a promise of one target, so that a case has one clock.
PREPARE = """
import datetime, json
from odoo import Command
ref = lambda name: env.ref("logistics_customer_service." + name)
end = datetime.datetime.now() + datetime.timedelta(days=1)
env["ir.cron"].search([]).active = False
env["logistics.sla.target"].search([("target", "!=", "first_response")]).unlink()
rules = env["logistics.escalation.rule"].with_context(active_test=False).search([])
(rules - ref("escalation_rule_long_overdue")).active = True
people = env["res.users"].with_context(no_reset_password=True).create([
    {
        "name": f"Person {number}",
        "login": f"person{number}",
        "notification_type": "inbox",
        "group_ids": [Command.set([env.ref("base.group_user").id, ref("group_agent").id])],
    }
    for number in range(%d)
])
team = env["logistics.service.team"].search([("company_id", "=", env.company.id)], limit=1)
# tests run on weekends and at night, too
team.write(
    {
        "member_ids": [Command.set(people.ids)],
        "user_id": people[0].id,
        "working_hours_only": False,
    }
)
env["res.partner"].create([
    {"name": f"Customer {number}", "is_company": True, "email": f"c{number}@example.com"}
    for number in range(40)
])
keys = [env(user=user)["res.users.apikeys"]._generate("rpc", "test", end) for user in people]
env.cr.commit()
print("KEYS", json.dumps(keys))
"""


@dataclass(frozen=True)
class Client:
    """Somebody's key, and the server it opens."""

    url: str
    key: str

    def call(self, method, model="logistics.complaint", **arguments):
        """Call a method; return the status and what was answered."""
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}",
            json.dumps(arguments).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


def keys_of(log):
    """Return the keys that :data:`PREPARE` printed."""
    return json.loads(log.partition("KEYS ")[2].partition("\n")[0])


def record(number, **values):
    """Return a case as a program sends it, by its number among those of a test."""
    return {
        "external_reference": f"R{number}",
        "email": f"c{number % 40}@example.com",
        "category": "damage_broken",
        "description": "Two cartons were broken.",
        **values,
    }
