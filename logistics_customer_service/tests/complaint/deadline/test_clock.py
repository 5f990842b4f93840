import random
from datetime import datetime, timedelta
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import ClockCommon, shanghai

MONDAY = shanghai(2, 9)


@tagged("post_install", "-at_install")
class TestClock(ClockCommon):
    """What users of comparable systems complain about, line by line, and the rules of a clock."""

    def _cases(self, number):
        with freeze_time(MONDAY):
            return self.Case.create([self._case_vals() for _number in range(number)])

    def test_nights_lunch_and_weekends_do_not_count(self):
        for received, due in (
            (shanghai(2, 11), shanghai(2, 16)),  # first response in four hours, over lunch
            (shanghai(2, 17), shanghai(3, 12)),  # over night
            (shanghai(6, 17), shanghai(9, 12)),  # over the weekend
            (shanghai(7, 23), shanghai(9, 14)),  # from Saturday night
        ):
            case = self._case(received)
            self.assertEqual(self._clock(case, "first_response").due_at, due)

    def test_public_holidays_do_not_count(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "date_from": shanghai(3, 0),
                "date_to": shanghai(4, 0) - timedelta(seconds=1),
            }
        )
        case = self._case(shanghai(2, 17))
        self.assertEqual(self._clock(case, "first_response").due_at, shanghai(4, 12))

    def test_another_company_s_holiday_does_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["resource.calendar.leaves"].sudo().with_company(other).create(
            {
                "name": "Theirs",
                "calendar_id": False,
                "date_from": shanghai(3, 0),
                "date_to": shanghai(3, 23),
            }
        )
        case = self._case(shanghai(2, 17))
        self.assertEqual(self._clock(case, "first_response").due_at, shanghai(3, 12))

    def test_summer_time(self):
        """A shift through the night on which the clocks go forward is an hour shorter."""
        self.team.resource_calendar_id = self._calendar(
            "Night", "Europe/Berlin", range(7), ((0, 6), (22, 24))
        )
        berlin = pytz.timezone("Europe/Berlin")
        start = berlin.localize(datetime(2026, 3, 28, 22)).astimezone(pytz.utc)
        due = berlin.localize(datetime(2026, 3, 29, 3)).astimezone(pytz.utc)
        case = self._case(start.replace(tzinfo=None))
        self.assertEqual(self._clock(case, "first_response").due_at, due.replace(tzinfo=None))

    def test_same_as_core_s_planning(self):
        """Random starts and lengths: the deadlines are those of the calendar's own planning."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.office.id,
                "date_from": shanghai(10, 0),
                "date_to": shanghai(11, 12),
            }
        )
        rng = random.Random(7)
        for _time in range(30):
            received = shanghai(1, 0) + timedelta(minutes=rng.randrange(20 * 1440))
            hours = rng.randrange(1, 240) / 4
            self.policy.target_ids.filtered(lambda t: t.target == "resolution").value = hours
            case = self._case(received)
            planned = self.office.plan_hours(hours, pytz.utc.localize(received), True)
            self.assertEqual(
                self._clock(case).due_at, planned.astimezone(pytz.utc).replace(tzinfo=None)
            )

    def test_the_law_s_days_are_the_company_s_and_never_pause(self):
        case = self._case(shanghai(2, 0, 30))  # still Sunday in UTC
        self._move(case, "waiting_customer", shanghai(3, 9))
        clock = self._clock(case, "statutory")
        self.assertEqual(clock.due_at, shanghai(10, 0) - timedelta(seconds=1))
        self.assertEqual(clock.state, "running")
        self.assertEqual(self._clock(case).state, "paused")

    def test_a_pause_stops_the_ticking(self):
        case = self._case(MONDAY)
        self._move(case, "waiting_customer", shanghai(2, 11))
        clock = self._clock(case)
        self.assertEqual((clock.state, clock.due_at), ("paused", False))
        self.assertEqual(clock.remaining_seconds, 14 * 3600)
        self._watch(shanghai(20, 9))
        self.assertEqual((clock.state, clock.remaining_seconds), ("paused", 14 * 3600))
        self._move(case, "working", shanghai(23, 9))
        self.assertEqual((clock.state, clock.due_at), ("running", shanghai(24, 16)))
        self.assertEqual(clock.event_ids.mapped("kind"), ["paused", "resumed"])

    def test_which_phases_pause_is_the_policy_s(self):
        case = self._case(MONDAY)
        self._move(case, "waiting_third", shanghai(2, 10))
        self.assertEqual(self._clock(case).state, "running")
        with freeze_time(shanghai(2, 11)):
            self.policy.pause_waiting_third = True
        self._watch(shanghai(2, 11, 30))
        clock = self._clock(case)
        self.assertEqual((clock.state, clock.paused_since), ("paused", shanghai(2, 11, 30)))

    def test_answers_do_not_pause(self):
        """Nobody gets out of answering by waiting for the customer."""
        case = self._case(MONDAY)
        self._move(case, "waiting_customer", shanghai(2, 10))
        self.assertEqual(self._clock(case, "first_response").state, "running")

    def test_a_change_of_policy_keeps_the_pauses(self):
        case = self._case(MONDAY)
        self._move(case, "waiting_customer", shanghai(2, 10))
        self._move(case, "working", shanghai(4, 9))  # sixteen working hours later
        clock = self._clock(case)
        self.assertEqual(clock.paused_seconds, 15 * 3600)
        self.assertEqual(clock.due_at, shanghai(5, 17))
        with freeze_time(shanghai(4, 10)):
            self.policy.target_ids.filtered(lambda t: t.target == "resolution").value = 8
        self._watch(shanghai(4, 10, 30))
        self.assertEqual(clock.due_at, shanghai(4, 17))
        self.assertEqual(clock.paused_seconds, 15 * 3600)

    def test_severity_team_and_customer_choose_the_policy_anew(self):
        urgent = self._policy("urgent", {"severity": "critical"}, resolution=4)
        case = self._case(MONDAY)
        self._move(case, "waiting_customer", shanghai(2, 10))
        self._move(case, "working", shanghai(2, 11))
        with freeze_time(shanghai(2, 11, 30)):
            case.severity = "critical"
        clock = self._clock(case)
        self.assertEqual((clock.policy_id, clock.paused_seconds), (urgent, 3600))
        self.assertEqual(clock.due_at, shanghai(2, 15))
        night = self._calendar("Night", "Asia/Shanghai", range(7), ((20, 24),))
        with freeze_time(shanghai(2, 12)):
            case.team_id = self.team.copy({"resource_calendar_id": night.id})
        self.assertEqual(clock.calendar_id, night)
        self.assertEqual(clock.due_at, shanghai(3, 0))
        vip = self._policy("vip", {"tier_id": self.vip.id, "sequence": 1}, resolution=1)
        important = self._customer("Important")
        self._profile(important).tier_id = self.vip
        with freeze_time(shanghai(2, 12)):
            case.partner_id = important
        self.assertEqual(clock.policy_id, vip)

    def test_a_target_that_no_policy_sets_any_more_is_cancelled(self):
        case = self._case(MONDAY)
        with freeze_time(shanghai(2, 10)):
            self._policy("none", {"kind": "inquiry"}, statutory=0)
            case.kind = "inquiry"
        self.assertEqual(self._clock(case, "statutory").state, "cancelled")
        with freeze_time(shanghai(2, 11)):
            case.kind = "complaint"
        again = self._clock(case, "statutory")
        self.assertEqual((again.state, again.started_at), ("running", MONDAY))

    def test_a_new_holiday_moves_the_deadlines(self):
        case = self._case(MONDAY)
        with freeze_time(shanghai(2, 10)):
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Typhoon",
                    "calendar_id": self.office.id,
                    "date_from": shanghai(3, 0),
                    "date_to": shanghai(4, 0),
                }
            )
        self._watch(shanghai(2, 10, 30))
        self.assertEqual(self._clock(case).due_at, shanghai(4, 18))

    def test_a_reply_does_not_resolve(self):
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        self.assertEqual(self._clock(case, "acknowledge").state, "met")
        self.assertEqual(self._clock(case, "first_response").state, "met")
        self.assertEqual(self._clock(case, "first_response").elapsed_seconds, 3600)
        self.assertEqual(self._clock(case).state, "running")
        self.assertEqual(self._clock(case, "statutory").state, "running")

    def test_resolving_is_not_answering(self):
        case = self._case(MONDAY)
        self._move(case, "resolved", shanghai(2, 10))
        self.assertEqual(self._clock(case).state, "met")
        self.assertEqual(self._clock(case, "statutory").state, "met")
        self.assertEqual(self._clock(case, "first_response").state, "running")

    def test_what_is_no_reply(self):
        """Notes, automatic answers, the customer's own words and the system's do not count."""
        case = self._case(MONDAY)
        agent = self.agent.partner_id
        for author, vals in (
            (agent, {"subtype_xmlid": "mail.mt_note"}),
            (agent, {"message_type": "auto_comment"}),
            (agent, {"message_type": "notification"}),
            (self.customer, {"message_type": "email"}),
            (self.env.ref("base.partner_root"), {}),
        ):
            self._post(case, shanghai(2, 10), author, **vals)
            self.assertEqual(self._clock(case, "first_response").state, "running", vals)
            self.assertFalse(case.first_reply_at)
        # answered by mail
        told = self.customer.ids
        self._post(case, shanghai(2, 11), agent, message_type="email", partner_ids=told)
        self.assertEqual(self._clock(case, "first_response").state, "met")
        self.assertEqual(case.first_reply_at, shanghai(2, 11))

    def test_the_acknowledgement_stops_its_own_clock(self):
        case = self._case(MONDAY)
        with freeze_time(shanghai(2, 9, 1)):
            case._note_acknowledged()
        self.assertEqual(self._clock(case, "acknowledge").state, "met")
        self.assertEqual(self._clock(case, "first_response").state, "running")

    def test_the_mail_of_acknowledgement_stops_it(self):
        case = self._case(MONDAY)
        with freeze_time(shanghai(2, 9, 1)):
            case.acknowledgement = "sent"
        self.assertEqual(self._clock(case, "acknowledge").state, "met")

    def test_next_reply_runs_from_the_oldest_unanswered_message(self):
        case = self._case(MONDAY)
        self._post(case, shanghai(2, 9, 30), self.customer, message_type="email")
        self.assertFalse(self._clock(case, "next_reply"))  # the first response runs
        self._reply(case, shanghai(2, 10))
        self._post(case, shanghai(2, 11), self.customer, message_type="email")
        self._post(case, shanghai(2, 11, 30), self.customer, message_type="email")
        first = self._clock(case, "next_reply")
        self.assertEqual((first.started_at, first.due_at), (shanghai(2, 11), shanghai(2, 14)))
        self._reply(case, shanghai(2, 13, 30))
        self.assertEqual((first.state, first.elapsed_seconds), ("met", 5400))
        self._post(case, shanghai(2, 17), self.customer, message_type="email")
        second = self._clock(case, "next_reply")
        self.assertNotEqual(second, first)
        self._reply(case, shanghai(3, 11))
        self.assertEqual(second.state, "breached")
        self.assertEqual(first.state, "met")

    def test_others_than_the_customer_wait_for_no_reply(self):
        """A carrier that was asked is answered at leisure; a mail of the customer counts by its
        address, too."""
        case = self._case(MONDAY)
        case.email_from = "Jo <jo@customer.example.com>"
        self._reply(case, shanghai(2, 10))
        self._post(case, shanghai(2, 11), self._customer("Carrier"), message_type="email")
        self.assertFalse(self._clock(case, "next_reply"))
        nobody = self.env["res.partner"]
        self._post(
            case,
            shanghai(2, 11),
            nobody,
            message_type="email",
            author_id=False,
            email_from="jo@customer.example.com",
        )
        self.assertTrue(self._clock(case, "next_reply"))

    def test_a_thank_you_wants_no_reply(self):
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        with freeze_time(shanghai(2, 11)):
            case.customer_answered = True
        clock = self._clock(case, "next_reply")
        self.assertEqual(clock.started_at, shanghai(2, 11))
        with freeze_time(shanghai(2, 11, 30)):
            case.customer_answered = False
        self.assertEqual(clock.state, "cancelled")
        with freeze_time(shanghai(3, 9)):
            case.customer_answered = True
        with freeze_time(shanghai(4, 9)):
            case.customer_answered = False
        self.assertEqual(self._clock(case, "next_reply").state, "breached")

    def test_a_customer_who_reopens_waits_for_a_reply(self):
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        self._move(case, "closed", shanghai(2, 11))
        with freeze_time(shanghai(3, 9)):
            case.customer_answered = True
            self.assertFalse(self._clock(case, "next_reply"))
            case._move_to_phase("working")
        self.assertEqual(self._clock(case, "next_reply").due_at, shanghai(3, 11))

    def test_the_contract_s_days_stand_beside_the_law_s(self):
        self._policy("contract", {"kind": "complaint"}, contractual=5)
        case = self._case(MONDAY)
        law, contract = self._clock(case, "statutory"), self._clock(case, "contractual")
        self.assertEqual((contract.unit, contract.calendar_id.id), ("days", False))
        self.assertEqual(contract.due_at, shanghai(8, 0) - timedelta(seconds=1))
        self.assertEqual(law.due_at - contract.due_at, timedelta(days=2))
        self._move(case, "waiting_customer", shanghai(2, 10))
        self.assertEqual(contract.state, "running")
        self._move(case, "resolved", shanghai(8, 10))
        self.assertEqual((law.state, contract.state), ("met", "breached"))
        self._move(case, "working", shanghai(8, 11))
        self.assertEqual((law.state, contract.state), ("running", "breached"))

    def test_overdue_is_breached_while_open(self):
        case = self._case(MONDAY)
        clock = self._clock(case, "first_response")
        self.assertEqual(clock.next_at, shanghai(2, 14))
        self._watch(shanghai(2, 13, 59))
        self.assertEqual(clock.state, "running")
        self._watch(shanghai(2, 14, 1))
        self.assertEqual((clock.state, clock.stopped_at), ("breached", False))
        self._reply(case, shanghai(2, 15))
        self.assertEqual((clock.state, clock.stopped_at), ("breached", shanghai(2, 15)))

    def test_next_deadline_of_the_case(self):
        case = self._case(MONDAY)
        self.assertEqual(case.due_at, shanghai(2, 10))  # the acknowledgement
        self._reply(case, shanghai(2, 9, 30))
        self.assertEqual(case.due_at, self._clock(case).due_at)
        self.assertEqual(case.countdown["due"], str(case.due_at))
        self.assertEqual(case.countdown["target"], "Resolution")
        self._move(case, "waiting_customer", shanghai(2, 10))
        self.assertEqual(case.due_at, self._clock(case, "statutory").due_at)
        self._move(case, "closed", shanghai(2, 11))
        self.assertFalse(case.due_at)

    def test_received_before_it_was_registered(self):
        """The time of a letter counts from when it came."""
        case = self._case(shanghai(4, 9), received_at=MONDAY)
        self.assertEqual(self._clock(case).due_at, shanghai(3, 18))
        self.assertEqual(self._clock(case).state, "breached")
        with freeze_time(shanghai(4, 10)):
            case.received_at = shanghai(4, 9)
        self.assertEqual(self._clock(case).due_at, shanghai(5, 18))
        self.assertEqual(self._clock(case).state, "running")

    def test_received_in_the_future(self):
        """Nobody enters what has not been; a clock that is fast by minutes is no matter."""
        with self.assertRaises(ValidationError):
            self._case(MONDAY, received_at=shanghai(3, 9))
        case = self._case(MONDAY, received_at=shanghai(2, 9, 10))
        with freeze_time(shanghai(2, 10)), self.assertRaises(ValidationError):
            case.received_at = shanghai(2, 12)

    def test_time_of_arrival_is_corrected_by_a_supervisor(self):
        """A breach is not written away; what was told before stays, with the reason."""
        case = self._case(shanghai(4, 9), received_at=MONDAY)
        correction = {
            "res_model": case._name,
            "res_id": case.id,
            "happened_at": shanghai(4, 9),
            "reason": "Postmark of the 4th",
        }
        Correction = self.env["logistics.time.correction"]
        with freeze_time(shanghai(4, 10)):
            for user in (self.agent, self.supervisor):
                with self.assertRaises(AccessError):
                    case.with_user(user).received_at = shanghai(4, 9)
            with self.assertRaises(AccessError):
                Correction.with_user(self.agent).create(correction)
            with self.assertRaises(ValidationError):
                Correction.with_user(self.supervisor).create({**correction, "reason": " "})
            kept = Correction.with_user(self.supervisor).create(correction)
        self.assertEqual((kept.told_at, case.received_at), (MONDAY, shanghai(4, 9)))
        self.assertEqual(case.time_correction_ids, kept)
        self.assertEqual(self._clock(case).state, "running")
        with self.assertRaises(AccessError):
            kept.with_user(self.supervisor).reason = "Other"

    def test_correction_revives_no_clock_that_was_stopped(self):
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        with freeze_time(shanghai(3, 10)):
            self.env["logistics.time.correction"].with_user(self.supervisor).create(
                {
                    "res_model": case._name,
                    "res_id": case.id,
                    "happened_at": shanghai(3, 9),
                    "reason": "Mistyped",
                }
            )
        clock = self._clock(case, "first_response")
        self.assertEqual((clock.state, clock.stopped_at), ("met", shanghai(2, 10)))
        self.assertEqual(self._clock(case).started_at, shanghai(3, 9))

    def test_results_freeze_on_closing(self):
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        self._move(case, "closed", shanghai(3, 10))
        before = case.clock_ids.read(["state", "due_at", "elapsed_seconds", "policy_id"])
        with freeze_time(shanghai(4, 10)):
            self.policy.target_ids.filtered(lambda t: t.target == "resolution").value = 1
            self.office.attendance_ids[0].hour_to = 11
            case.write({"severity": "critical", "received_at": shanghai(1, 9)})
            case._note_reply()
        self._watch(shanghai(5, 10))
        self.assertEqual(
            case.clock_ids.read(["state", "due_at", "elapsed_seconds", "policy_id"]), before
        )

    def test_closing_fulfils_no_answer(self):
        """Closed before it was due, the answer is missed all the same; after it, it stays late."""
        case = self._case(MONDAY)
        late = self._clock(case, "acknowledge")
        self._watch(shanghai(2, 11))
        self._move(case, "closed", shanghai(2, 11, 30))
        self.assertEqual((late.state, late.stopped_at), ("breached", shanghai(2, 11, 30)))
        answer = self._clock(case, "first_response")
        self.assertEqual((answer.state, answer.stopped_at), ("breached", shanghai(2, 11, 30)))
        self.assertEqual(self._clock(case).state, "met")
        self.env.flush_all()
        row = self.env["logistics.complaint.report"].search([("complaint_id", "=", case.id)])
        self.assertEqual((row.first_contact_count, row.answer_breached_count), (0, 1))

    def test_answered_by_word_of_mouth(self):
        """Who asks on the phone and is answered there was answered."""
        case = self._case(MONDAY)
        with freeze_time(shanghai(2, 9, 10)):
            case.with_user(self.agent).action_note_spoken()
        self._move(case, "closed", shanghai(2, 9, 20))
        self.assertEqual(case.first_reply_at, shanghai(2, 9, 10))
        self.assertEqual(self._clock(case, "first_response").state, "met")
        with self.assertRaises(UserError):
            case.action_note_spoken()

    def test_reopened_after_it_was_closed_unanswered(self):
        """The answer is due as it was; given in time it is met, closed again it is missed."""
        for reply in (True, False):
            case = self._case(MONDAY)
            self._move(case, "closed", shanghai(2, 10))
            self._move(case, "working", shanghai(2, 11))
            clock = self._clock(case, "first_response")
            self.assertEqual((clock.state, clock.due_at), ("running", shanghai(2, 15)))
            if reply:
                self._reply(case, shanghai(2, 14))
            self._move(case, "closed", shanghai(2, 14, 30))
            self.assertEqual(clock.state, "met" if reply else "breached")

    def test_nothing_pauses_the_time_of_the_law(self):
        target = self.policy.target_ids.filtered(lambda line: line.target == "statutory")
        target.write({"unit": "hours", "value": 24, "pauses": True})
        case = self._case(MONDAY)
        due = self._clock(case, "statutory").due_at
        self._move(case, "waiting_customer", shanghai(2, 10))
        clock = self._clock(case, "statutory")
        self.assertEqual((clock.state, clock.due_at), ("running", due))

    def test_reopening_goes_on_where_it_stood(self):
        case = self._case(MONDAY)
        clock = self._clock(case)
        self._move(case, "closed", shanghai(2, 11))
        self.assertEqual((clock.state, clock.elapsed_seconds), ("met", 7200))
        self._move(case, "working", shanghai(5, 9))
        self.assertEqual((clock.state, clock.elapsed_seconds), ("running", 7200))
        self.assertEqual(clock.due_at, shanghai(6, 16))
        self.assertEqual(self._clock(case, "first_response").state, "running")
        self.assertEqual(self._clock(case, "statutory").due_at, shanghai(10, 0) - timedelta(seconds=1))
        self._move(case, "resolved", shanghai(5, 10))
        self._move(case, "waiting_customer", shanghai(5, 11))  # resolved, reopened, waiting
        self.assertEqual((clock.state, clock.elapsed_seconds), ("paused", 10800))
        self.assertFalse(clock.frozen)

    def test_what_is_told_of_later_counts_when_it_comes(self):
        """Working time and the law's days alike; by the job, for nobody else comes by."""
        case = self._case(MONDAY)
        both = self._clock(case) | self._clock(case, "statutory")
        with freeze_time(shanghai(2, 10)):
            both._note("stopped", shanghai(2, 10))
            both._note("reopened", shanghai(2, 11))
        self.assertEqual(both.mapped("state"), ["met", "met"])
        self._watch(shanghai(2, 11, 1))
        self.assertEqual(both.mapped("state"), ["running", "running"])

    def test_cancelled_cases_count_nowhere(self):
        case = self._case(MONDAY)
        self._move(case, "cancelled", shanghai(2, 9, 10))
        self.assertEqual(set(case.clock_ids.mapped("state")), {"cancelled"})
        self._watch(shanghai(20, 9))
        self.assertEqual(set(case.clock_ids.mapped("state")), {"cancelled"})
        self._move(case, "working", shanghai(20, 9))
        self.assertEqual(self._clock(case).state, "running")
        self.assertEqual(self._clock(case).elapsed_seconds, 600)

    def test_merged_cases_count_from_the_oldest(self):
        """Undoing it within the day gives each its own time back."""
        old, young = self._case(MONDAY), self._case(shanghai(3, 9))
        with freeze_time(shanghai(3, 10)):
            old._merge_into(young)
        self.assertEqual(self._clock(young).due_at, shanghai(3, 18))
        self.assertEqual(set(old.clock_ids.mapped("state")), {"cancelled"})
        self.env.flush_all()
        merge = old.merge_ids[:1]
        self.env.cr.execute(
            "UPDATE logistics_complaint_merge SET create_date = %s", [shanghai(3, 10)]
        )
        merge.invalidate_recordset()
        with freeze_time(shanghai(3, 11)):
            old.action_undo_merge()
        self.assertEqual(self._clock(young).due_at, shanghai(4, 18))
        self.assertEqual(self._clock(old).state, "running")
        self.assertEqual(self._clock(old).elapsed_seconds, 9 * 3600)

    def test_an_answer_in_a_merged_case_is_the_kept_one_s(self):
        """Undoing the merge leaves each the answers that were given to it."""
        for answered_between in (False, True):
            old, young = self._case(MONDAY), self._case(shanghai(3, 9))
            self._reply(old, shanghai(2, 10))
            with freeze_time(shanghai(3, 10)):
                old._merge_into(young)
            clock = self._clock(young, "first_response")
            self.assertEqual((clock.state, clock.stopped_at), ("met", shanghai(2, 10)))
            self.assertEqual(young.first_reply_at, shanghai(2, 10))
            if answered_between:
                self._reply(young, shanghai(3, 10, 30))
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE logistics_complaint_merge SET create_date = %s", [shanghai(3, 10)]
            )
            old.merge_ids.invalidate_recordset()
            with freeze_time(shanghai(3, 11)):
                old.action_undo_merge()
            own = shanghai(3, 10, 30) if answered_between else False
            self.assertEqual((young.first_reply_at, clock.stopped_at), (own, own))
            self.assertEqual(clock.state, "met" if own else "running")
            self.assertEqual(old.first_reply_at, shanghai(2, 10))
            self.assertEqual(self._clock(old, "first_response").state, "met")

    def test_imported_as_closed(self):
        stage = self.env["logistics.complaint.stage"]._get_by_phase("closed", self.team)
        case = self._case(shanghai(3, 9), received_at=MONDAY, stage_id=stage.id)
        self.assertEqual(self._clock(case).state, "met")
        self.assertTrue(all(case.clock_ids.mapped("frozen")))

    def test_deadlines_of_many_cases_in_one_go(self):
        """One reading of the calendar, and no query more for a hundred cases than for one."""
        counts = {}
        for number in (1, 100):
            vals = [self._case_vals(received_at=MONDAY) for _number in range(number)]
            cases = self.Case.create(vals)
            self.env.flush_all()
            cases.clock_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            self.Policy._get_offers(self.company.id)
            with self._count_calendar_readings() as readings:
                before = self.cr.sql_log_count
                cases._start_clocks()
                self.env.flush_all()
                counts[number] = self.cr.sql_log_count - before
            self.assertEqual(len(readings), 1)
        # rows are written by the hundred: four hundred clocks take three statements more, twice
        self.assertLessEqual(counts[100], counts[1] + 6)
        self.assertEqual(len(cases.clock_ids), 400)

    def test_a_new_clock_is_inserted_as_it_will_be_read(self):
        """What is worked out before the row is there is what reading it afterwards comes to."""
        rules = self.env["logistics.escalation.rule"]
        rules.search([]).active = False
        with freeze_time(shanghai(1, 0)):
            rules.create(
                {"name": "Soon", "company_id": self.company.id, "moment": "share", "share": 0.5}
            )
        names = ("due_at", "warn_at", "next_at", "state", "remaining_seconds", "elapsed_seconds")
        case = self._case(shanghai(6, 17), received_at=shanghai(6, 11))
        clocks = case.clock_ids.sorted("target")
        self.assertEqual(len(clocks), 4)
        at_first = [[clock[name] for name in names] for clock in clocks]
        clocks.write(
            {"due_at": False, "warn_at": False, "next_at": False, "remaining_seconds": 0,
             "elapsed_seconds": 0}
        )  # fmt: skip
        clocks._read(shanghai(6, 17))
        self.assertEqual(at_first, [[clock[name] for name in names] for clock in clocks])
        self.assertTrue(all(clock.next_at < clock.due_at for clock in clocks))

    def test_the_calendar_is_read_once_for_all_requests(self):
        self._case(MONDAY)
        with self._count_calendar_readings() as readings:
            self._case(shanghai(3, 9))
            self.assertFalse(readings)
            self.office.attendance_ids[0].hour_to = 11.5
            self._case(shanghai(3, 9))
            self.assertEqual(len(readings), 1)

    def test_what_is_due_is_found_by_an_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self._case(MONDAY)
        self.env.flush_all()
        query = self.Clock._search(self.Clock._get_due_domain(), order="next_at, id", limit=200)
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("logistics_clock_next_idx", plan)

    def test_cost_follows_what_is_due_and_not_what_is_open(self):
        """Twenty late cases among forty or among two thousand: the same queries, the same index."""
        costs = {}
        for open_cases in (20, 20, 2000):  # the first fills the caches
            self.env.cr.execute("DELETE FROM logistics_clock")
            self._cases(20)
            self._copy_open(self._case(MONDAY), open_cases)
            query = self.Clock._search(self.Clock._get_due_domain(), order="next_at, id", limit=200)
            self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
            plan = "\n".join(line for (line,) in self.env.cr.fetchall())
            with freeze_time(shanghai(2, 14, 30)):
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                self.assertEqual(self.Clock._watch_batch(), 40)
                costs[open_cases] = self.cr.sql_log_count - before
        self.assertEqual(costs[20], costs[2000])
        self.assertIn("logistics_clock_next_idx", plan)
        self.assertNotIn("Seq Scan on logistics_clock", plan)
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'logistics_clock_next_idx'"
        )
        self.assertIn("WHERE (next_at IS NOT NULL)", self.env.cr.fetchone()[0])

    def _copy_open(self, case, times):
        """Copy a case and its clocks by SQL, due much later, and the case's own as well."""
        self.env.flush_all()
        self._insert_copies("logistics_complaint", "generate_series(1, %(times)s)", "id", case, times)
        self._insert_copies("logistics_clock", "logistics_complaint other", "complaint_id", case)
        self.env.cr.execute(
            "UPDATE logistics_clock SET due_at = %s, next_at = %s WHERE complaint_id >= %s",
            [*[shanghai(30, 9)] * 2, case.id],
        )
        self.env.cr.execute("ANALYZE logistics_complaint, logistics_clock")

    def _insert_copies(self, table, source, key, case, times=0):
        self.env.cr.execute(
            """SELECT column_name FROM information_schema.columns
                WHERE table_name = %s AND column_name NOT IN ('id', 'number', 'access_token', %s)""",
            [table, key],
        )
        names = [name for (name,) in self.env.cr.fetchall()]
        copied = table == "logistics_clock"
        into = ", ".join([key] * copied + names)
        values = ", ".join(["other.id"] * copied + [f"own.{name}" for name in names])
        newer = "AND other.id > %(case)s" if copied else ""
        self.env.cr.execute(  # pylint: disable=sql-injection
            f"""INSERT INTO {table} ({into}) SELECT {values} FROM {table} own, {source}
                 WHERE own.{key} = %(case)s {newer}""",
            {"case": case.id, "times": times},
        )

    def test_the_cron_does_a_batch_and_asks_for_more(self):
        self.env["ir.config_parameter"].set_param(
            "logistics_customer_service.clock_batch_size", "3"
        )
        self._cases(4)
        self.Clock.search([]).next_at = MONDAY
        with freeze_time(shanghai(2, 14, 30)):
            self.assertEqual(self.Clock._watch_batch(), 3)
        self._watch(shanghai(2, 14, 30))
        self.assertFalse(self.Clock.search([("next_at", "<=", shanghai(2, 14, 30))]))

    def test_the_cron_run_twice_does_nothing_twice(self):
        case = self._case(MONDAY)
        self._watch(shanghai(2, 14, 30))
        before = case.clock_ids.read()
        self._watch(shanghai(2, 14, 31))
        self.assertEqual(case.clock_ids.read(), before)

    @mute_logger("odoo.addons.logistics_customer_service.models.complaint.deadline.logistics_clock")
    def test_a_poisoned_case_does_not_stop_the_others(self):
        cases = self._cases(9)
        bad = cases[4]
        original = type(self.Case)._match_policies

        def match(records):
            if bad in records:
                raise ValueError("poisoned")
            return original(records)

        with patch.object(type(self.Case), "_match_policies", match):
            self.Clock.search([]).next_at = MONDAY
            self._watch(shanghai(2, 14, 30))
            clocks = self.Clock.search([("target", "=", "first_response")])
            late = clocks.filtered(lambda clock: clock.state == "breached")
            self.assertEqual(late.complaint_id, cases - bad)
            self.assertEqual(set(bad.clock_ids.mapped("next_at")), {shanghai(2, 15, 30)})
        self._watch(shanghai(2, 15, 31))
        self.assertEqual(self._clock(bad, "first_response").state, "breached")

    def test_agents_see_clocks_and_cannot_change_them(self):
        case = self._case(MONDAY)
        mine = self._clock(case).with_user(self.agent)
        mine.read(["due_at", "event_ids"])
        case.with_user(self.agent).read(["countdown", "due_at"])
        with self.assertRaises(AccessError):
            mine.due_at = shanghai(20, 9)
        with self.assertRaises(AccessError):
            self.env["logistics.clock.event"].with_user(self.agent).create(
                {
                    "clock_id": mine.id,
                    "company_id": self.company.id,
                    "kind": "paused",
                    "happened_at": MONDAY,
                }
            )

    def test_an_agent_s_work_moves_the_clocks(self):
        case = self._case(MONDAY)
        with freeze_time(shanghai(2, 10)):
            self._reply(case.with_user(self.agent), shanghai(2, 10))
            case.with_user(self.agent).severity = "critical"
            case.with_user(self.agent)._move_to_phase("waiting_customer")
        self.assertEqual(self._clock(case, "first_response").state, "met")
        self.assertEqual(self._clock(case).event_ids.user_id, self.agent)
