"""Replay the log of incidents as cases: opened, resolved and closed when their tickets were.

Each ticket becomes a case, by the code that a real case goes through; what
happened at which instant is told by `_move_to_phase_at`. A policy for each priority sets the hours
to the resolution, counted by office hours.
"""

from incidents import CLOSES, HOURS, OPENS

BATCH = 2_000
CUSTOMERS = 50
SEVERITIES = {1: "critical", 2: "high", 3: "medium", 4: "low"}


def load(env, tickets):
    """Make the cases of tickets; return their ids by number."""
    team = _prepare_team(env)
    _prepare_policies(env)
    customers = env["res.partner"].create([{"name": f"Customer {number}"} for number in range(CUSTOMERS)])
    cases = {}
    for start in range(0, len(tickets), BATCH):
        batch = tickets.iloc[start : start + BATCH]
        made = _replay(env, batch, team, customers)
        cases.update(zip(batch.index, made.ids, strict=True))
        env.flush_all()
        env.invalidate_all()
    return cases


def _prepare_team(env):
    company = env.company
    company.partner_id.tz = "UTC"
    gates = [name for name in company._fields if name.startswith("logistics_close_")]
    company.write(dict.fromkeys(gates, False))
    office = env["resource.calendar"].create(
        {
            "name": "Office",
            "tz": "UTC",
            "company_id": company.id,
            "attendance_ids": [
                (5,),
                *(
                    (0, 0, {"name": str(day), "dayofweek": str(day), "day_period": "full_day",
                            "hour_from": OPENS, "hour_to": CLOSES})  # fmt: skip
                    for day in range(5)
                ),
            ],
        }
    )
    return env["logistics.service.team"].create(
        {
            "name": "Service",
            "assignment_method": "manual",
            "acknowledgement_template_id": False,
            "resource_calendar_id": office.id,
        }
    )


def _prepare_policies(env):
    env["logistics.sla.policy"].search([]).active = False
    env["logistics.sla.policy"].create(
        [
            {
                "name": f"Priority {priority}",
                "severity": SEVERITIES[priority],
                "target_ids": [(0, 0, {"target": "resolution", "value": hours})],
            }
            for priority, hours in HOURS.items()
        ]
    )


def _replay(env, batch, team, customers):
    cases = env["logistics.complaint"].create(
        [
            {
                "name": number,
                "kind": "inquiry",
                "channel": "api",
                "team_id": team.id,
                "partner_id": customers.ids[place % CUSTOMERS],
                "severity": SEVERITIES[priority],
                "received_at": opened,
            }
            for place, (number, priority, opened) in enumerate(
                zip(batch.index, batch.priority, batch.opened_at.dt.to_pydatetime(), strict=True)
            )
        ]
    )
    for phase, name in (("resolved", "resolved_at"), ("closed", "closed_at")):
        instants = {
            case: instant.to_pydatetime()
            for case, instant in zip(cases, batch[name], strict=True)
            if instant == instant  # some were never resolved, but closed
        }
        cases.browse(case.id for case in instants)._move_to_phase_at(phase, instants)
    return cases
