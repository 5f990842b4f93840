from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..deadline.common import MODULE, ClockCommon, shanghai

MONDAY = shanghai(2, 10)
REFUSED = shanghai(9, 15)
ASKED = date(2026, 3, 9)
DUE = shanghai(9, 0, month=4) - timedelta(seconds=1)


@tagged("post_install", "-at_install")
class TestExternal(ClockCommon):
    """A case that went outside: the body has its own time, and ours stands still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.target_ids.create(
            {"policy_id": cls.policy.id, "target": "external", "value": 30}
        )
        resolution = cls.policy.target_ids.filtered(lambda line: line.target == "resolution")
        resolution.value = 100

    def _outside(self, at=REFUSED, **vals):
        """Return a case of Monday whose customer refused twice, the second time at an instant."""
        case = self._case(MONDAY, **vals)
        self._reply(case, shanghai(2, 11))
        self._move(case, "working", shanghai(2, 11))
        with freeze_time(at):
            case._step_up()
            self.assertFalse(self._clock(case, "external"))
            case._step_up()
            self.env.flush_all()
        return case

    def _write(self, case, at, **vals):
        with freeze_time(at):
            case.write(vals)
            self.env.flush_all()

    def test_days_of_the_law_are_the_default(self):
        target = self.policy.target_ids.filtered(lambda line: line.target == "external")
        self.assertEqual((target.unit, target.pauses), ("days", False))
        shipped = self.env.ref(f"{MODULE}.sla_target_general_external")
        self.assertEqual((shipped.value, shipped.unit), (30, "days"))

    def test_going_outside_starts_thirty_calendar_days(self):
        case = self._outside()
        clock = self._clock(case, "external")
        self.assertEqual(case.external_on, ASKED)
        self.assertEqual((clock.started_at, clock.due_at), (REFUSED, DUE))
        self.assertEqual(clock.state, "running")

    def test_our_time_stands_still_while_others_judge(self):
        case = self._outside()
        self.assertEqual(self._clock(case).state, "paused")
        self._clock(case, "statutory")._note("stopped", REFUSED)
        case._set_due_at(case._get_clocks())
        self.assertEqual(case.due_at, DUE)
        self._move(case, "waiting_third", shanghai(10, 9))
        self.assertEqual(self._clock(case).state, "paused")
        self._write(case, shanghai(20, 9), external_answered_on=date(2026, 3, 20))
        self.assertEqual(self._clock(case).state, "running")

    def test_the_law_s_clock_does_not_stand_still(self):
        case = self._outside(at=shanghai(5, 9))
        self.assertEqual(self._clock(case, "statutory").state, "running")

    def test_the_answer_stops_it(self):
        case = self._outside()
        self._write(case, shanghai(20, 9), external_answered_on=date(2026, 3, 20))
        clock = self._clock(case, "external")
        self.assertEqual((clock.state, clock.stopped_at), ("met", shanghai(20, 9)))

    def test_an_answer_of_the_last_day_is_in_time_whenever_it_is_recorded(self):
        in_time, late = self._outside(), self._outside()
        self._write(in_time, shanghai(20, 9, month=4), external_answered_on=date(2026, 4, 8))
        self._write(late, shanghai(20, 9, month=4), external_answered_on=date(2026, 4, 9))
        self.assertEqual(self._clock(in_time, "external").state, "met")
        self.assertEqual(self._clock(late, "external").state, "breached")

    def test_a_day_recorded_by_mistake_is_corrected(self):
        case = self._outside()
        self._write(case, shanghai(20, 9, month=4), external_answered_on=date(2026, 4, 15))
        self._write(case, shanghai(20, 10, month=4), external_answered_on=date(2026, 4, 2))
        clock = self._clock(case, "external")
        self.assertEqual((clock.state, clock.stopped_at), ("met", shanghai(2, 0, month=4)))
        self._write(case, shanghai(20, 11, month=4), external_answered_on=False)
        self.assertEqual((clock.state, clock.stopped_at), ("breached", False))
        self.assertEqual(case.clock_ids.filtered(lambda one: one.target == "external"), clock)

    def test_a_corrected_beginning_moves_the_end(self):
        case = self._outside()
        self._write(case, shanghai(12, 9), external_on=date(2026, 3, 12))
        clock = self._clock(case, "external")
        self.assertEqual(clock.due_at, shanghai(12, 0, month=4) - timedelta(seconds=1))
        self._write(case, shanghai(12, 10), external_on=ASKED)
        self.assertEqual(clock.due_at, DUE)

    def test_closing_freezes_it(self):
        case = self._outside()
        self._move(case, "closed", shanghai(12, 9))
        clock = self._clock(case, "external")
        self.assertEqual((clock.state, clock.frozen), ("cancelled", True))
        self._write(case, shanghai(13, 9), external_answered_on=date(2026, 3, 13))
        self.assertEqual((clock.state, len(clock.event_ids)), ("cancelled", 1))

    def test_reopened_in_time_it_goes_on(self):
        case = self._outside()
        self._move(case, "closed", shanghai(12, 9))
        self._move(case, "working", shanghai(16, 9))
        clock = self._clock(case, "external")
        self.assertEqual((clock.state, clock.due_at), ("running", DUE))

    def test_late_it_stays_late_when_closed(self):
        case = self._outside()
        self._move(case, "closed", shanghai(20, 9, month=4))
        self.assertEqual(self._clock(case, "external").state, "breached")

    def test_it_is_escalated_like_the_others(self):
        rules = self.env["logistics.escalation.rule"]
        rules.search([]).active = False
        case = self._outside()
        with freeze_time(REFUSED):
            rules.create(
                {
                    "name": "The body is late",
                    "company_id": self.company.id,
                    "moment": "breach",
                    "target": "external",
                    "level": "manager",
                }
            )
        self.company.logistics_manager_id = self.manager
        case.activity_ids.unlink()
        self._watch(DUE - timedelta(hours=1))
        self.assertFalse(case.activity_ids)
        for hours in (1, 2):
            self._watch(DUE + timedelta(hours=hours))
        self.assertEqual(case.activity_ids.user_id, self.manager)
        self.assertEqual(len(case.activity_ids), 1)
        self.assertEqual(self._clock(case, "external").state, "breached")

    def test_a_policy_that_brings_it_later_starts_it_on_the_day_the_case_went_outside(self):
        target = self.policy.target_ids.filtered(lambda line: line.target == "external")
        target.value = 0
        case = self._outside()
        self.assertFalse(self._clock(case, "external"))
        target.value = 30
        with freeze_time(shanghai(11, 9)):
            case._match_policies()
        self.assertEqual(self._clock(case, "external").due_at, DUE)

    def test_days_that_cannot_be(self):
        case = self._outside()
        with self.assertRaises(ValidationError):
            self._write(case, shanghai(10, 9), external_answered_on=date(2026, 3, 11))
        with self.assertRaises(ValidationError):
            self._write(case, shanghai(10, 9), external_answered_on=date(2026, 3, 8))

    def test_how_long_others_take_is_none_of_our_doing(self):
        case = self._outside()
        self._watch(DUE + timedelta(hours=1))
        self.assertEqual(self._clock(case, "external").state, "breached")
        own = case.clock_ids.filtered(lambda clock: clock.target != "external")
        row = self.env["logistics.complaint.report"].search([("complaint_id", "=", case.id)])
        judged = own.filtered(lambda clock: clock.state in ("met", "breached") or clock.due_at)
        self.assertEqual(row.judged_count, len(judged))
        self.assertEqual(row.breached_count, len(judged) - row.met_count)

    def test_the_form_offers_the_answer_outside_only(self):
        case = self._outside()
        with freeze_time(shanghai(12, 9)), Form(case.with_user(self.agent)) as form:
            form.external_body = "Postal regulator"
            form.external_answered_on = date(2026, 3, 12)
            form.external_outcome = "part"
            form.external_answer = "Half of the value"
        self.assertEqual(self._clock(case, "external").event_ids.mapped("reason"), ["Postal regulator"])
        inside = Form(self._case(MONDAY).with_user(self.agent))
        self.assertTrue(inside._get_modifier("external_answered_on", "invisible"))

    def test_recording_many_costs_no_query_for_each(self):
        def record(count):
            cases = self.Case.browse()
            for _number in range(count):
                cases |= self._outside()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(shanghai(20, 9)):
                cases.external_answered_on = date(2026, 3, 20)
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = record(2), record(8)
        self.assertLessEqual(many - few, 6 * 4, "one event, one clock")
