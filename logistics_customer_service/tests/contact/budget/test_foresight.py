from datetime import datetime, timedelta

from odoo.tests import Form, tagged

from ..common import NOW
from .common import BudgetCommon

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestForesight(BudgetCommon):
    """The preview tells what the jobs and the queue of calls will do."""

    def _foresee(self, partner=None, user=None):
        preview = self.env["logistics.contact.preview"].with_user(user or self.agent)
        return preview.create(
            {"partner_id": (partner or self.customer).id, "company_id": self.company.id}
        )

    def _tell(self, partner=None):
        """Return what is foreseen as tuples of day in March, kind and fate."""
        self.env.flush_all()
        _foresight, found = self._foresee(partner)._foresee()
        return [(one.day.day, one.planned.kind, one.fate) for one in found]

    def test_what_has_room_goes_and_the_rest_is_held_back(self):
        self.policy.reminder_days = 0
        self._limit(2, self.asking)
        for days in (1, 2, 3):
            self._request(due_at=NOW + days * DAY)
        self.assertEqual(
            self._tell(),
            [(5, "survey", "goes"), (6, "survey", "goes"), (7, "survey", "held_back")],
        )

    def test_reminders_are_foreseen(self):
        self.policy.reminder_days = 3
        self._limit(2, self.asking)
        self._request(due_at=NOW)
        self._request(due_at=NOW + 2 * DAY)
        self.assertEqual(
            self._tell(),
            [
                (4, "survey", "goes"),
                (6, "survey", "goes"),
                (7, "reminder", "held_back"),
                (9, "reminder", "held_back"),
            ],
        )

    def test_rest_refusal_and_missing_address(self):
        self.policy.write({"cooldown_days": 5, "reminder_days": 0})
        self._request(due_at=NOW)
        self._request(due_at=NOW + DAY)
        self.assertEqual(self._tell(), [(4, "survey", "goes"), (5, "survey", "held_back")])
        silent = self._customer("Silent")
        self._request(silent)
        _foresight, [one] = self._foresee(silent)._foresee()
        self.assertEqual((one.fate, one.why), ("held_back", "No address"))
        self._refuse(self.customer)
        self.assertEqual({fate for _day, _kind, fate in self._tell()}, {"held_back"})

    def test_call_is_put_off_and_made_later(self):
        self._limit(1)
        self.policy.reminder_days = 0
        # the survey's 30 days are over on 13 March, a Friday
        self._asked_on(NOW - 21 * DAY)
        call = self._callback()
        self.assertEqual(call.next_at, datetime(2026, 3, 13, 1, 0))
        call.sudo().next_at = NOW
        self.assertEqual(self._tell(), [(4, "call", "put_off"), (13, "call", "goes")])

    def test_who_was_called_today_is_called_tomorrow(self):
        self._called_on(NOW - timedelta(hours=1))
        call = self._callback()
        self.assertEqual(self._tell(), [(5, "call", "goes")])
        self.assertFalse(self._next())
        self.assertEqual(call.next_at, datetime(2026, 3, 5, 1, 0))

    def test_calls_of_a_day_are_one(self):
        self._limit(1, self.calling)
        self._callback(call_from=NOW + DAY)
        self._callback(call_from=NOW + DAY, priority="3")
        self.assertEqual(self._tell(), [(5, "call", "goes"), (5, "call", "joined")])

    def test_visits_go_whatever_the_limits_and_count(self):
        self._limit(1, self.calling)
        for hours in (24, 26):
            self.env["logistics.visit"].create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.agent.id,
                    "planned_at": NOW + timedelta(hours=hours),
                }
            )
        self._callback(call_from=NOW + 2 * DAY)
        self.assertEqual(
            self._tell(), [(5, "visit", "goes"), (5, "visit", "goes"), (6, "call", "put_off")]
        )

    def test_what_is_exempt_goes(self):
        self._limit(1)
        self._asked_on(NOW - DAY)
        self._callback(purpose=self.debt)
        self.assertEqual(self._tell(), [(4, "call", "goes")])

    def test_screen_shows_days_room_and_reasons(self):
        self._limit(1, self.asking)
        self.policy.reminder_days = 0
        self._request(due_at=NOW + DAY)
        self._request(due_at=NOW + 2 * DAY)
        shown = str(self._foresee().preview)
        self.assertIn("Goes ahead", shown)
        self.assertIn("Held back", shown)
        self.assertIn("Satisfaction Survey: at most 1 in 30 days", shown)
        self.assertEqual(shown.count("border-bottom"), 14)
        self.assertEqual((shown.count(">Room<"), shown.count("Full: ")), (1, 13))
        person = self._customer("Wu", is_company=False, parent_id=self.customer.id)
        shown = str(self._foresee(person).preview)
        self.assertIn("Nothing is planned", shown)
        self.assertIn(
            "Satisfaction Survey", shown, "how much room there is can be seen all the same"
        )
        with Form(self.env["logistics.contact.preview"].with_user(self.agent)) as form:
            self.assertFalse(form.preview)
            form.partner_id = self.customer
            self.assertIn("Held back", form.preview)

    def test_other_companies_and_other_peoples_previews_stay_their_own(self):
        abroad = self._abroad()
        self._request(company_id=abroad.id)
        self.assertFalse(self._tell())
        preview = self._foresee()
        self.assertFalse(preview.with_user(self.supervisor).has_access("read"))

    def test_buttons_open_the_preview(self):
        action = self.profile.with_user(self.agent).action_preview_contacts()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.partner_id, self.customer)

    def test_what_is_foreseen_is_what_the_jobs_do(self):
        """Two weeks, run hour by hour of sending: the same on the same days, and nothing else."""
        self._limit(2, self.asking, days=10)
        self._limit(3, days=14)
        self.policy.write({"reminder_days": 4, "send_from": 9, "send_until": 20})
        people = [
            self.customer,
            self._customer("B", email="b@x.example", phone="+86 10 5550 0102"),
        ]
        resting = self._policy(name="Resting", cooldown_days=3, reminder_days=0)
        plan = [
            (0, 0, self.policy), (0, 1, self.policy), (0, 1, resting), (0, 3, self.policy),
            (1, 0, resting), (1, 2, resting), (1, 5, self.policy), (1, 9, self.policy),
            (0, 11, self.policy), (1, 12, resting),
        ]  # fmt: skip
        self._asked_on(NOW - 8 * DAY, people[1])
        self._called_on(NOW - 13 * DAY, partner=people[0])
        for number, days, policy in plan:
            # in the night: nobody is asked before nine
            at = NOW + days * DAY - timedelta(hours=4)
            self._request(
                people[number],
                policy=policy,
                due_at=at,
                occurred_at=NOW,
                occasion=f"{number}-{at}-{policy.id}",
            )
        for number, days in ((0, 2), (0, 2), (1, 6), (1, 12)):
            self._callback(people[number], call_from=NOW + days * DAY)
        self._callback(people[1], purpose=self.debt, call_from=NOW + 7 * DAY)
        self.env.flush_all()
        foreseen = set()
        for person in people:
            _foresight, found = self._foresee(person)._foresee()
            foreseen |= {
                (
                    one.planned.record._name,
                    one.planned.record.id,
                    one.planned.kind,
                    one.fate,
                    one.day,
                )
                for one in found
            }
        self.assertEqual(foreseen, self._live(people))
        fates = {fate for *_names, fate, _day in foreseen}
        self.assertEqual(fates, {"goes", "held_back", "put_off", "joined"})

    def _live(self, people):
        """Let two weeks pass, ask at nine, ten, eleven… and call; return what happened and when."""
        start, happened, told = NOW, set(), set()
        for step in range(14 * 24):
            now = start + timedelta(hours=step)
            if now.date() > (start + 13 * DAY).date() or not 1 <= now.hour <= 9:
                continue
            self._stand(now)
            if self.Request.search_count([("due_at", "<=", now)]):
                self._send_all()
            self._call_all(people, happened, now)
            requests = self.Request.search(
                [("partner_id", "in", [person.id for person in people])]
            )
            for request in requests:
                for kind, fate, when in (
                    ("survey", "goes", request.state != "waiting" and request.sent_at),
                    ("survey", "held_back", request.state == "suppressed"),
                    ("reminder", "goes", request.reminded_at),
                    ("reminder", "held_back", request.reminder_held_back_at),
                ):
                    if when and (request.id, kind, fate) not in told:
                        told.add((request.id, kind, fate))
                        if when is True or when >= NOW:
                            happened.add((request._name, request.id, kind, fate, now.date()))
        return happened

    def _call_all(self, people, happened, now):
        calls = self.Callback.search([("partner_id", "in", [person.id for person in people])])
        before = {call: call.put_off_at for call in calls}
        planned_today = {call for call in calls if call.next_at and call.next_at <= now}
        while taken := self._next():
            for call in taken:
                happened.add((call._name, call.id, "call", "goes", now.date()))
            for call in taken.joined_ids:
                happened.add((call._name, call.id, "call", "joined", now.date()))
            self._done(taken)
        for call in calls:
            if call in planned_today and call.put_off_at != before[call]:
                happened.add((call._name, call.id, "call", "put_off", now.date()))
