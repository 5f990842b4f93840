from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import NotNullViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ..common import NOW, shanghai
from .common import CallbackCommon


@tagged("post_install", "-at_install")
class TestCourse(CallbackCommon):
    """Calls that wait for somebody who is not there, are put off, or are nobody's customer yet."""

    def _run_watch(self):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_look_after_calls").method_direct_trigger()

    def test_no_default_notes_a_course(self):
        defaults = {"default_state": "done", "default_ended_at": NOW, "default_escalated_at": NOW}
        callbacks = self.Callback.with_user(self.agent).with_context(**defaults)
        callback = callbacks.create({"partner_id": self.customer.id, "purpose_id": self.other.id})
        self.assertEqual(callback.state, "planned")
        self.assertFalse(callback.ended_at or callback.escalated_at)

    def test_nobody_writes_whose_customer_it_is(self):
        """Else who refused would be called by another's consent."""
        self.profile.consent_ids.unlink()
        callback = self._callback(self._customer("Nova")).with_user(self.agent)
        for name, value in (("profile_id", self.profile.id), ("customer_id", self.customer.id)):
            with self.assertRaises(UserError):
                callback.write({name: value})
        made = self.Callback.with_user(self.agent).create(
            {
                "partner_id": self._customer("Vega").id,
                "purpose_id": self.other.id,
                "profile_id": self.profile.id,
            }
        )
        self.assertFalse(made.profile_id)

    def test_calls_of_who_is_away_are_anybodys(self):
        theirs = self._callback(user_id=self.second.id)
        self.assertFalse(self._next())
        self._send_away(self.second)
        self.assertEqual(self._next(), theirs)
        self.assertEqual(theirs.user_id, self.agent)

    def test_on_a_holiday_of_the_whole_company_nobody_is_there(self):
        abroad = self.env["res.company"].create({"name": "Elsewhere"})
        holiday = self.env["resource.calendar.leaves"].create(
            {
                "name": "New Year",
                "calendar_id": False,
                "date_from": NOW - timedelta(days=1),
                "date_to": NOW + timedelta(days=1),
                "time_type": "leave",
            }
        )
        for company, absent in ((self.agent.company_id, self.agent), (abroad, self.env["res.users"])):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE resource_calendar_leaves SET company_id = %s WHERE id = %s",
                [company.id, holiday.id],
            )
            found = self.env["logistics.service.team"]._get_absent(self.agent)
            self.assertEqual(found, absent, company.name)

    def test_calls_of_who_left_are_anybodys(self):
        left, moved = self._new_user("left", "group_agent"), self._new_user("moved", "group_agent")
        first = self._callback(self._customer("A"), user_id=left.id, priority="2")
        second = self._callback(self._customer("B"), user_id=moved.id)
        left.active = False
        moved.write({"group_ids": [Command.unlink(self.env.ref(f"{MODULE}.group_agent").id)]})
        self.assertEqual(self._next(), first)
        self.assertEqual(self._next(self.second), second)

    def test_supervisors_find_the_calls_of_who_is_away(self):
        theirs, mine = self._callback(user_id=self.second.id), self._callback(user_id=self.agent.id)
        self._send_away(self.second)
        callbacks = self.Callback.with_user(self.supervisor)
        self.assertEqual(callbacks.search([("is_agent_away", "=", True)]), theirs)
        self.assertEqual(callbacks.search([("is_agent_away", "=", False)]), mine)
        self.assertEqual((theirs + mine).mapped("is_agent_away"), [True, False])

    def test_work_is_shared_out_by_what_each_has_already(self):
        for number in range(3):
            self._callback(self._customer(f"Held {number}"), user_id=self.agent.id)
        shared = self.Callback.concat(
            *(self._callback(self._customer(f"C{number}")) for number in range(5))
        )
        wizard = self.env["logistics.callback.reassign"].with_user(self.supervisor)
        agents = self.agent | self.second
        wizard.create({"callback_ids": shared.ids, "user_ids": agents.ids}).action_reassign()
        self.assertEqual(len(shared.filtered(lambda one: one.user_id == self.second)), 4)

    def test_a_forgotten_call_goes_back_to_whose_it_was(self):
        anybodys = self._callback(priority="2")
        self._next()
        seconds = self._callback(self._customer("B"), user_id=self.second.id)
        self._next(self.second)
        self._stand(NOW + timedelta(hours=3))
        self._run_watch()
        self.assertEqual((anybodys.state, anybodys.user_id), ("planned", self.env["res.users"]))
        self.assertEqual((seconds.state, seconds.user_id), ("planned", self.second))

    def test_one_that_cannot_go_back_keeps_nobody_waiting(self):
        first = self._callback(user_id=self.agent.id)
        first.with_user(self.second).action_call()
        other = self._callback(self._customer("Nova"))
        other.with_user(self.second).action_call()
        # the agent works for another company by now
        abroad = self.env["res.company"].create({"name": "Elsewhere"})
        self.agent.write({"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id})
        self._stand(NOW + timedelta(hours=3))
        self._run_watch()
        self.assertEqual(other.state, "planned")
        self.assertEqual((first.state, first.user_id), ("planned", self.env["res.users"]))

    def test_who_was_given_up_and_rings_back_is_called_again(self):
        self.other.max_attempts = 1
        taken = self._callback()
        taken.with_user(self.agent).action_call()
        taken.with_user(self.agent).action_no_answer()
        self.assertTrue(taken.ended_at)
        taken.escalated_at = NOW
        wizard = self.env["logistics.callback.postpone"].with_user(self.agent)
        until = shanghai(2026, 3, 9, 11)
        wizard.create({"callback_ids": taken.ids, "until": until}).action_postpone()
        self.assertEqual((taken.state, taken.next_at), ("postponed", until))
        self.assertFalse(taken.ended_at, "it has not ended")
        self.assertFalse(taken.escalated_at, "should it be late again, somebody is told")

    def test_a_callback_has_an_end(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(NotNullViolation):
            self._callback(due_at=False)

    def test_a_later_day_counts_for_who_was_not_reached(self):
        self._callback()
        taken = self._next()
        taken.action_no_answer()
        taken.call_from = shanghai(2026, 3, 10, 11)
        self.assertEqual((taken.state, taken.next_at), ("no_answer", shanghai(2026, 3, 10, 11)))

    def test_who_was_given_up_is_not_called_for_a_later_day(self):
        self.other.max_attempts = 1
        self._callback()
        taken = self._next()
        taken.action_no_answer()
        taken.call_from = shanghai(2026, 3, 10, 11)
        self.assertFalse(taken.next_at)

    def test_many_asleep_are_put_off_at_once(self):
        def cost(count):
            people = self.env["res.partner"].create(
                [{"name": f"P{number}", "phone": "+86 10 5550 0199"} for number in range(count)]
            )
            self.Profile.create(
                [
                    {"partner_id": one.id, "company_id": self.company.id, "contact_hour_from": 15.0}
                    for one in people
                ]
            )
            callbacks = self.Callback.create(
                [
                    {
                        "partner_id": one.id,
                        "company_id": self.company.id,
                        "purpose_id": self.other.id,
                        "call_from": NOW,
                    }
                    for one in people
                ]
            )
            callbacks.sudo().write({"next_at": NOW})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(self._next())
            self.env.flush_all()
            self.assertEqual(set(callbacks.mapped("next_at")), {shanghai(2026, 3, 4, 15)})
            return self.env.cr.sql_log_count - before

        cost(1)
        many = cost(30)  # more than are looked at together
        self.assertLessEqual(cost(90), many)

    def _plan_asleep(self, count):
        """Return callbacks due now to customers who sleep until three, before all others."""
        people = self.env["res.partner"].create(
            [{"name": f"P{number}", "phone": "+86 10 5550 0199"} for number in range(count)]
        )
        self.Profile.create(
            [
                {"partner_id": one.id, "company_id": self.company.id, "contact_hour_from": 15.0}
                for one in people
            ]
        )
        callbacks = self.Callback.union(*(self._callback(one, priority="3") for one in people))
        callbacks.write({"next_at": NOW})
        return callbacks

    def test_one_press_plans_so_many_and_finds_who_is_awake(self):
        asleep, awake = self._plan_asleep(9), self._callback(self._customer("Nova"))
        calling = f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_queue"
        with patch(f"{calling}.LOOKED_AT", 2), patch(f"{calling}.PUT_OFF", 3):
            self.assertEqual(self._next(), awake)
            self.env.invalidate_all()
            waiting = asleep.filtered(lambda callback: callback.next_at == NOW)
            self.assertEqual(len(waiting), 9 - 2 - 3, "two were looked at, three written at once")
            self._done(awake.with_user(self.agent))
            self.assertFalse(self._next(), "nobody is called in the night")

    def test_calls_that_cannot_be_had_hide_nobody(self):
        calling = f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_queue"
        self._callback().with_user(self.second).action_call()
        self.Callback.union(*(self._callback(priority="3") for _number in range(3)))
        awake = self._callback(self._customer("Nova"))
        with patch(f"{calling}.LOOKED_AT", 2):
            self.assertEqual(self._next(), awake, "the others' customer is on the telephone")

    def test_two_companies_one_queue(self):
        """Whoever works for two companies gets the more urgent call, whichever it is of."""
        home = self._customer("S", tz="Asia/Shanghai")
        other = self.env["res.company"].create({"name": "Second", "partner_id": home.id})
        self.agent.company_ids |= other
        self._callback(self._customer("A"))
        urgent = self._callback(self._customer("B"), company_id=other.id, priority="3")
        callbacks = self.Callback.with_user(self.agent).with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        self.assertEqual(callbacks.action_next_call()["res_id"], urgent.id)

    def test_a_stranger_who_refuses_is_not_called_again(self):
        stranger = self._customer("Stranger", phone="+86 10 5550 0155")
        self._callback(stranger)
        self._next().action_refused()
        consent = self._profile_of(stranger).consent_ids
        self.assertEqual((consent.purpose_id.code, consent.state), ("callback", "refused"))
        self.assertEqual(self._callback(stranger).state, "cancelled")

    def test_what_is_refused_is_refused_for_what_was_joined(self):
        survey = self.env.ref(f"{MODULE}.callback_purpose_survey")
        self._callback(priority="2")
        self._callback(purpose=survey)
        self._next().action_refused()
        self.assertEqual(
            self.profile.consent_ids.purpose_id,
            self.other.consent_purpose_id | survey.consent_purpose_id,
        )

    def test_callbacks_follow_a_profile_made_later(self):
        stranger = self._customer("Stranger")
        callback = self._callback(stranger)
        self.assertFalse(callback.profile_id)
        profile = self._profile(
            stranger, contact_hour_from=14.0, contact_hour_to=16.0, agent_id=self.second.id
        )
        self.assertEqual(callback.profile_id, profile)
        self.assertEqual((callback.next_at, callback.user_id), (shanghai(2026, 3, 4, 14), self.second))

    def test_callbacks_follow_profiles_made_in_bulk(self):
        stranger = self._customer("Stranger")
        callback = self._callback(stranger)
        order = self._order(stranger)
        self._profile_of(stranger).with_context(active_test=False).unlink()
        self.assertFalse(callback.profile_id)
        self.assertEqual(order.state, "sale")
        self.Profile._insert_missing(self.company)
        self.assertEqual(callback.profile_id, self._profile_of(stranger))

    def test_callbacks_follow_merged_customers(self):
        double = self._customer("Lumina Ltd")
        self._profile(double)
        callback = self._callback(double)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.customer | double).ids, self.customer)
        self.env.invalidate_all()
        self.assertEqual((callback.customer_id, callback.profile_id), (self.customer, self.profile))

    def test_callbacks_follow_merged_cases_and_come_back(self):
        kept, source = self.env["logistics.complaint"].create(
            [{"name": name, "partner_id": self.customer.id, "company_id": self.company.id} for name in "AB"]
        )
        callback = self._callback(complaint_id=source.id)
        source._merge_into(kept)
        self.assertEqual(callback.complaint_id, kept)
        source.action_undo_merge()
        self.assertEqual(callback.complaint_id, source)

    def test_origin(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        self.assertEqual(self._callback().origin, "manual")
        self.assertEqual(self._callback(complaint_id=case.id).origin, "case")

    def test_overdue_is_told_to_the_leader_of_the_agents_team(self):
        leader = self._new_user("leader", "group_supervisor")
        teams = self.env["logistics.service.team"]
        teams.create(
            {
                "name": "First",
                "sequence": 1,
                "company_id": self.company.id,
                "user_id": self.supervisor.id,
            }
        )
        teams.create(
            {
                "name": "Calls",
                "sequence": 99,
                "company_id": self.company.id,
                "user_id": leader.id,
                "member_ids": [Command.set(self.second.ids)],
            }
        )
        callback = self._callback(user_id=self.second.id)
        self._stand(NOW + timedelta(days=4))
        self._run_watch()
        self.assertEqual(callback.activity_ids.user_id, leader)

    def test_a_call_that_was_made_answers_its_case(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        tried, made = self._callback(complaint_id=case.id), self._callback(complaint_id=case.id)
        tried.action_no_answer()
        self.assertFalse(case.first_reply_at)
        self._done(made)
        self.assertTrue(case.first_reply_at)
