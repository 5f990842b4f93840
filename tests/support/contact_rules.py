"""What must hold of contacts with customers, found out without the code that is to keep it.

Plain SQL reads what the database holds, plain Python judges it. Each function returns what breaks
its rule, in words; an empty list is good.
"""

from collections import defaultdict, namedtuple
from datetime import timedelta
from functools import cache

import pytz

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# of a person: which count, and which may be held back
Contact = namedtuple("Contact", "person at purpose kind counts bound zone tier")
# a queue that is looked after every three hours
LATE = timedelta(hours=3)

ATTEMPTS = """
SELECT c.customer_id, p.contact_tz, a.called_at, a.result, c.id,
       p.contact_hour_from, p.contact_hour_to, ARRAY[mon, tue, wed, thu, fri, sat, sun]
  FROM logistics_callback_attempt a
  JOIN logistics_callback c ON c.id = a.callback_id
  JOIN logistics_profile p ON p.id = c.profile_id
"""
COUNTED = """
SELECT c.partner_id, a.called_at, purpose.consent_purpose_id, 'call',
       a.result NOT IN ('no_answer', 'wrong_number', 'cancelled')
       AND purpose.in_budget AND NOT COALESCE(c.is_wanted, FALSE)
       AND purpose.consent_purpose_id IS NOT NULL, TRUE
  FROM logistics_callback_attempt a
  JOIN logistics_callback c ON c.id = a.callback_id
  JOIN logistics_callback_purpose purpose ON purpose.id = c.purpose_id
UNION ALL
SELECT r.partner_id, r.sent_at, (SELECT id FROM logistics_consent_purpose
                                  WHERE code = 'satisfaction_survey'), 'survey', TRUE, TRUE
  FROM logistics_survey_request r WHERE r.sent_at IS NOT NULL
UNION ALL
SELECT r.partner_id, r.reminded_at, (SELECT id FROM logistics_consent_purpose
                                  WHERE code = 'satisfaction_survey'), 'reminder', TRUE, TRUE
  FROM logistics_survey_request r WHERE r.reminded_at IS NOT NULL
UNION ALL
SELECT g.partner_id, g.sent_at, (SELECT id FROM logistics_consent_purpose
                                  WHERE code = 'care'), 'greeting', TRUE, TRUE
  FROM logistics_greeting g WHERE g.sent_at IS NOT NULL AND g.channel IN ('mail', 'sms')
UNION ALL
SELECT v.partner_id, v.checked_in_at, (SELECT id FROM logistics_consent_purpose
                                  WHERE code = 'callback'), 'visit', TRUE, FALSE
  FROM logistics_visit v WHERE v.checked_in_at IS NOT NULL
"""


@cache
def zone_of(name):
    return pytz.timezone(name)


def to_local(instant, zone):
    return pytz.utc.localize(instant).astimezone(zone_of(zone))


def rows(env, query, **values):
    env.cr.execute(query, values)
    return env.cr.fetchall()


def outside_hours(env, since):
    """Calls, mails and greetings of the customer's night."""
    wrong = []
    for customer, zone, at, _result, _call, opens, closes, days in rows(
        env, ATTEMPTS + "WHERE a.called_at >= %(since)s", since=since
    ):
        local = to_local(at, zone)
        hour = local.hour + local.minute / 60
        if not (days[local.weekday()] and opens <= hour < closes):
            wrong.append(f"customer {customer} was called at {local:%a %H:%M}")
    mails = """
        SELECT p.partner_id, p.contact_tz, r.sent_at, policy.send_from, policy.send_until
          FROM logistics_survey_request r
          JOIN logistics_survey_policy policy ON policy.id = r.policy_id
          JOIN logistics_profile p ON p.partner_id = r.partner_id AND p.company_id = r.company_id
         WHERE r.sent_at >= %(since)s
        UNION ALL
        SELECT p.partner_id, p.contact_tz, g.sent_at, occasion.send_hour, occasion.send_until
          FROM logistics_greeting g
          JOIN logistics_care_occasion occasion ON occasion.id = g.occasion_id
          JOIN logistics_profile p ON p.partner_id = g.customer_id AND p.company_id = g.company_id
         WHERE g.sent_at >= %(since)s"""
    for customer, zone, at, opens, closes in rows(env, mails, since=since):
        local = to_local(at, zone)
        if not opens <= local.hour + local.minute / 60 < closes:
            wrong.append(f"customer {customer} was written to at {local:%a %H:%M}")
    return wrong


def called_twice(env, since):
    """Customers who were called twice on a day of theirs."""
    calls = defaultdict(int)
    for customer, zone, at, *_rest in rows(
        env, ATTEMPTS + "WHERE a.called_at >= %(since)s", since=since
    ):
        calls[customer, to_local(at, zone).date()] += 1
    return [f"customer {one} was called {n} times on {day}" for (one, day), n in calls.items() if n > 1]


def over_budget(env):
    """Contacts for which there was no room any more."""
    limits = rows(
        env,
        """SELECT budget.purpose_id, budget."limit", budget.period_days
             FROM logistics_contact_budget budget WHERE budget.active""",
    )
    zones = dict(rows(env, "SELECT partner_id, contact_tz FROM logistics_profile"))
    people = defaultdict(list)
    for person, at, purpose, kind, counts, bound in sorted(rows(env, COUNTED), key=lambda row: row[1]):
        if counts:
            people[person].append((to_local(at, zones[person]).date(), purpose, kind, bound))
    wrong = []
    for person, contacts in people.items():
        for number, (day, purpose, kind, bound) in enumerate(contacts):
            for of_purpose, most, days in limits if bound else ():
                if of_purpose not in (None, purpose):
                    continue
                before = [
                    one
                    for one in contacts[:number]
                    if one[0] > day - timedelta(days=days) and of_purpose in (None, one[1])
                ]
                if len(before) >= most:
                    wrong.append(f"person {person}: a {kind} on {day} after {len(before)} in {days} days")
    return wrong


def lost_calls(env, now):
    """Callbacks that nobody will ever make, and that have not ended."""
    found = rows(
        env,
        """SELECT c.id, c.state FROM logistics_callback c
      LEFT JOIN logistics_callback main ON main.id = c.main_id
          WHERE CASE
                WHEN c.state IN ('done', 'refused', 'wrong_number', 'cancelled')
                THEN c.ended_at IS NULL OR c.next_at IS NOT NULL
                WHEN c.state = 'in_call' THEN c.taken_at < %(forgotten)s
                WHEN c.main_id IS NOT NULL THEN main.state <> 'in_call'
                WHEN c.state = 'no_answer' AND c.ended_at IS NOT NULL THEN c.next_at IS NOT NULL
                ELSE c.next_at IS NULL END""",
        forgotten=now - 3 * LATE,
    )
    return [f"callback {call} is {state} and nobody calls" for call, state in found]


def broken_cadence(env, today):
    """Important customers who are not visited, will not be, and whom no list shows."""
    env.cr.execute("SELECT id FROM logistics_consent_purpose WHERE code = 'callback'")
    (purpose,) = env.cr.fetchone()
    due = rows(
        env,
        """SELECT p.id FROM logistics_profile p
             JOIN logistics_tier tier ON tier.id = p.tier_id AND tier.visit_interval_days > 0
            WHERE p.active
              AND NOT EXISTS (SELECT 1 FROM logistics_consent c
                               WHERE c.profile_id = p.id AND c.purpose_id = %(purpose)s
                                 AND c.state = 'refused')
              AND NOT EXISTS (SELECT 1 FROM logistics_visit v
                               WHERE v.profile_id = p.id AND v.state = 'planned')
              AND COALESCE((SELECT MAX(v.checked_in_at)::date FROM logistics_visit v
                             WHERE v.profile_id = p.id AND v.state = 'done'), p.tier_since)
                  < %(today)s - tier.visit_interval_days""",
        purpose=purpose,
        today=today,
    )
    shown = env["logistics.profile"].search([("is_visit_overdue", "=", True)])
    missed = {profile for (profile,) in due} - {*shown.ids}
    return [f"profile {one} is not visited, and not shown as overdue" for one in missed]


def called_against_their_will(env):
    """Calls after the customer refused them."""
    found = rows(
        env,
        """SELECT c.id FROM logistics_callback_attempt a
             JOIN logistics_callback c ON c.id = a.callback_id
             JOIN logistics_callback_purpose purpose ON purpose.id = c.purpose_id
             JOIN logistics_consent answer ON answer.profile_id = c.profile_id
              AND answer.purpose_id = purpose.consent_purpose_id AND answer.state = 'refused'
            WHERE a.called_at > answer.date + interval '1 day'""",
    )
    return [f"callback {call} was made after a refusal" for (call,) in found]


def uneven_calls(env, worked, most):
    """Agents of one zone who call far more or less than the others, for the time they were there.

    :param worked: how long each (login → steps) was at work
    :param most: how many times as many calls as another an agent may have
    """
    calls = dict(
        rows(
            env,
            """SELECT u.login, COUNT(*) FROM logistics_callback_attempt a
                 JOIN res_users u ON u.id = a.user_id GROUP BY 1""",
        )
    )
    return _uneven({one: calls.get(one, 0) / steps for one, steps in worked.items()}, most)


def uneven_visits(env, worked, most):
    """Visitors of one zone who are sent out far more or less than the others; as for calls."""
    visits = dict(
        rows(
            env,
            """SELECT u.login, COUNT(*) FROM logistics_visit v
                 JOIN res_users u ON u.id = v.user_id GROUP BY 1""",
        )
    )
    return _uneven({one: visits.get(one, 0) / steps for one, steps in worked.items()}, most)


def _uneven(loads, most):
    low, high = min(loads.values()), max(loads.values())
    return [f"{loads}"] if not low or high / low > most else []


def crowded_days(env):
    """Days on which a visitor has more visits than the plan allows."""
    return [
        f"visitor {user} has {count} visits on {day}"
        for user, day, count in rows(
            env,
            """SELECT v.user_id, v.planned_on, COUNT(*) FROM logistics_visit v
                 JOIN logistics_visit_plan plan ON plan.id = v.plan_id
                WHERE v.state <> 'cancelled'
                GROUP BY 1, 2 HAVING COUNT(*) > MAX(plan.max_per_day)""",
        )
    ]
