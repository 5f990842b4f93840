from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ..deadline.common import ClockCommon, shanghai

MORNING = shanghai(2, 10)
NIGHT = shanghai(2, 22)
SUNDAY = shanghai(8, 10)


@tagged("post_install", "-at_install")
class TestDistribution(ClockCommon):
    """Cases go to who is at work and suits best; what waits is given out when somebody is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the cron would give out the cases of the demo story, too
        cls.env.cr.execute("UPDATE logistics_service_team SET assignment_method = 'manual'")
        cls.env.invalidate_all()
        cls.third = cls._new_user("third", "group_agent")
        cls.members = cls.agent + cls.supervisor + cls.third
        cls.team.write(
            {
                "member_ids": [Command.set(cls.members.ids)],
                "assignment_method": "turn",
                "working_hours_only": True,
            }
        )
        cls.damage = cls.env.ref(f"{MODULE}.complaint_category_damage")
        cls.broken = cls.env.ref(f"{MODULE}.complaint_category_damage_broken")
        cls.late = cls.env.ref(f"{MODULE}.complaint_category_delay_line")

    def _cases(self, count, at=MORNING, **vals):
        with freeze_time(at):
            return self.Case.create([self._case_vals(**vals)] * count)

    def _give_out(self, at):
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_distribute").method_direct_trigger()
        self.env.invalidate_all()

    def _resource(self, user, calendar, **vals):
        return self.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": self.company.id,
                "calendar_id": calendar and calendar.id,
                "tz": "Asia/Shanghai",
                **vals,
            }
        )

    def _skill(self, user, categories=(), langs=()):
        return self.env["logistics.agent.skill"].create(
            {
                "user_id": user.id,
                "category_ids": [Command.set([category.id for category in categories])],
                "lang_ids": [Command.set([self.env["res.lang"]._get_data(code=code).id for code in langs])],
            }
        )

    def test_at_night_and_on_sunday_nobody_gets_a_case(self):
        self.assertEqual(self._cases(3).user_id, self.members)
        self.assertFalse(self._cases(3, NIGHT).user_id)
        self.assertFalse(self._cases(3, SUNDAY).user_id)
        self.assertFalse(self._cases(1, shanghai(2, 12, 30)).user_id)

    def test_a_public_holiday_counts(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "date_from": shanghai(2, 0),
                "date_to": shanghai(3, 0) - timedelta(seconds=1),
            }
        )
        self.assertFalse(self._cases(1).user_id)
        self.assertTrue(self._cases(1, shanghai(3, 10)).user_id)

    def test_a_person_s_own_hours_go_before_the_team_s(self):
        nights = self._calendar("Nights", "Asia/Shanghai", range(7), ((20, 24),))
        self._resource(self.third, nights)
        self.assertEqual(self._cases(4, NIGHT).user_id, self.third)
        self.assertEqual(self._cases(4).user_id, self.agent + self.supervisor)

    def test_a_person_s_own_time_zone_counts(self):
        self._resource(self.third, self.office, tz="Europe/Berlin")
        # ten in the morning in Berlin, five in the afternoon in Shanghai, and seven hours later
        self.assertIn(self.third, self._cases(3, shanghai(2, 17)).user_id)
        self.assertEqual(self._cases(3, shanghai(2, 23)).user_id, self.third)

    def test_who_has_no_fixed_hours_is_always_at_work(self):
        self._resource(self.third, None)
        self.assertEqual(self._cases(2, SUNDAY).user_id, self.third)

    def test_hours_that_cannot_be_used_keep_nobody_from_work(self):
        self.office.attendance_ids.unlink()
        self.assertTrue(self._cases(1, SUNDAY).user_id)

    def test_who_speaks_the_customer_s_language_comes_first(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["res.lang"]._activate_lang("zh_TW")
        self.third.lang = "zh_CN"
        self._skill(self.agent, [self.damage])
        customer = self._customer("Lotus", lang="zh_TW")
        for lang, chosen in (("zh_TW", self.third), ("zh_CN", self.third)):
            customer.lang = lang
            vals = {"partner_id": customer.id, "category_id": self.broken.id}
            with self.subTest(lang=lang):
                self.assertEqual(self._cases(3, **vals).user_id, chosen, "before skill and turn")
        self._skill(self.supervisor, langs=["zh_CN"])
        self.assertEqual(self._cases(3, **vals).user_id, self.supervisor, "a skill counts beside it")
        customer.lang = "en_US"
        self.assertEqual(self._cases(1, **vals).user_id, self.agent)

    def test_nobody_waits_for_want_of_words(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        customer = self._customer("Lavande", lang="fr_FR")
        self.assertEqual(len(self._cases(3, partner_id=customer.id).user_id), 3)

    def test_hours_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        nights = self._calendar("Nights", "Asia/Shanghai", range(7), ((20, 24),))
        nights.company_id = False
        self._resource(self.third, nights, company_id=other.id)
        self.assertIn(self.third, self._cases(3).user_id)

    def test_an_absent_person_gets_nothing_though_it_is_working_time(self):
        resource = self._resource(self.third, self.office)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "resource_id": resource.id,
                "calendar_id": self.office.id,
                "date_from": shanghai(2, 0),
                "date_to": shanghai(3, 0),
            }
        )
        self.assertEqual(self._cases(4).user_id, self.agent + self.supervisor)

    def test_a_team_may_give_out_round_the_clock(self):
        self.team.working_hours_only = False
        self.assertTrue(self._cases(1, SUNDAY).user_id)

    def test_the_dedicated_agent_is_not_woken_up(self):
        self._profile(self.customer, agent_id=self.third.id)
        self.assertFalse(self._cases(1, NIGHT).user_id)
        self.assertEqual(self._cases(4).user_id, self.third)

    def test_who_has_the_skill_comes_first(self):
        self._skill(self.third, [self.damage])
        self._skill(self.agent, [self.late])
        self.assertEqual(self._cases(3, category_id=self.broken.id).user_id, self.third)
        self.assertEqual(self._cases(3, category_id=self.late.id).user_id, self.agent)
        # nobody's: who has no skill noted, before those who are good at something else
        self.assertEqual(self._cases(3).user_id, self.supervisor)

    def test_the_customer_s_language_is_a_skill(self):
        self._skill(self.third, langs=["en_US"])
        self.customer.lang = "en_US"
        self.assertEqual(self._cases(2).user_id, self.third)

    def test_nobody_waits_for_an_expert_who_is_away(self):
        self._skill(self.third, [self.damage])
        nights = self._calendar("Nights", "Asia/Shanghai", range(7), ((20, 24),))
        self._resource(self.third, nights)
        self.assertTrue(self._cases(1, category_id=self.broken.id).user_id)

    def test_skill_before_load(self):
        self.team.assignment_method = "load"
        self._skill(self.third, [self.damage])
        self._cases(5, category_id=self.broken.id)
        self.assertEqual(self._cases(1, category_id=self.broken.id).user_id, self.third)
        self.assertEqual(self._cases(6).user_id, self.agent + self.supervisor)

    def test_one_by_one_or_at_once_the_round_is_the_same(self):
        singly = [self._cases(1).user_id for _number in range(4)]
        self.assertEqual(singly[0], singly[3])
        self.assertEqual([case.user_id for case in self._cases(3)], singly[1:])

    def test_who_comes_back_takes_the_next_turn_and_no_more(self):
        nights = self._calendar("Nights", "Asia/Shanghai", range(7), ((20, 24),))
        self._cases(3)
        resource = self._resource(self.third, nights)
        self._cases(4)
        resource.calendar_id = self.office
        back = [case.user_id for case in self._cases(6)]
        self.assertEqual(back[0], self.third)
        self.assertEqual(back.count(self.third), 2)

    def test_forgotten_turns_change_nothing(self):
        first = [case.user_id for case in self._cases(3)]
        turns = self.env["logistics.service.turn"]
        self._cases(3)
        self.env.flush_all()
        turns._gc_turns()
        self.env.invalidate_all()
        own = turns.search([("team_id", "=", self.team.id)])
        self.assertEqual(len(own), 3)
        self.assertEqual([case.user_id for case in self._cases(3)], first)

    def test_what_came_at_night_is_given_out_in_the_morning(self):
        cases = self._cases(6, NIGHT)
        self._give_out(shanghai(3, 8))
        self.assertFalse(cases.user_id)
        self._give_out(shanghai(3, 9, 30))
        shares = {user: len(own) for user, own in cases.grouped("user_id").items()}
        self.assertEqual(shares, dict.fromkeys(self.members, 2))
        before = {case: case.user_id for case in cases}
        self._give_out(shanghai(3, 9, 40))
        self.assertEqual({case: case.user_id for case in cases}, before)

    def test_what_people_hand_out_stays_with_them(self):
        self.team.assignment_method = "manual"
        case = self._cases(1)
        self._give_out(shanghai(3, 10))
        self.assertFalse(case.user_id)

    def test_closed_and_archived_cases_are_left_alone(self):
        cases = self._cases(2, NIGHT)
        self._move(cases[0], "closed", NIGHT)
        cases[1].active = False
        self._give_out(shanghai(3, 10))
        self.assertFalse(cases.user_id)

    def test_the_urgent_go_first(self):
        cases = self._cases(4, NIGHT)
        urgent = cases[2]
        urgent.write({"priority_override": "3", "priority_reason": "Hospital"})
        with freeze_time(shanghai(3, 10)):
            self.assertEqual(self.Case._find_unassigned()[0], urgent)

    @mute_logger("odoo.addons.logistics_customer_service.models.complaint.desk.logistics_complaint")
    def test_one_bad_case_does_not_stop_the_others(self):
        cases = self._cases(5, NIGHT)
        bad, write = cases[2], type(self.Case).write

        def failing(records, vals):
            if bad in records and "user_id" in vals:
                raise ValueError("Another addon's rule")
            return write(records, vals)

        self.patch(type(self.Case), "write", failing)
        self._give_out(shanghai(3, 10))
        self.assertFalse(bad.user_id)
        self.assertTrue(all(case.user_id for case in cases - bad))

    def test_it_goes_on_where_it_stopped(self):
        cases = self._cases(5, NIGHT)
        path = "odoo.addons.logistics_customer_service.models.complaint.desk.logistics_complaint"
        cron = type(self.env["ir.cron"])
        with (
            freeze_time(shanghai(3, 10)),
            patch(f"{path}.DISTRIBUTED_AT_ONCE", 2),
            patch.object(cron, "_commit_progress", return_value=0) as told,
        ):
            self.Case._cron_distribute()
            self.assertEqual(len(cases.filtered("user_id")), 2)
            told.assert_called_once_with(2, remaining=3)
            for left in (1, 0):
                self.Case._cron_distribute()
                self.assertEqual(told.call_args.kwargs["remaining"], left)
        self.assertTrue(all(case.user_id for case in cases))

    def test_what_somebody_else_is_at_is_left_to_them(self):
        cases = self._cases(3, NIGHT)
        with (
            freeze_time(shanghai(3, 10)),
            patch.object(type(self.Case), "try_lock_for_update", lambda records, **_kw: records[:2]),
        ):
            cases._distribute()
        self.assertEqual(cases.filtered("user_id"), cases[:2])

    @mute_logger("odoo.addons.logistics_customer_service.models.complaint.desk.logistics_complaint")
    def test_a_conflict_is_tried_again(self):
        cases, lock = self._cases(2, NIGHT), type(self.Case).try_lock_for_update
        self.env.flush_all()  # a conflict throws away what is not written
        conflicts = [SerializationFailure("taken meanwhile")] * 2

        def busy(records, **kwargs):
            if conflicts:
                raise conflicts.pop()
            return lock(records, **kwargs)

        with (
            freeze_time(shanghai(3, 10)),
            patch.object(type(self.Case), "try_lock_for_update", busy),
            patch.object(self.env.cr, "rollback"),
        ):
            cases._distribute()
        self.assertTrue(all(case.user_id for case in cases))

    def test_a_hundred_cost_as_many_queries_as_ten(self):
        def give_out(count):
            cases = self._cases(count, NIGHT)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(shanghai(3, 10)):
                cases._distribute()
                self.env.flush_all()
            self.assertEqual(cases.user_id, self.members)
            return self.env.cr.sql_log_count - before

        give_out(10)
        few, many = give_out(10), give_out(100)
        self.assertEqual(few, many)

    def test_the_supervisor_notes_skills(self):
        with Form(self.env["logistics.agent.skill"].with_user(self.supervisor)) as form:
            form.user_id = self.third
            form.category_ids.add(self.damage)
        self.assertFalse(form.record.with_user(self.agent).has_access("write"))
        self.assertEqual(form.record.company_id, self.company)
