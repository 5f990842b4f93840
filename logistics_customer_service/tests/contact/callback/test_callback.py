import threading
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import api, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import retrying
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ....tools.contact import reach
from ...common import MODULE
from ...common_at_once import AtOnceCommon
from ...satisfaction.answer.common import FeedbackCommon
from ..common import NOW, shanghai
from .common import CallbackCommon


@tagged("post_install", "-at_install")
class TestCalling(CallbackCommon):
    def test_first_call_lies_in_the_customers_hours(self):
        self.profile.write({"contact_hour_from": 14.0, "contact_hour_to": 16.0})
        self.assertEqual(self._callback().next_at, shanghai(2026, 3, 4, 14))
        evening = self._callback(call_from=shanghai(2026, 3, 6, 17))
        self.assertEqual(evening.next_at, shanghai(2026, 3, 9, 14))

    def test_who_names_no_day_is_called_on_working_days(self):
        self.profile.write(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), False))
        self.assertEqual(self._callback().next_at, NOW)

    def test_who_has_no_profile_is_called_in_office_hours(self):
        stranger = self._callback(self._customer("New"), call_from=shanghai(2026, 3, 7, 12))
        self.assertEqual(stranger.next_at, shanghai(2026, 3, 9, 9))

    def test_the_most_urgent_is_next(self):
        self._callback(self._customer("A"))
        urgent = self._callback(self._customer("B"), priority="3")
        taken = self._next()
        self.assertEqual(taken, urgent)
        self.assertEqual((taken.state, taken.user_id), ("in_call", self.agent))

    def test_pressing_again_gives_the_call_that_has_begun(self):
        self._callback(self._customer("A"))
        first = self._next()
        self._callback(self._customer("B"), priority="3")
        self.assertEqual(self._next(), first)

    def test_nobody_gets_anothers(self):
        callback = self._callback(user_id=self.second.id)
        self.assertFalse(self._next(self.agent))
        self.assertEqual(self._next(self.second), callback)

    def test_nobody_is_called_outside_the_hours(self):
        callback = self._callback()
        self.profile.write({"contact_hour_from": 15.0, "contact_hour_to": 16.0})
        self.assertFalse(self._next())
        self.assertEqual(callback.next_at, shanghai(2026, 3, 4, 15))

    def test_two_purposes_are_one_call(self):
        first = self._callback(priority="2")
        second = self._callback(purpose=self.env.ref(f"{MODULE}.callback_purpose_debt"))
        later = self._callback(call_from=NOW + timedelta(days=2))
        self.assertEqual(self._next(), first)
        self.assertEqual(second.main_id, first)
        self.assertFalse(later.main_id)
        self.assertFalse(self._next(self.second))
        self._done(first.with_user(self.agent))
        self.assertEqual((first | second).mapped("state"), ["done", "done"])
        self.assertEqual(later.state, "planned")

    def test_next_call_is_shown_before_it_is_taken(self):
        waiting = self._callback()
        for user in (self.agent, self.second, self.agent):
            shown = self.Callback.with_user(user).action_next_call()
            self.assertEqual(shown["res_id"], waiting.id, "looking takes nothing")
        self.assertEqual((waiting.state, waiting.user_id), ("planned", self.env["res.users"]))
        self.assertIs(waiting.with_user(self.agent).action_start(), True)
        self.assertEqual((waiting.state, waiting.user_id), ("in_call", self.agent))
        self.assertIs(waiting.with_user(self.agent).action_start(), True, "it is the agent's own")

    def test_who_starts_second_is_told_and_gets_the_next(self):
        first, second = self._callback(priority="3"), self._callback(self._customer("Nova"))
        first.with_user(self.agent).action_start()
        for state in ("in_call", "done"):
            answer = first.with_user(self.second).action_start()
            self.assertIn("quicker", answer["params"]["message"])
            self.assertEqual(answer["params"]["next"]["res_id"], second.id)
            self.assertEqual((first.state, second.state), (state, "planned"))
            if state == "in_call":
                self._done(first.with_user(self.agent))
        self.assertIs(second.with_user(self.second).action_start(), True)
        answer = first.with_user(self.agent).action_start()
        self.assertEqual(answer["params"]["next"]["tag"], "display_notification", "nobody waits")

    def test_done_with_what_came_of_it_in_one(self):
        callback = self._callback()
        self._next().action_done("saved")
        self.assertEqual((callback.state, callback.outcome), ("done", "saved"))

    def test_not_twice_in_a_day(self):
        self._callback()
        self._done(self._next())
        another = self._callback()
        self.assertFalse(self._next(self.second))
        self.assertEqual(another.next_at, shanghai(2026, 3, 5, 9))

    def test_a_colleague_is_calling_already(self):
        first = self._callback()
        self._next()
        another = self._callback()
        with self.assertRaisesRegex(UserError, "colleague"):
            another.with_user(self.second).action_call()
        self.assertEqual(first.state, "in_call")

    def test_another_hour_of_the_same_day_is_kept(self):
        self.other.retry_days = 0
        self._callback()
        taken = self._next()
        taken.action_no_answer()
        self.assertEqual(taken.next_at, shanghai(2026, 3, 4, 13, 30))
        self._stand(shanghai(2026, 3, 4, 14))
        self.assertEqual(self._next(), taken)
        wizard = self.env["logistics.callback.postpone"].with_user(self.agent)
        until = shanghai(2026, 3, 4, 16)
        wizard.create({"callback_ids": taken.ids, "until": until}).action_postpone()
        self._stand(until)
        self.assertEqual(self._next(), taken, "the customer asked for it")

    def test_many_who_are_asleep_hide_nobody(self):
        asleep = [self._callback(self._customer(f"A{number}"), priority="3") for number in (1, 2)]
        self.Profile.create(
            [
                {
                    "partner_id": callback.partner_id.id,
                    "company_id": self.company.id,
                    "contact_hour_from": 14.0,
                }
                for callback in asleep
            ]
        )
        self.env.flush_all()
        for callback in asleep:
            callback._compute_profile_id()
        awake = self._callback()
        with patch(f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_queue.LOOKED_AT", 1):
            self.assertEqual(self._next(), awake)

    def test_duration_is_noted(self):
        self._callback()
        taken = self._next()
        self._stand(NOW + timedelta(minutes=7))
        taken.note = "All is well"
        self._done(taken)
        attempt = taken.attempt_ids
        self.assertEqual((attempt.duration, attempt.result), (7, "done"))
        self.assertEqual((attempt.user_id, attempt.note), (self.agent, "All is well"))
        self.assertEqual(attempt.called_at, NOW)

    def test_unanswered_is_tried_at_another_hour_of_another_day(self):
        self._callback()
        taken = self._next()
        taken.action_no_answer()
        self.assertEqual(taken.state, "no_answer")
        self.assertEqual(taken.next_at, shanghai(2026, 3, 5, 13, 30))
        self._stand(shanghai(2026, 3, 5, 14))
        self.assertEqual(self._next(), taken)
        taken.action_no_answer()
        self.assertEqual(taken.next_at, shanghai(2026, 3, 6, 9))

    def test_after_the_last_attempt_a_mail_is_written(self):
        self.customer.email = "lumina@example.com"
        self.other.write(
            {
                "max_attempts": 1,
                "mail_template_id": self.env.ref(f"{MODULE}.mail_template_callback_missed").id,
            }
        )
        self._callback()
        taken = self._next()
        taken.action_no_answer()
        self.assertEqual((taken.state, taken.next_at), ("no_answer", False))
        self.assertEqual(taken.ended_at, NOW)
        mail = self.env["mail.mail"].search(
            [("model", "=", taken._name), ("res_id", "=", taken.id)]
        )
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertFalse(self._next())

    def test_the_company_gets_the_mail_of_who_has_no_address(self):
        self.customer.email = "lumina@example.com"
        person = self._customer("Wu", is_company=False, parent_id=self.customer.id, email=False)
        template = self.env.ref(f"{MODULE}.mail_template_callback_missed")
        self.other.write({"max_attempts": 1, "mail_template_id": template.id})
        taken = self._callback(person)
        self._next().action_no_answer()
        mail = self.env["mail.mail"].search(
            [("model", "=", taken._name), ("res_id", "=", taken.id)]
        )
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_joined_ones_are_tried_again_together(self):
        first = self._callback(priority="2")
        second = self._callback()
        self._next().action_no_answer()
        self.assertEqual(second.state, "no_answer")
        self.assertEqual(second.next_at, first.next_at)
        self.assertFalse(second.main_id)

    def test_only_unanswered_calls_count_as_tries(self):
        self.other.max_attempts = 2
        self._callback()
        taken = self._next()
        wizard = self.env["logistics.callback.postpone"].with_user(self.agent)
        until = shanghai(2026, 3, 5, 11)
        wizard.create({"callback_ids": taken.ids, "until": until}).action_postpone()
        self._stand(until)
        self._next().action_no_answer()
        self.assertTrue(taken.next_at, "was postponed once and not answered once")

    def test_what_has_ended_is_not_made_again_with_another(self):
        first = self._callback(priority="2")
        second, third = self._callback(), self._callback()
        self._next()
        second.action_cancel()
        self._done(first)
        self.assertEqual((second.state, third.state), ("cancelled", "done"))
        first.action_plan_again()
        first.with_user(self.agent).action_call()
        first.action_no_answer()
        self.assertEqual((third.state, third.next_at), ("done", False))

    def test_cases_of_joined_calls_are_told_what_was_said(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        self._callback(priority="3")
        self._callback(complaint_id=case.id)
        taken = self._next()
        taken.note = "All is well"
        self._done(taken)
        self.assertIn("All is well", case.message_ids[0].body)

    def test_who_refuses_later_is_not_called(self):
        first = self._callback(priority="3", purpose=self.env.ref(f"{MODULE}.callback_purpose_debt"))
        second, third = self._callback(), self._callback(call_from=NOW + timedelta(days=2))
        self.env["logistics.consent"].create(
            {
                "profile_id": self.profile.id,
                "purpose_id": self.other.consent_purpose_id.id,
                "state": "refused",
            }
        )
        with self.assertRaisesRegex(UserError, "did not agree"):
            second.with_user(self.agent).action_call()
        self.assertEqual(self._next(), first)
        self.assertEqual((second.state, second.main_id), ("cancelled", self.Callback))
        self._done(first)
        third.sudo().write({"state": "planned", "next_at": NOW + timedelta(days=2)})
        self._stand(NOW + timedelta(days=2))
        self.assertFalse(self._next())
        self.assertEqual(third.state, "cancelled")

    def test_refused_on_the_phone_is_refused_for_good(self):
        self._callback()
        self._next().action_refused()
        consent = self.profile.consent_ids
        self.assertEqual(consent.purpose_id.code, "callback")
        self.assertEqual(consent.state, "refused")
        again = self._callback()
        self.assertEqual((again.state, again.next_at), ("cancelled", False))
        debt = self._callback(purpose=self.env.ref(f"{MODULE}.callback_purpose_debt"))
        self.assertEqual(debt.state, "planned", "a debt is spoken of all the same")

    def test_refused_since_it_was_planned(self):
        self._callback()
        later = self._callback(call_from=NOW + timedelta(days=2))
        self._next().action_refused()
        self.assertEqual((later.state, later.main_id), ("planned", self.Callback))
        self._stand(NOW + timedelta(days=2))
        self.assertFalse(self._next())
        self.assertEqual((later.state, later.next_at), ("cancelled", False))

    def test_care_needs_consent(self):
        self.assertEqual(self._callback(purpose=self.care).state, "cancelled")
        self.env["logistics.consent"].create(
            {
                "profile_id": self.profile.id,
                "purpose_id": self.care.consent_purpose_id.id,
                "state": "granted",
            }
        )
        self.assertEqual(self._callback(purpose=self.care).state, "planned")

    def test_numbers_not_to_be_called_are_not(self):
        self.customer.country_id = self.env.ref("base.cn")
        self.customer.phone = "+8613800138000"
        self.env["phone.blacklist"].create({"number": self.customer.phone_sanitized})
        callback = self._callback()
        self.assertEqual(callback.state, "cancelled")
        self.assertIn("not to be called", callback.message_ids[0].body)
        person = self._customer("Wu", is_company=False, parent_id=self.customer.id, phone=False)
        self.assertEqual(self._callback(person).state, "cancelled", "has the company's number")
        dialled = self._callback(self._customer("C"), phone="+8613800138000")
        self.assertEqual(dialled.state, "cancelled")

    def test_wrong_number_is_to_be_found_out(self):
        self._callback()
        taken = self._next()
        taken.action_wrong_number()
        self.assertEqual(taken.activity_ids.user_id, self.agent)
        self.assertEqual((taken.state, taken.next_at), ("wrong_number", False))

    def test_postponed_is_called_when_the_customer_wants(self):
        self._callback()
        taken = self._next()
        wizard = self.env["logistics.callback.postpone"].with_user(self.agent)
        until = shanghai(2026, 3, 9, 11)
        wizard.create({"callback_ids": taken.ids, "until": until}).action_postpone()
        self.assertEqual((taken.state, taken.next_at), ("postponed", until))
        self.assertEqual(taken.due_at, until + timedelta(days=1))
        self.assertEqual(taken.attempt_ids.result, "postponed")
        with self.assertRaises(UserError):
            wizard.create({"callback_ids": taken.ids, "until": NOW}).action_postpone()

    def test_results_are_not_written_by_hand(self):
        callback = self._callback().with_user(self.agent)
        for vals in ({"state": "done"}, {"next_at": NOW}, {"main_id": callback.id}):
            with self.assertRaises(UserError):
                callback.write(vals)
        made = self.Callback.with_user(self.agent).create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "purpose_id": self.other.id,
                "state": "done",
            }
        )
        self.assertEqual(made.state, "planned")

    def test_ended_is_ended(self):
        self._callback()
        taken = self._next()
        self._done(taken)
        with self.assertRaises(UserError):
            taken.action_no_answer()
        taken.action_plan_again()
        self.assertEqual((taken.state, taken.next_at), ("planned", NOW))

    def test_a_form_makes_one(self):
        with Form(self.Callback.with_user(self.agent)) as form:
            form.partner_id = self.customer
            form.purpose_id = self.other
            self.assertEqual(form.phone, "+86 10 5550 0101")
        self.assertEqual(form.record.profile_id, self.profile)

    def test_window(self):
        with self.assertRaises(ValidationError):
            self._callback(due_at=NOW - timedelta(days=1))

    def test_forgotten_calls_go_back(self):
        first = self._callback(priority="2")
        second = self._callback()
        self._next()
        self._stand(NOW + timedelta(hours=3))
        self._run("ir_cron_look_after_calls")
        self.assertEqual(first.state, "planned")
        self.assertFalse(second.main_id)

    def test_overdue_is_told_once(self):
        team = self.env["logistics.service.team"].create(
            {"name": "Calls", "company_id": self.company.id, "user_id": self.supervisor.id}
        )
        self.env["logistics.service.team"].search(
            [("company_id", "=", self.company.id), ("id", "!=", team.id)]
        ).unlink()
        callback = self._callback()
        self._stand(NOW + timedelta(days=4))
        self.assertTrue(callback.is_overdue)
        self._run("ir_cron_look_after_calls")
        self._run("ir_cron_look_after_calls")
        self.assertEqual(callback.activity_ids.user_id, self.supervisor)
        self.assertEqual(len(callback.activity_ids), 1)

    def _run(self, cron):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{cron}").method_direct_trigger()

    def test_one_that_cannot_be_escalated_stops_nobody(self):
        bad, good = self._callback(self._customer("A")), self._callback(self._customer("B"))
        escalate = type(self.Callback)._escalate

        def fail(callbacks):
            if bad in callbacks:
                raise ValueError("poisoned")
            return escalate(callbacks)

        self._stand(NOW + timedelta(days=4))
        with (
            patch.object(type(self.Callback), "_escalate", fail),
            mute_logger(f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_queue"),
        ):
            self._run("ir_cron_look_after_calls")
        self.assertTrue(good.escalated_at)
        self.assertTrue(bad.escalated_at)

    def test_work_is_shared_out_among_those_present(self):
        callbacks = self.Callback.concat(
            *(self._callback(self._customer(f"C{number}")) for number in range(4))
        )
        away = self._new_user("away", "group_agent")
        self._send_away(away)
        agents = self.agent | self.second | away
        wizard = self.env["logistics.callback.reassign"].with_user(self.supervisor)
        wizard.create({"callback_ids": callbacks.ids, "user_ids": agents.ids}).action_reassign()
        owners = callbacks.mapped("user_id")
        self.assertEqual(owners, self.agent | self.second)
        self.assertEqual(len(callbacks.filtered(lambda c: c.user_id == self.agent)), 2)

    def test_planning_a_hundred_costs_what_ten_cost(self):
        def cost(count):
            people = self.env["res.partner"].create(
                [{"name": f"P{number}", "phone": "+86 10 5550 0199"} for number in range(count)]
            )
            self.Profile.create(
                [{"partner_id": person.id, "company_id": self.company.id} for person in people]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Callback.create(
                [
                    {
                        "partner_id": person.id,
                        "company_id": self.company.id,
                        "purpose_id": self.other.id,
                        "call_from": NOW,
                    }
                    for person in people
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(1)
        ten = cost(10)
        self.assertLessEqual(cost(100), ten + 3)


@tagged("post_install", "-at_install")
class TestPolicies(CallbackCommon):
    def _policy(self, trigger, **vals):
        return self.env["logistics.callback.policy"].create(
            {
                "name": "Policy",
                "trigger": trigger,
                "purpose_id": self.other.id,
                "company_id": self.company.id,
                **vals,
            }
        )

    def _plan(self, times=1):
        with self.enter_registry_test_mode():
            for _time in range(times):
                self.env.ref(f"{MODULE}.ir_cron_plan_callbacks").method_direct_trigger()

    def _age(self):
        """Have the profile be a hundred days old."""
        self.env.cr.execute(
            "UPDATE logistics_profile SET create_date = %s WHERE id = %s",
            [NOW - timedelta(days=100), self.profile.id],
        )

    def _delivered(self, customer=None):
        """Return a delivery without carrier: it is delivered when it leaves the warehouse."""
        picking = self._deliver(self._order(customer or self.customer), at=NOW)
        self.env.flush_all()
        return picking

    def test_after_a_delivery_once(self):
        policy = self._policy("delivered", delay_days=2)
        picking = self._delivered()
        picking._note_occasion("delivered")
        callback = policy.callback_ids
        self.assertEqual(callback.picking_id, picking)
        self.assertEqual(callback.partner_id, self.customer)
        self.assertEqual(callback.next_at, NOW + timedelta(days=2))

    def test_what_another_worker_planned_keeps_nothing_else_from_being_planned(self):
        policy = self._policy("delivered")
        held = self._delivered()
        policy.active = False
        fresh = self._delivered()
        policy.active = True
        unseen = patch.object(type(self.Callback), "search_fetch", return_value=self.Callback)
        with unseen, mute_logger("odoo.sql_db"):
            policy._plan_for(held + fresh)
        policy.invalidate_recordset()
        self.assertEqual(policy.callback_ids.picking_id, held + fresh)

    def test_with_a_carrier_its_word_counts(self):
        policy = self._policy("delivered")
        carrier = self.env["delivery.carrier"].create(
            {"name": "Carrier", "product_id": self.product.id}
        )
        order = self._order(self.customer)
        order.picking_ids.carrier_id = carrier
        picking = self._deliver(order, at=NOW)
        self.assertFalse(policy.callback_ids, "handed to the carrier, no more")
        self.env["logistics.shipment.event"].create(
            [{"picking_id": picking.id, "kind": "delivered", "happened_at": NOW}] * 2
        )
        self.assertEqual(policy.callback_ids.picking_id, picking)

    def _tell_late(self, days):
        """Return a delivery of which its carrier tells so many days later."""
        carrier = self.env["delivery.carrier"].create(
            {"name": "Carrier", "product_id": self.product.id}
        )
        order = self._order(self.customer)
        order.picking_ids.carrier_id = carrier
        picking = self._deliver(order, at=NOW - timedelta(days=days))
        self.env["logistics.shipment.event"].create(
            {
                "picking_id": picking.id,
                "kind": "delivered",
                "happened_at": NOW - timedelta(days=days),
            }
        )
        return picking

    def test_what_a_carrier_tells_late_counts_from_the_delivery(self):
        policy = self._policy("delivered", delay_days=3, max_age_days=14)
        self._tell_late(30)
        self.assertFalse(policy.callback_ids, "nobody is called about last month")
        recent = self._tell_late(2)
        self.assertEqual(policy.callback_ids.picking_id, recent)
        self.assertEqual(policy.callback_ids.call_from, NOW + timedelta(days=1))

    def test_of_these_tiers_alone(self):
        self.profile.sudo().tier_id = self.standard
        policy = self._policy("delivered", tier_ids=self.vip.ids)
        self._delivered()
        self.assertFalse(policy.callback_ids)
        self.profile.sudo().tier_id = self.vip
        self._delivered()
        self.assertEqual(len(policy.callback_ids), 1)

    def test_deliveries_of_many_customers_cost_no_more(self):
        policy = self._policy("delivered", tier_ids=self.vip.ids)
        pickings = self.env["stock.picking"].concat(
            *(self._delivered(self._customer(f"P{number}")) for number in range(6))
        )

        def cost(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            policy._plan_for(some)
            return self.env.cr.sql_log_count - before

        cost(pickings[:1])
        self.assertLessEqual(cost(pickings), cost(pickings[:2]) + 1)

    def test_who_was_not_spoken_to_for_long(self):
        self._age()
        policy = self._policy("periodic", period_days=90)
        self._plan(times=2)
        self.assertEqual(len(policy.callback_ids), 1)
        self._done(self._next())
        self._plan()
        self.assertEqual(len(policy.callback_ids), 1, "spoken to today")
        self._stand(NOW + timedelta(days=91))
        self._plan()
        self.assertEqual(len(policy.callback_ids), 2)

    def test_who_was_not_reached_is_called_a_period_later(self):
        self._age()
        self.other.max_attempts = 1
        policy = self._policy("periodic", period_days=90)
        self._plan()
        self._next().action_no_answer()
        self._plan()
        self.assertEqual(len(policy.callback_ids), 1, "given up today")
        self._stand(NOW + timedelta(days=91))
        self._plan(times=2)
        self.assertEqual(len(policy.callback_ids), 2)
        policy.callback_ids.filtered("next_at").action_cancel()
        self._stand(NOW + timedelta(days=182))
        self._plan(times=2)
        self.assertEqual(len(policy.callback_ids), 3)

    def test_nothing_is_planned_for_who_does_not_agree(self):
        self._age()
        consents = self.env["logistics.consent"]
        refused = consents.create(
            {
                "profile_id": self.profile.id,
                "purpose_id": self.other.consent_purpose_id.id,
                "state": "refused",
            }
        )
        unasked = self._policy("periodic")
        asked = self._policy("periodic", purpose_id=self.care.id)
        self._plan()
        self.assertFalse(unasked.callback_ids | asked.callback_ids)
        refused.state = "granted"
        refused.copy({"purpose_id": self.care.consent_purpose_id.id})
        self._plan()
        self.assertEqual((len(unasked.callback_ids), len(asked.callback_ids)), (1, 1))

    def test_more_customers_than_one_batch_once_each(self):
        people = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(5)])
        self.Profile.create([{"partner_id": one.id, "company_id": self.company.id} for one in people])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_profile SET create_date = %s WHERE company_id = %s",
            [NOW - timedelta(days=100), self.company.id],
        )
        policy = self._policy("periodic")
        with patch(f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_policy.BATCH", 2):
            self._plan()
        self.assertEqual(sorted(policy.callback_ids.partner_id.ids), sorted((people | self.customer).ids))

    def test_one_customer_of_whom_nothing_can_be_planned_keeps_nobody_waiting(self):
        people = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(3)])
        self.Profile.create([{"partner_id": one.id, "company_id": self.company.id} for one in people])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_profile SET create_date = %s WHERE company_id = %s",
            [NOW - timedelta(days=100), self.company.id],
        )
        # another company's customer by now
        abroad = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", [abroad.id, people[1].id]
        )
        self.env.invalidate_all()
        policy = self._policy("periodic")
        with mute_logger(f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_policy"):
            self._plan()
        self.assertEqual(policy.callback_ids.partner_id, people - people[1] | self.customer)

    def test_who_orders_no_more(self):
        self.Fact.create(
            {
                "profile_id": self.profile.id,
                "company_id": self.company.id,
                "window_months": 0,
                "order_count": 3,
                "last_order_at": NOW - timedelta(days=200),
            }
        )
        policy = self._policy("silence", period_days=180)
        self._plan(times=2)
        self.assertEqual(policy.callback_ids.partner_id, self.customer)
        self.assertEqual(len(policy.callback_ids), 1)

    def test_one_policys_trouble_is_not_the_others(self):
        self._age()
        bad = self._policy("periodic")
        good = self._policy("periodic")
        prepare = type(bad)._prepare_callback_vals

        def fail(policy, **vals):
            if policy == bad:
                raise ValueError("poisoned")
            return prepare(policy, **vals)

        with (
            patch.object(type(bad), "_prepare_callback_vals", fail),
            mute_logger(f"odoo.addons.{MODULE}.models.contact.callback.logistics_callback_policy"),
        ):
            self._plan()
        self.assertFalse(bad.callback_ids)
        self.assertEqual(len(good.callback_ids), 1)

    def test_report_equals_a_count_by_hand(self):
        self._callback(self._customer("A"))
        self._done(self._next())
        self._callback(self._customer("B"))
        self._next().action_no_answer()
        self._callback(self._customer("C"))
        self._callback(self._customer("D")).action_cancel()
        self.env.flush_all()
        [row] = self.env["logistics.callback.report"]._read_group(
            [("company_id", "=", self.company.id)],
            [],
            [
                "callback_count:sum",
                "reached_rate:avg",
                "attempts_per_reached:avg",
                "on_time_rate:avg",
            ],
        )
        # four calls; the one that ended was reached, with two attempts in all; of the three to
        # be judged one was kept: by the database's clock the two open ones are overdue
        self.assertEqual(row[:3], (4, 100.0, 2.0))
        self.assertAlmostEqual(row[3], 100 / 3)


@tagged("post_install", "-at_install")
class TestBadAnswer(FeedbackCommon):
    """A bad answer whose policy asks for a callback."""

    def test_is_called_back_and_then_settled(self):
        self.policy.reaction = "callback"
        request = self._request()
        self._take(request, 2)
        feedback = request.feedback_id
        callback = feedback.callback_ids
        self.assertEqual((callback.partner_id, callback.picking_id), (self.person, self.picking))
        self.assertIn("2/5", callback.reason)
        self.assertEqual(feedback.reaction_state, "open")
        callback.with_user(self.agent).action_call()
        callback.outcome = "satisfied"
        callback.with_user(self.agent).action_done()
        self.assertEqual(feedback.reaction_state, "done")

    def test_who_wants_no_contact_after_all_is_not_called(self):
        self.policy.reaction = "callback"
        request = self._request()
        self._take(request, 2)
        self._take(request, 2, extra={"no_contact": True})
        feedback = request.feedback_id
        self.assertEqual(feedback.reaction_state, "declined")
        self.assertEqual((feedback.callback_ids.state, feedback.callback_ids.next_at), ("cancelled", False))


    def test_who_refused_calls_is_not_called_about_it(self):
        self.policy.reaction = "callback"
        self.env["logistics.consent"].create(
            {
                "profile_id": self.profile.id,
                "purpose_id": self.env.ref(f"{MODULE}.consent_purpose_callback").id,
                "state": "refused",
            }
        )
        request = self._request()
        self._take(request, 2)
        self.assertEqual(request.feedback_id.callback_ids.state, "cancelled")
        self.assertEqual(request.feedback_id.reaction_state, "declined")


@tagged("post_install", "-at_install")
class TestRights(CallbackCommon):
    def test_what_programs_need_is_not_deleted(self):
        with self.assertRaises(UserError):
            self.env.ref(f"{MODULE}.callback_purpose_bad_answer").unlink()

    def test_others_make_no_calls(self):
        clerk = self._new_user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.Callback.with_user(clerk).action_next_call()

    def test_calls_of_another_company_are_nobodys(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= elsewhere
        self.Callback.with_company(elsewhere).create(
            {
                "partner_id": self._customer("Far").id,
                "company_id": elsewhere.id,
                "purpose_id": self.other.id,
                "call_from": NOW,
            }
        )
        self.assertFalse(self._next())


@tagged("post_install", "-at_install")
class TestAtOnce(AtOnceCommon):
    """Eight agents press Next Call at the same moment, on connections of their own."""

    def setUp(self):
        super().setUp()
        with self._environment(tracking_disable=True) as env:
            company = env["res.company"].create({"name": f"At Once {uuid.uuid4()}"})
            company.partner_id.tz = "UTC"
            self.company = company.id
            group = env.ref(f"{MODULE}.group_agent")
            users = env["res.users"].create(
                [
                    {
                        "name": f"Agent {number}",
                        "login": f"at_once_{number}",
                        "company_id": company.id,
                        "company_ids": company.ids,
                        "group_ids": group.ids,
                    }
                    for number in range(8)
                ]
            )
            self.users = users.ids
            partners = env["res.partner"].create(
                [{"name": f"At Once {number}"} for number in range(12)]
            )
            self.partners = partners.ids
            env["logistics.profile"].create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "contact_hour_from": 0,
                        "contact_hour_to": 24,
                        "sat": True,
                        "sun": True,
                    }
                    for partner in partners
                ]
            )
            # four customers wait for two calls each: they are called once
            env["logistics.callback"].create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "purpose_id": env.ref(f"{MODULE}.callback_purpose_debt").id,
                        "call_from": fields.Datetime.now() - timedelta(minutes=1),
                    }
                    for partner in [*partners, *partners[:4]]
                ]
            )

    def _clean(self):
        with self._environment(active_test=False) as env:
            env["logistics.callback"].search([("company_id", "=", self.company)]).unlink()
            env["logistics.profile"].search([("company_id", "=", self.company)]).unlink()
            env["res.partner"].browse(self.partners).unlink()
            people = env["res.users"].browse(self.users)
            persons = people.partner_id
            people.unlink()
            persons.unlink()
            env["res.company"].browse(self.company).active = False

    def test_nobody_gets_the_same(self):
        begun = threading.Barrier(8)
        taken = [None] * 8

        def run(number):
            with self._environment(
                self.users[number], allowed_company_ids=[self.company]
            ) as env:
                first = True

                def call():
                    nonlocal first
                    env.cr.execute("SELECT 1 FROM logistics_callback LIMIT 1")  # the view is fixed now
                    if first:
                        first = False
                        begun.wait(30)
                    shown = env["logistics.callback"].action_next_call()["res_id"]
                    while (answer := env["logistics.callback"].browse(shown).action_start()) is not True:
                        shown = answer["params"]["next"]["res_id"]  # a colleague was quicker
                    return shown

                taken[number] = retrying(call, env)

        self._side_by_side(run, [(number,) for number in range(8)])
        self.assertNotIn(None, taken)
        with self._environment() as env:
            callbacks = env["logistics.callback"].browse(taken)
            self.assertEqual(len(set(taken)), 8, "each got a call of its own")
            self.assertEqual(len(callbacks.customer_id), 8, "each called another customer")

    def test_sleepers_whom_a_colleague_holds_are_passed_by(self):
        now = fields.Datetime.now()
        due = "SELECT id FROM logistics_callback WHERE company_id = %s AND next_at <= %s ORDER BY id"
        with self.registry.cursor() as one, self.registry.cursor() as other:
            other.execute(f"{due} LIMIT 1 FOR UPDATE", [self.company, now])
            held = other.fetchall()
            one.execute("SET LOCAL lock_timeout = '2s'")  # whoever waits is told so
            env = api.Environment(one, api.SUPERUSER_ID, {"allowed_company_ids": [self.company]})
            with patch.object(reach, "is_open", return_value=False):
                env["logistics.callback"]._put_off_asleep(now)
            one.execute(due, [self.company, now])
            self.assertEqual(one.fetchall(), held)
            one.rollback()
