from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE, ClockCommon, shanghai

MONDAY = shanghai(2, 9)


@tagged("post_install", "-at_install")
class TestEscalation(ClockCommon):
    """First response in four hours: due on Monday at 14:00, 80 % of it spent at 13:12."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["logistics.escalation.rule"]
        cls.Rule.search([]).active = False
        cls.policy.target_ids.filtered(lambda t: t.target != "first_response").unlink()
        cls.team.user_id = cls.supervisor
        cls.company.logistics_manager_id = cls.manager
        cls.boss = cls._new_user("boss", "group_manager")
        cls.company.logistics_general_manager_id = cls.boss

    @classmethod
    def _rule(cls, **vals):
        with freeze_time(shanghai(1, 0)):
            return cls.Rule.create(
                {"name": "Rule", "company_id": cls.company.id, "target": "first_response", **vals}
            )

    def _told(self, case):
        return [(activity.user_id, activity.summary) for activity in case.activity_ids]

    def _log(self, case):
        rows = self.env["logistics.escalation"].search([("complaint_id", "=", case.id)], order="id")
        return [(row.rule_id.name, row.occurrence, row.acted) for row in rows]

    def test_at_a_share_at_the_breach_and_every_so_many_hours(self):
        self._rule(name="soon", moment="share", share=0.8, level="agent")
        self._rule(name="late", moment="breach", level="supervisor")
        self._rule(name="again", moment="every", hours=2, times=2, level="manager")
        case = self._case(MONDAY, user_id=self.agent.id)
        clock = self._clock(case, "first_response")
        expected = []
        for before, at, after, rule in (
            (shanghai(2, 13, 11), shanghai(2, 13, 12), shanghai(2, 13, 13), ("soon", 0, True)),
            (shanghai(2, 13, 59), shanghai(2, 14), shanghai(2, 14, 1), ("late", 0, True)),
            (shanghai(2, 15, 59), shanghai(2, 16), shanghai(2, 16, 1), ("again", 1, True)),
            (shanghai(2, 17, 59), shanghai(2, 18), shanghai(2, 18, 1), ("again", 2, True)),
        ):
            self._watch(before)
            self.assertEqual(self._log(case), expected, "not early")
            self.assertEqual(clock.next_at, at)
            self._watch(after)
            expected.append(rule)
            self.assertEqual(self._log(case), expected)
            self._watch(after)
            self.assertEqual(self._log(case), expected, "not twice")
        self.assertFalse(clock.next_at)
        self._watch(shanghai(20, 9))
        self.assertEqual(self._log(case), expected, "no more often than the rule says")
        self.assertEqual(
            set(self._told(case)),
            {(self.agent, "soon"), (self.supervisor, "late"), (self.manager, "again")},
        )

    def test_working_hours_pass_between_two_times(self):
        self._rule(name="again", moment="every", hours=4, times=1)
        case = self._case(MONDAY)
        self._watch(shanghai(2, 15))
        self.assertEqual(self._clock(case, "first_response").next_at, shanghai(2, 18))
        with freeze_time(shanghai(2, 15, 15)):
            self.policy.target_ids.value = 6
        self._watch(shanghai(2, 15, 30))
        self._watch(shanghai(2, 16, 30))
        self.assertEqual(self._clock(case, "first_response").next_at, shanghai(3, 11))

    def test_after_an_outage_only_the_last_moment_acts(self):
        """Not all at once: what was missed is noted, and only where it stands now is told."""
        self._rule(name="soon", moment="share", share=0.8, level="agent")
        self._rule(name="late", moment="breach", level="supervisor")
        self._rule(name="again", moment="every", hours=1, times=3, level="manager")
        case = self._case(MONDAY)
        self._watch(shanghai(2, 16, 30))
        self.assertEqual(
            self._log(case),
            [("soon", 0, False), ("late", 0, False), ("again", 1, False), ("again", 2, True)],
        )
        self.assertEqual(self._told(case), [(self.manager, "again")])

    def test_rules_of_the_same_moment_all_act(self):
        self._rule(name="tell", level="supervisor")
        self._rule(name="raise", do_activity=False, do_priority=True)
        case = self._case(MONDAY)
        self._watch(shanghai(2, 14, 1))
        self.assertEqual(self._told(case), [(self.supervisor, "tell")])
        self.assertEqual(case.priority, "2")

    def test_nobody_is_told_of_what_was_answered_in_time(self):
        self._rule()
        case = self._case(MONDAY)
        self._reply(case, shanghai(2, 10))
        self._watch(shanghai(20, 9))
        self.assertFalse(self._log(case))

    def test_a_pause_puts_off_the_escalation(self):
        self.policy.target_ids.create(
            {"policy_id": self.policy.id, "target": "resolution", "value": 8}
        )
        self._rule(name="late", target="resolution")
        case = self._case(MONDAY)
        self._move(case, "waiting_customer", shanghai(2, 10))
        self._watch(shanghai(10, 9))
        self.assertFalse(self._log(case))
        self._move(case, "working", shanghai(10, 9))
        self._watch(shanghai(10, 17))
        self.assertFalse(self._log(case))
        self._watch(shanghai(10, 17, 1))
        self.assertEqual(self._log(case), [("late", 0, True)])

    def test_a_new_rule_leaves_the_past_alone(self):
        old = self._case(MONDAY)
        self._watch(shanghai(2, 15))
        with freeze_time(shanghai(2, 16)):
            self.Rule.create({"name": "new", "company_id": self.company.id})
        self._watch(shanghai(2, 17))
        self.assertFalse(self._log(old))
        young = self._case(shanghai(3, 9))
        self._watch(shanghai(3, 14, 1))
        self.assertEqual(self._log(young), [("new", 0, True)])

    def test_rules_of_a_team_a_target_and_a_company(self):
        other_team = self.team.copy()
        other = self.env["res.company"].create({"name": "Other"})
        self._rule(name="team", team_id=other_team.id)
        self._rule(name="target", target="resolution")
        self._rule(name="company", company_id=other.id)
        self._rule(name="shared", company_id=False, target=False)
        case = self._case(MONDAY)
        self._watch(shanghai(2, 14, 1))
        self.assertEqual(self._log(case), [("shared", 0, True)])

    def test_levels_and_who_stands_in(self):
        case = self._case(MONDAY, user_id=self.agent.id)
        levels = ("agent", "supervisor", "manager", "general")
        people = self.agent, self.supervisor, self.manager, self.boss
        for level, person in zip(levels, people, strict=True):
            self.assertEqual(case._get_escalation_user(level), person)
        case.user_id = self.team.user_id = False
        self.assertEqual(case._get_escalation_user("agent"), self.manager)
        self.company.logistics_manager_id = False
        self.boss.active = False
        stand_in = case._get_escalation_user("manager")
        self.assertTrue(stand_in.has_group(f"{MODULE}.group_manager"))
        self.assertIn(self.company, stand_in.company_ids)

    def test_handing_over_priority_message_and_the_reason(self):
        self._rule(
            name="All of it",
            level="supervisor",
            do_mail=True,
            do_reassign=True,
            do_priority=True,
        )
        case = self._case(MONDAY, user_id=self.agent.id)
        self._watch(shanghai(2, 14, 1))
        self.assertEqual(case.user_id, self.supervisor)
        self.assertEqual((case.priority, case.priority_reason), ("2", "All of it"))
        notes = case.message_ids.filtered(lambda message: message.message_type == "notification")
        self.assertTrue(any("the deadline has passed" in (note.body or "") for note in notes))
        told = self.env["mail.message"].search(
            [("model", "=", "logistics.complaint"), ("res_id", "=", case.id)]
        ).filtered(lambda message: message.message_type == "user_notification")
        self.assertEqual(told.notified_partner_ids, self.supervisor.partner_id)

    def test_one_message_tells_of_many_cases(self):
        self._rule(name="Late", do_mail=True)
        with freeze_time(MONDAY):
            cases = self.Case.create([self._case_vals() for _number in range(3)])
        domain = [
            ("message_type", "=", "user_notification"),
            ("notified_partner_ids", "in", self.supervisor.partner_id.ids),
        ]
        before = self.env["mail.message"].search(domain)
        self._watch(shanghai(2, 14, 1))
        told = self.env["mail.message"].search(domain) - before
        self.assertEqual(len(told), 1)
        self.assertEqual(told.subject, "Late: 3 cases")
        for case in cases:
            self.assertIn(case.number, told.body)
            self.assertTrue(
                any("the deadline has passed" in body for body in case.message_ids.mapped("body"))
            )
        self.assertEqual(told.body.count("the deadline has passed"), 3)

    def test_the_highest_priority_stays(self):
        self._rule(do_priority=True, do_activity=False)
        case = self._case(MONDAY, severity="critical")
        self.assertEqual(case.priority, "3")
        self._watch(shanghai(2, 14, 1))
        self.assertEqual(case.priority, "3")
        self.assertFalse(case.priority_override)

    def test_the_reason_is_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.supervisor.lang = "fr_FR"
        rule = self._rule(name="Late")
        rule.with_context(lang="fr_FR").name = "En retard"
        case = self._case(MONDAY)
        self._watch(shanghai(2, 14, 1))
        self.assertEqual(self._told(case), [(self.supervisor, "En retard")])

    @mute_logger("odoo.sql_db")
    def test_the_database_lets_a_rule_act_once(self):
        """Two workers that escalate at once: the second fails, its part is rolled back."""
        rule = self._rule()
        case = self._case(MONDAY)
        self._watch(shanghai(2, 14, 1))
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["logistics.escalation"].create(
                {
                    "clock_id": self._clock(case, "first_response").id,
                    "company_id": self.company.id,
                    "rule_id": rule.id,
                    "occurrence": 0,
                }
            )

    @mute_logger("odoo.addons.logistics_customer_service.models.complaint.deadline.logistics_clock")
    def test_a_case_that_cannot_be_escalated_is_isolated(self):
        self._rule()
        with freeze_time(MONDAY):
            cases = self.Case.create([self._case_vals() for _number in range(7)])
        bad = cases[2]
        original = type(self.Case)._schedule_escalation

        def schedule(cases, *args):
            if bad in cases:
                raise ValueError("poisoned")
            return original(cases, *args)

        self.patch(type(self.Case), "_schedule_escalation", schedule)
        self._watch(shanghai(2, 14, 1))
        self.assertEqual(cases.filtered("activity_ids"), cases - bad)
        self.assertFalse(self._log(bad))
        for case in cases - bad:
            self.assertEqual(len(case.activity_ids), 1)

    def test_cost_of_a_batch(self):
        """Telling of ninety cases costs as many queries as of ten: activities, notes, followers."""
        self._rule()
        few, many = (self._count_watching(count, day) for count, day in ((10, 2), (90, 9)))
        # more than that is a query for each case somewhere
        self.assertLessEqual(many - few, 8)
        self.assertEqual(len(self.env["logistics.escalation"].search([])), 100)
        told = self.env["mail.activity"].search([("res_model", "=", "logistics.complaint")])
        self.assertEqual(len(told.filtered(lambda row: row.user_id == self.supervisor)), 100)

    def _count_watching(self, count, day):
        with freeze_time(shanghai(day, 9)):
            self.Case.create([self._case_vals() for _number in range(count)])
        self._watch(shanghai(day, 13))
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._watch(shanghai(day, 14, 1))
        return self.cr.sql_log_count - before

    def test_two_deadlines_at_once_are_both_named(self):
        self.env["logistics.sla.target"].create(
            {"policy_id": self.policy.id, "target": "acknowledge", "value": 4}
        )
        self._rule(target=False)
        case = self._case(MONDAY)
        self._watch(shanghai(2, 14, 1))
        (told,) = case.activity_ids
        self.assertIn("Acknowledge", told.note)
        self.assertIn("First response", told.note)

    @mute_logger("odoo.sql_db")
    def test_impossible_rules(self):
        for vals in (
            {"moment": "share", "share": 1.0},
            {"moment": "share", "share": 0},
            {"moment": "every", "hours": 0},
            {"moment": "every", "times": 0},
        ):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), self.cr.savepoint():
                self._rule(**vals)
