"""A service in fast motion: 5,000 customers in three time zones, five agents, a month of events.

The jobs run as their schedules have them, every three hours, and the agents call whoever the queue
gives them while they are at work. Time stands still within a step, for Python and for PostgreSQL
alike. Everything is drawn by a seeded generator: two runs are the same.
"""

import random
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import freezegun
import pytz

MODULE = "logistics_customer_service"
# a Monday; summer time ends in Berlin on 25 October and in Los Angeles on 1 November
START = datetime(2026, 10, 5)
DAYS = 30
STEP = timedelta(hours=3)
CUSTOMERS = 5_000
ZONES = {"Asia/Shanghai": 60, "Europe/Berlin": 25, "America/Los_Angeles": 15}
AGENTS = {
    "one": "Asia/Shanghai",
    "two": "Asia/Shanghai",
    "three": "Asia/Shanghai",
    "four": "Europe/Berlin",
    "five": "America/Los_Angeles",
}
# days of the month on which each is on leave
LEAVES = {"one": range(8, 13), "two": range(14, 17), "five": range(21, 24)}
AT_WORK = range(9, 17)
CALLS_A_STEP = 8
DELIVERIES_A_DAY, CASES_A_DAY = 72, 4
TIERS = {"vip": 60, "key": 240}
OUTCOMES = {
    "action_done": 62,
    "action_no_answer": 24,
    "postpone": 6,
    "action_refused": 3,
    "action_wrong_number": 2,
    "leave it": 3,
}
QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True, "mail_notrack": True}

# NOW() of the simulation; only where it is asked for by the search path
CLOCK = """
CREATE SCHEMA fast_motion;
CREATE FUNCTION fast_motion.now() RETURNS timestamptz STABLE LANGUAGE sql AS
    $$ SELECT current_setting('fast_motion.now')::timestamp AT TIME ZONE 'UTC' $$;
"""


class ContactMonth:
    """The month: :meth:`prepare` once, then :meth:`run_day` for each day."""

    def __init__(self, env):
        self.random = random.Random(20261005)
        self.env = env(context={**env.context, **QUIET})
        self.env.cr.execute(CLOCK)
        self.env.cr.execute("SET search_path = fast_motion, pg_catalog, public")
        self.seen = Counter()
        # steps that each agent was at work
        self.worked = Counter()
        self.due_to_close = {}
        self.agents = {}

    @contextmanager
    def at(self, instant):
        """Let it be that instant (naive UTC), in Python and in PostgreSQL."""
        self.env.cr.execute("SELECT set_config('fast_motion.now', %s, false)", [str(instant)])
        self.env.cr.commit()  # the instant of a transaction is kept with it
        with freezegun.freeze_time(instant):
            yield

    def _ref(self, name):
        return self.env.ref(f"{MODULE}.{name}")

    def _draw(self, weights):
        return self.random.choices([*weights], [*weights.values()])[0]

    def prepare(self):
        """Make people and switch every kind of policy on."""
        with self.at(START - timedelta(days=1)):
            self.env["ir.cron"].search([]).active = False
            for part in ("surveys", "callbacks", "visits", "care"):
                self.env.ref("base.group_user").implied_ids |= self._ref(f"group_part_{part}")
            self.env["logistics.notice.rule"].search([]).active = False
            self.company = self.env.company
            self.company.partner_id.tz = "Asia/Shanghai"
            self.company.email = "service@logistics.example"
            gates = [name for name in self.company._fields if name.startswith("logistics_close_")]
            on = dict.fromkeys(("logistics_care", "logistics_survey"), True)
            self.company.write({**dict.fromkeys(gates, False), **on})
            self._make_agents()
            self._make_customers()
            self._switch_policies_on()
            self.env.cr.commit()

    def _make_agents(self):
        group = self._ref("group_agent")
        calendar = self.company.resource_calendar_id
        for name, zone in AGENTS.items():
            user = self.env["res.users"].create(
                {
                    "name": f"Agent {name}",
                    "login": f"month_{name}",
                    "tz": zone,
                    "notification_type": "inbox",
                    "group_ids": [(6, 0, [self.env.ref("base.group_user").id, group.id])],
                }
            )
            resource = self.env["resource.resource"].create(
                {"name": name, "user_id": user.id, "calendar_id": calendar.id, "tz": zone}
            )
            self.agents[name] = user
            if name in LEAVES:
                first, last = LEAVES[name][0], LEAVES[name][-1]
                self.env["resource.calendar.leaves"].create(
                    {
                        "name": "Leave",
                        "resource_id": resource.id,
                        "calendar_id": calendar.id,
                        "date_from": START + timedelta(days=first, hours=-24),
                        "date_to": START + timedelta(days=last, hours=36),
                    }
                )
        team = self.env["logistics.service.team"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        people = self.env["res.users"].concat(*self.agents.values())
        team.write({"member_ids": [(6, 0, people.ids)], "user_id": people[0].id})

    def _make_customers(self):
        partners = self.env["res.partner"].create(
            [self._prepare_partner(number) for number in range(CUSTOMERS)]
        )
        tiers = [tier for tier, count in TIERS.items() for _number in range(count)]
        tiers += ["standard"] * (CUSTOMERS - len(tiers))
        profiles = self.env["logistics.profile"].create(
            [
                {"partner_id": partner.id, "company_id": self.company.id, **self._prepare_hours()}
                for partner in partners
            ]
        )
        for tier in set(tiers):
            chosen = [one.id for one, name in zip(profiles, tiers, strict=True) if name == tier]
            self.env["logistics.profile"].browse(chosen).tier_id = self._ref(f"tier_{tier}")
        self.profiles = profiles
        self._make_consents()
        self._make_past()

    def _prepare_partner(self, number):
        return {
            "name": f"Customer {number:04}",
            "email": f"c{number}@customer.example" if number % 25 else False,
            "phone": f"+86 10 5555 {number:04}" if number % 40 else False,
            "tz": self._draw(ZONES),
            "logistics_birth_month": f"{self.random.randint(1, 12)}",
            "logistics_birth_day": self.random.randint(1, 28),
        }

    def _prepare_hours(self):
        hours = self._draw({(9.0, 18.0): 80, (14.0, 17.5): 10, (8.0, 11.0): 10})
        weekend = self.random.random() < 0.1
        return {
            "contact_hour_from": hours[0],
            "contact_hour_to": hours[1],
            "sat": weekend,
            "mon": not weekend,
        }

    def _make_consents(self):
        care, calls = self._ref("consent_purpose_care"), self._ref("consent_purpose_callback")
        answers = [(care, "granted", 0.5), (calls, "refused", 0.03)]
        self.env["logistics.consent"].create(
            [
                {"profile_id": profile.id, "purpose_id": purpose.id, "state": state}
                for profile in self.profiles
                for purpose, state, share in answers
                if self.random.random() < share
            ]
        )

    def _make_past(self):
        """Some have not ordered for nearly half a year; the rest did lately."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE logistics_profile
                  SET create_date = %(start)s - interval '1 year',
                      tier_since = %(start)s::date - 10 - id %% 110;
               INSERT INTO logistics_profile_fact
                      (profile_id, company_id, window_months, first_order_at, last_order_at)
               SELECT id, company_id, 0, %(start)s - interval '2 years',
                      %(start)s - CASE WHEN id %% 20 = 0
                                  THEN (150 + id %% 30) * interval '1 day' ELSE interval '9 days' END
                 FROM logistics_profile WHERE company_id = %(company)s
                   ON CONFLICT (profile_id, window_months) DO UPDATE
                  SET first_order_at = EXCLUDED.first_order_at,
                      last_order_at = EXCLUDED.last_order_at""",
            {"start": START, "company": self.company.id},
        )
        self.env.invalidate_all()

    def _switch_policies_on(self):
        every = self.env(context={**self.env.context, "active_test": False})
        for model in ("callback.policy", "visit.plan", "care.occasion"):
            every[f"logistics.{model}"].search([]).active = True
        important = [(6, 0, [self._ref(f"tier_{tier}").id for tier in TIERS])]
        self._ref("callback_policy_delivered").tier_ids = important
        self._ref("survey_policy_delivery").write({"active": True, "reminder_days": 5})
        self._ref("survey_policy_case").active = True
        self._ref("survey_policy_relation").active = True

    def run_day(self, number):
        """Live through a day: a step every three hours, jobs first, then people."""
        day = START + timedelta(days=number)
        for hour in range(0, 24, STEP.seconds // 3600):
            now = day + timedelta(hours=hour)
            with self.at(now), self._mail_servers():
                self._happen(now)
                self._run_jobs(hour)
                self._work(now)
                self.env.cr.commit()
                self.env.invalidate_all()

    @contextmanager
    def _mail_servers(self):
        """Servers that take every mail."""
        servers = self.env.registry["ir.mail_server"]
        with (
            patch.object(servers, "_connect__", lambda *_args, **_named: None),
            patch.object(servers, "send_email", lambda _self, message, **_named: message["Message-Id"]),
        ):
            yield

    def _happen(self, now):
        share = STEP.seconds / 86400
        self._deliver(round(DELIVERIES_A_DAY * share))
        cases = CASES_A_DAY * share
        if self.random.random() < cases:
            self._complain(now)
        for case in [one for one, closed_at in self.due_to_close.items() if closed_at <= now]:
            del self.due_to_close[case]
            case._move_to_phase("closed")

    def _pick_customers(self, count):
        """Important customers order far more often."""
        important = sum(TIERS.values())
        return [
            self.profiles[self.random.randrange(important if self.random.random() < 0.4 else CUSTOMERS)]
            for _number in range(count)
        ]

    def _deliver(self, count):
        out = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        out.logistics_deliveries = "all"  # no order is needed for what is tried here
        pickings = self.env["stock.picking"].create(
            [
                {
                    "partner_id": profile.partner_id.id,
                    "picking_type_id": out.id,
                    "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                }
                for profile in self._pick_customers(count)
            ]
        )
        self.env["logistics.shipment.event"].create(
            [{"picking_id": picking.id, "kind": "delivered"} for picking in pickings]
        )

    def _complain(self, now):
        [profile] = self._pick_customers(1)
        severity = self._draw({"low": 3, "medium": 4, "high": 2, "critical": 1})
        case = self.env["logistics.complaint"].create(
            {
                "partner_id": profile.partner_id.id,
                "company_id": self.company.id,
                "kind": "complaint",
                "description": "Something is wrong",
                "severity": severity,
            }
        )
        self.due_to_close[case] = now + timedelta(days=self.random.randint(1, 6))

    def _run_jobs(self, hour):
        if not hour:
            self.env["logistics.survey.policy"]._cron_plan_requests()
            self.env["logistics.care.occasion"]._cron_plan_greetings()
            self.env["logistics.visit.plan"]._cron_plan_visits()
        self.env["logistics.callback.policy"]._cron_plan_callbacks()
        self.env["logistics.survey.request"]._cron_send_requests()
        self.env["logistics.greeting"]._cron_send_greetings()
        self.env["logistics.callback"]._cron_look_after_calls()
        self.env["mail.mail"].process_email_queue()
        self.env["logistics.sending.result"]._cron_apply()

    def is_at_work(self, name, instant):
        """Tell whether an agent works at a naive UTC instant."""
        local = pytz.utc.localize(instant).astimezone(pytz.timezone(AGENTS[name]))
        day = (instant - START).days
        return day not in LEAVES.get(name, ()) and local.weekday() < 5 and local.hour in AT_WORK

    def _work(self, now):
        present = [name for name in AGENTS if self.is_at_work(name, now)]
        self.worked.update(present)
        # who comes first takes what there is
        for name in self.random.sample(present, len(present)):
            callbacks = self.env["logistics.callback"].with_user(self.agents[name])
            for _call in range(CALLS_A_STEP):
                if not self._call(callbacks, now):
                    break
        self._visit(now)

    def _call(self, callbacks, now):
        """Take the next call and note what came of it; return whether there was one."""
        action = callbacks.action_next_call()
        if action["type"] == "ir.actions.client":
            return False
        callback = callbacks.browse(action["res_id"])
        callback.action_start()
        outcome = self._draw(OUTCOMES)
        if outcome == "postpone":
            callback._postpone(now + timedelta(days=self.random.randint(1, 4)))
        elif outcome == "leave it":
            # the window is closed; somebody finds the call later
            self.seen["left"] += 1
            return False
        else:
            callback.outcome = "other"
            getattr(callback, outcome)()
        self.seen[outcome] += 1
        return True

    def _visit(self, now):
        """Visitors come back from the visits of the last hours."""
        visits = self.env["logistics.visit"].search(
            [("state", "=", "planned"), ("planned_at", "<=", now), ("planned_at", ">", now - STEP)]
        )
        for visit in visits:
            outcome = self._draw({"done": 85, "cancelled": 9, "forgotten": 6})
            own = visit.with_user(visit.user_id)
            if outcome == "done":
                own.action_check_in()
                own.action_check_out()
            elif outcome == "cancelled":
                own._cancel("The customer had no time")
            self.seen[f"visit {outcome}"] += 1
