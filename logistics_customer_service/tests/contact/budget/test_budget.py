from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ..common import NOW
from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestBudget(BudgetCommon):
    """Who may be contacted, and from when on."""

    def test_limit_of_a_purpose(self):
        self._limit(2, self.asking)
        self._asked_on(self._ago(days=3))
        first, second = self._request(), self._request()
        self.assertEqual(self._allowed(first + second), first)
        self.assertEqual(self._allowed(second + first), second, "in their order")
        call = self._callback()
        self.assertEqual(self._allowed(call, self.calling), call, "another purpose has its own")

    def test_limit_in_all(self):
        self._limit(2)
        self._asked_on(self._ago(days=3))
        self._called_on(self._ago(days=2))
        self.assertFalse(self._allowed(self._request()))
        self.assertEqual(self._contacts(state="made"), [("survey", "made"), ("call", "made")])

    def test_all_limits_hold(self):
        self._limit(5, self.asking)
        self._limit(1, days=1)
        requests = self._request() + self._request()
        self.assertEqual(self._allowed(requests), requests[0])

    def test_without_limits_all_are_allowed(self):
        requests = self._request() + self._request()
        self.assertEqual(self._allowed(requests), requests)

    def test_the_more_particular_limit_holds(self):
        self._limit(1, self.asking)
        self._asked_on(self._ago(days=3))
        request = self._request()
        self._limit(3, self.asking, tier_ids=self.vip.ids)
        self.assertFalse(self._allowed(request), "not of the tier")
        self.profile.manual_tier_id = self.vip
        self.profile.tier_id = self.vip
        self.assertEqual(self._allowed(request), request)

    def test_the_limit_of_the_company_takes_the_place_of_the_general_one(self):
        self._limit(1, self.asking, company_id=False)
        self._asked_on(self._ago(days=3))
        request = self._request()
        self.assertFalse(self._allowed(request))
        self._limit(2, self.asking)
        self.assertEqual(self._allowed(request), request)

    def test_a_limit_of_other_days_takes_no_place(self):
        self._limit(1, self.asking, company_id=False)
        self._asked_on(self._ago(days=3))
        self._limit(9, self.asking, days=60)
        self.assertFalse(self._allowed(self._request()))

    def test_numbers_make_sense(self):
        for vals in ({"limit": 0}, {"period_days": 0}, {"period_days": 400}):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._limit(**{"limit": 1, **{"days": vals.pop("period_days", 30)}, **vals})

    def test_name_says_what_holds(self):
        self.assertEqual(
            self._limit(2, self.asking).display_name, "Satisfaction Survey: at most 2 in 30 days"
        )
        self.assertEqual(self._limit(4, days=7).display_name, "All contacts: at most 4 in 7 days")

    def test_notices_are_noted_and_neither_counted_nor_held_back(self):
        self._limit(1)
        self.Notice.create(
            {
                "occasion": "delivered",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "happened_at": NOW,
                "state": "sent",
                "sent_at": self._ago(days=1),
            }
        )
        self.assertEqual(self._contacts(is_exempt=True), [("notice", "made")])
        request = self._request()
        self.assertEqual(self._allowed(request), request, "a notice takes no room")
        self._asked_on(self._ago(days=1))
        self.assertEqual(self._allowed(request, self.notifying), request, "and needs none")
        self.assertEqual(self._allowed(request, self.asking.browse()), request, "nor what must be")

    def test_a_purpose_is_exempt_as_soon_as_somebody_says_so(self):
        self._limit(1)
        self._asked_on(self._ago(days=1))
        request = self._request()
        self.assertFalse(self._allowed(request))
        self.asking.budget_exempt = True
        self.assertEqual(self._allowed(request), request)
        call = self._callback()
        self.assertEqual(self._allowed(call, self.calling), call, "and counts for others no more")

    def test_what_is_queued_or_tried_again_counts_and_what_failed_does_not(self):
        self._limit(1, self.asking)
        request = self._request()
        other = self._request(state="queued", due_at=False)
        self.assertFalse(self._allowed(request))
        other.write({"state": "failed", "due_at": NOW})
        self.assertFalse(self._allowed(request), "will be tried again")
        other.write({"due_at": False})
        self.assertEqual(self._allowed(request), request)
        self.assertIn(("survey", "suppressed"), self._contacts())

    def test_reminders_count(self):
        self._limit(2, self.asking)
        self._asked_on(self._ago(days=9), reminded_at=self._ago(days=6))
        self.assertEqual(self._contacts(), [("survey", "made"), ("reminder", "made")])
        self.assertFalse(self._allowed(self._request()))

    def test_answers_on_the_spot_are_no_contacts(self):
        request = self.Request._get_or_plan(
            self.policy, self.customer, {"company_id": self.company.id}
        )
        self.assertTrue(request.expires_at)
        self.assertFalse(self._contacts())
        request.write({"state": "answered", "answered_at": NOW, "due_at": False})
        self.assertFalse(self._contacts())

    def test_calls_that_nobody_answered_are_shown_and_do_not_count(self):
        self._limit(1, self.calling)
        self._called_on(self._ago(days=2), "no_answer")
        contact = self.Contact.search([("partner_id", "=", self.customer.id)])
        self.assertEqual((contact.state, contact.reason), ("made", "no_answer"))
        self.assertTrue(contact.is_exempt)
        call = self._callback()
        self.assertEqual(self._allowed(call, self.calling), call)
        self._called_on(self._ago(days=1), "postponed")
        self.assertFalse(self._allowed(call, self.calling), "spoken to")

    def test_another_person_of_the_customer_has_a_budget_of_their_own(self):
        self._limit(1, self.asking)
        person = self._customer("Wu", is_company=False, parent_id=self.customer.id)
        self._asked_on(self._ago(days=1))
        requests = self._request() + self._request(person)
        self.assertEqual(self._allowed(requests).partner_id, person)

    def test_another_company_counts_for_itself(self):
        self._limit(1, self.asking, company_id=False)
        abroad = self._abroad()
        self._asked_on(self._ago(days=1), company_id=abroad.id)
        requests = self._request() + self._request(company_id=abroad.id)
        self.assertEqual(self._allowed(requests), requests[0])

    def test_days_are_the_persons(self):
        """What was sent in the evening of the first of 30 days counts no more after midnight."""
        self._limit(1, self.asking)
        self.profile.contact_tz = "America/New_York"
        # 23:30 on 9 February in New York, 10 February in UTC and Shanghai
        self._asked_on(datetime(2026, 2, 10, 4, 30))
        request = self._request()
        self.assertEqual(self.Budget._get_next_day(request, self.asking), date(2026, 3, 11))
        self._stand(datetime(2026, 3, 11, 3, 30))
        self.assertFalse(self._allowed(request), "the tenth, in New York, in the evening")
        self._stand(datetime(2026, 3, 11, 4, 30))
        self.assertEqual(self._allowed(request), request, "half an hour past midnight")

    def test_days_are_counted_over_the_change_of_clocks(self):
        """Clocks go forward on 29 March 2026 in Paris: the window has an hour less, not a day."""
        self._limit(1, self.asking, days=7)
        self.profile.contact_tz = "Europe/Paris"
        # five past midnight on the 25th
        self._asked_on(datetime(2026, 3, 24, 23, 5))
        request = self._request()
        self.assertEqual(self.Budget._get_next_day(request, self.asking), date(2026, 4, 1))
        # 23:30 on the 31st, in summer time; in winter time it would be half past midnight
        self._stand(datetime(2026, 3, 31, 21, 30))
        self.assertFalse(self._allowed(request))
        self._stand(datetime(2026, 3, 31, 22, 30))
        self.assertEqual(self._allowed(request), request)

    def test_days_of_the_longer_night(self):
        self._limit(1, self.asking, days=7)
        self.profile.contact_tz = "Europe/Paris"
        # 23:30 on 20 October 2026, in summer time
        self._stand(datetime(2026, 10, 20, 21, 30))
        self._asked_on(fields.Datetime.now())
        request = self._request()
        # 23:30 on the 26th, in winter time: six days and 25 hours later, still the same seven days
        self._stand(datetime(2026, 10, 26, 22, 30))
        self.assertFalse(self._allowed(request))
        self._stand(datetime(2026, 10, 26, 23, 0))
        self.assertEqual(self._allowed(request), request)

    def test_next_day(self):
        self._limit(2, self.asking)
        request = self._request()
        self.assertEqual(self.Budget._get_next_day(request, self.asking), date(2026, 3, 4))
        for days in (20, 5):
            self._asked_on(self._ago(days=days))
        self.assertEqual(self.Budget._get_next_day(request, self.asking), date(2026, 3, 14))
        self.assertEqual(self.Budget._get_next_day(request, self.notifying), date(2026, 3, 4))

    def test_surveys_beyond_the_budget_are_held_back(self):
        self._limit(2, self.asking)
        requests = self.Request.browse()
        for _number in range(3):
            requests += self._request()
        self.assertEqual(len(self._send_all()), 2)
        self.assertEqual(requests.mapped("state"), ["sent", "sent", "suppressed"])
        self.assertEqual(requests[2].reason, "budget")
        mine = [("partner_id", "=", self.customer.id)]
        held_back = self.Contact.search([*mine, ("state", "=", "suppressed")])
        self.assertEqual(held_back.reason, "budget")
        self.assertEqual((held_back.res_model, held_back.res_id), (requests._name, requests[2].id))

    def test_what_somebody_insists_on_goes_out_and_counts(self):
        self._limit(1, self.asking)
        self._asked_on(self._ago(days=1))
        insisted, other = self._request(insisted=True), self._request()
        self.assertEqual(len(self._send_all()), 1)
        self.assertEqual((insisted.state, other.reason), ("sent", "budget"))
        self.assertEqual(len(self._contacts(state="made")), 2)

    def test_reminder_beyond_the_budget_is_left_out_and_noted(self):
        self._limit(1, self.asking)
        self.policy.reminder_days = 3
        request = self._request()
        self.assertEqual(len(self._send_all()), 1)
        self.assertEqual(self._contacts(), [("survey", "made"), ("reminder", "planned")])
        self._stand(NOW + timedelta(days=3))
        self.assertFalse(self._send_all())
        self.assertEqual((request.state, request.reminded_at), ("sent", False))
        self.assertEqual(self._contacts(), [("survey", "made"), ("reminder", "suppressed")])
        self.assertEqual(request.due_at, request.expires_at, "looked at again when it expires")

    def test_what_the_customer_is_owed_is_exempt(self):
        purposes = self.env["logistics.callback.purpose"].search([("code", "!=", False)])
        exempt = purposes.filtered(lambda purpose: not purpose.in_budget).mapped("code")
        self.assertLessEqual({"after_case", "bad_answer", "debt"}, set(exempt))
        self._limit(1)
        self._called_on(self._ago(days=1))
        for code in ("after_case", "debt"):
            call = self._callback(purpose=self.env.ref(f"{MODULE}.callback_purpose_{code}"))
            self.assertEqual(call.next_at, NOW)
            self.assertEqual(self._next(), call)
            call.action_cancel()

    def test_call_is_planned_for_the_first_day_with_room(self):
        self._limit(1, self.calling)
        self._called_on(self._ago(days=20))
        call = self._callback()
        # 30 days after 12 February: Saturday, 14 March; the customer is called from Monday on
        self.assertEqual(call.next_at, datetime(2026, 3, 16, 1, 0))
        self.assertEqual(call.put_off_at, NOW)
        self.assertIn("Callbacks and Visits: at most 1 in 30 days", call.message_ids[0].body)
        self.assertFalse(self._next())
        self._stand(call.next_at)
        self.assertEqual(self._next(), call)

    def test_call_whose_room_was_taken_since_is_put_off_when_it_is_due(self):
        self._limit(1)
        call = self._callback()
        self.assertEqual((call.next_at, call.put_off_at), (NOW, False))
        self._asked_on(NOW)
        self.assertFalse(self._next())
        self.assertEqual((call.state, call.next_at), ("planned", datetime(2026, 4, 3, 1, 0)))
        self.assertEqual(
            self._contacts(state="suppressed"), [("call", "suppressed")], "and that is noted"
        )
        self._stand(call.next_at)
        self.assertEqual(self._next(), call, "not lost")

    def test_call_without_room_makes_way_for_the_next(self):
        self._limit(1)
        self._callback(priority="3")
        self._asked_on(NOW)
        other = self._callback(self._customer("B"))
        self.assertEqual(self._next(), other)

    def test_joined_calls_count_once(self):
        self._limit(2, self.calling)
        self._callback(priority="3")
        self._callback()
        taken = self._next()
        self.assertEqual(self._contacts(), [("call", "made")])
        self._done(taken)
        self.assertEqual(self._contacts(), [("call", "made")])
        call = self._callback()
        self.assertEqual(self._allowed(call, self.calling), call)

    def test_call_that_is_made_now_counts(self):
        self._limit(1)
        self._callback()
        self._next()
        self.assertFalse(self._allowed(self._request()))

    def test_call_that_the_customer_asked_for_is_made(self):
        self._limit(1)
        call = self._callback()
        self._next()
        call._postpone(NOW + timedelta(hours=2))
        self.assertTrue(call.is_wanted)
        self._stand(NOW + timedelta(hours=2))
        self.assertEqual(self._next(), call)
        other = self._callback(self._customer("B"), call_from=NOW)
        other.write({"next_at": NOW + timedelta(days=9), "put_off_at": NOW})
        other.with_user(self.agent).is_wanted = True
        self.assertEqual(other.next_at, NOW, "waits no longer")

    def test_unanswered_call_is_tried_again_within_the_budget(self):
        self._limit(1)
        call = self._callback()
        self._next()
        self._asked_on(NOW)
        call.action_no_answer()
        self.assertEqual((call.state, call.next_at), ("no_answer", datetime(2026, 4, 3, 1, 0)))

    def test_nobody_takes_a_call_beyond_the_budget(self):
        self._limit(1)
        call = self._callback()
        self._asked_on(NOW)
        with self.assertRaisesRegex(UserError, "04/03/2026"):
            call.with_user(self.agent).action_call()
        call.with_user(self.agent).is_wanted = True
        call.with_user(self.agent).action_call()
        self.assertEqual(call.state, "in_call")

    def test_call_put_off_beyond_its_window_is_told_the_leader(self):
        self._limit(1)
        leader = self._new_user("leader", "group_supervisor")
        self.env["logistics.service.team"].create(
            {"name": "First", "company_id": self.company.id, "user_id": leader.id, "sequence": 0}
        )
        call = self._callback()
        self._asked_on(NOW)
        self._next()
        self._stand(NOW + timedelta(days=10))
        self.assertTrue(call.is_overdue)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.Callback._cron_look_after_calls()
        self.assertEqual(call.escalated_at, NOW + timedelta(days=10))

    def test_queries_do_not_grow_with_the_records(self):
        self._limit(2, self.asking)
        self._limit(4)
        people = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(100)])
        requests = self.Request.browse()
        for person in people:
            requests += self._request(person, occasion=f"many-{person.id}")
        counts = []
        for number in (10, 100):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self._allowed(requests[:number])), number)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLess(counts[0], 20)

    def test_many_without_room_hide_nobody(self):
        self._limit(1)
        for name in ("A", "B"):
            person = self._customer(name)
            self._callback(person, priority="3")
            self._asked_on(NOW, person)
        free = self._callback(self._customer("Free"))
        with patch(f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_queue.LOOKED_AT", 1):
            self.assertEqual(self._next(), free)

    def test_next_call_among_many_without_room_costs_no_more(self):
        """Those put off together cost a constant number of look-ups."""
        self._limit(1)
        with patch.object(type(self.Callback), "_keep_to_budget", lambda calls: calls.browse()):
            for number in range(12):
                person = self._customer(f"P{number}")
                self._callback(person, priority="3")
                self._asked_on(NOW, person, occasion=f"many-{person.id}")
        free = self._callback(self._customer("Free"))
        with patch.object(
            type(self.Budget),
            "_open_pages",
            autospec=True,
            side_effect=type(self.Budget)._open_pages,
        ) as opened:
            self.assertEqual(self.Callback.with_user(self.agent)._find_next(), free)
        self.assertEqual(opened.call_count, 2, "for all, for those put off")

    def test_who_may_see_and_change_budgets(self):
        budget = self._limit(1)
        self.assertEqual(budget.with_user(self.agent).limit, 1)
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                budget.with_user(user).limit = 2
        budget.with_user(self.manager).limit = 2
        portal = self._new_user("customer", "base.group_portal")
        for model in (self.Budget, self.Contact, self.env["logistics.contact.preview"]):
            self.assertFalse(model.with_user(portal).has_access("read"))

    def test_contacts_of_another_company_are_not_seen(self):
        abroad = self._abroad()
        self._asked_on(NOW, company_id=abroad.id)
        mine = self._asked_on(NOW)
        seen = self.Contact.with_user(self.agent).search([("partner_id", "=", self.customer.id)])
        self.assertEqual(seen.mapped("res_id"), mine.ids)
        everything = self.Contact.sudo().search([("partner_id", "=", self.customer.id)])
        foreign = everything - seen
        self.assertEqual(len(foreign), 1)
        with self.assertRaises(AccessError):
            foreign.with_user(self.agent).read(["kind"])

    def test_budget_of_another_company_is_not_seen(self):
        abroad = self._abroad()
        other = self._limit(1, company_id=abroad.id)
        found = self.Budget.with_user(self.manager).search([])
        self.assertNotIn(other, found)

    def test_agents_contacts_count_those_they_cannot_see(self):
        """An agent of this company asks; what the job made is counted with all rights."""
        self._limit(1, company_id=False)
        self._asked_on(self._ago(days=1))
        request = self._request()
        budgets = self.Budget.with_user(self.agent)
        self.assertFalse(budgets._get_allowed(request.with_user(self.agent), self.asking))
