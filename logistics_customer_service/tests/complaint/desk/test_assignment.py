from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..test_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestAssignment(ComplaintCommon):
    """Who gets a new case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls._new_user("third", "group_agent")
        cls.team.member_ids = [Command.set((cls.agent + cls.supervisor + cls.third).ids)]
        cls.team.write({"assignment_method": "load", "working_hours_only": False})
        cls.members = cls.team.member_ids

    def _leave(self, user, **vals):
        resource = self.env["resource.resource"].create(
            {"name": user.name, "user_id": user.id, "company_id": self.company.id}
        )
        now = fields.Datetime.now()
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
                **vals,
            }
        )

    def _batch(self, count):
        return self.Complaint.create(
            [{"partner_id": self.customer.id, "company_id": self.company.id}] * count
        )

    def test_least_open_first(self):
        self._case(user_id=self.agent.id)
        self._case(user_id=self.supervisor.id)
        self.assertEqual(self._case().user_id, self.third)

    def test_a_batch_is_spread_evenly(self):
        cases = self._batch(9).grouped("user_id")
        self.assertEqual(
            {agent: len(own) for agent, own in cases.items()}, dict.fromkeys(self.members, 3)
        )

    def test_closed_cases_are_no_load(self):
        for _number in range(3):
            self._case(user_id=self.agent.id)._move_to_phase("closed")
        cases = self._batch(3)
        self.assertEqual(cases.user_id, self.members)

    def test_in_turn(self):
        self.team.assignment_method = "turn"
        first = [case.user_id for case in self._batch(3)]
        self.assertEqual(len(set(first)), 3)
        self._case(user_id=first[0].id)
        self.assertEqual([case.user_id for case in self._batch(3)], first)

    def test_two_workers_at_once_choose_two_agents(self):
        """Neither sees the other's case yet: the counter keeps them apart."""
        self.team.assignment_method = "turn"
        first = self._batch(3)[-1].user_id
        unseen = [case.user_id for case in self._batch(3)]
        self.assertEqual(unseen[-1], first)
        self.team._draw_turns(1)  # another worker's, who is not done
        self.assertEqual(self._case().user_id, unseen[1])

    def test_by_hand(self):
        self.team.assignment_method = "manual"
        self._profile(self.customer, agent_id=self.agent.id)
        self.assertFalse(self._case().user_id)

    def test_dedicated_agent_first(self):
        self._profile(self.customer, agent_id=self.agent.id)
        cases = self.Complaint.with_context(tracking_disable=False).create(
            [{"partner_id": self.customer.id, "company_id": self.company.id}] * 4
        )
        self.assertEqual(cases.user_id, self.agent)
        self.assertIn(self.agent.partner_id, cases[0].message_partner_ids)

    def test_nobody_on_leave(self):
        self._leave(self.agent)
        self._profile(self.customer, agent_id=self.agent.id)
        self.assertNotIn(self.agent, self._batch(6).user_id)

    def test_leave_of_another_day_does_not_count(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self._leave(self.agent, date_from=tomorrow, date_to=tomorrow + timedelta(days=1))
        self.assertIn(self.agent, self._batch(6).user_id)

    def test_public_holiday_of_ones_calendar(self):
        leave = self._leave(self.agent)
        leave.write({"resource_id": False})
        calendar = leave.calendar_id.copy()
        leave.calendar_id = calendar
        self.agent.resource_ids.calendar_id = calendar
        self.assertNotIn(self.agent, self._batch(6).user_id)

    def test_everybody_away_leaves_it_waiting(self):
        leaves = [self._leave(member) for member in self.members]
        case = self._case()
        self.assertFalse(case.user_id)
        leaves[0].unlink()
        case.with_user(self.supervisor).action_assign()
        self.assertTrue(case.user_id)

    def test_archived_members_get_nothing(self):
        self.third.active = False
        self.assertNotIn(self.third, self._batch(4).user_id)

    def test_an_agent_named_by_hand_stays(self):
        self.assertEqual(self._case(user_id=self.supervisor.id).user_id, self.supervisor)

    def test_nobody_is_mailed_about_a_distributed_batch(self):
        before = self.env["mail.mail"].search_count([])
        self.Complaint.with_context(tracking_disable=False).create(
            [{"partner_id": self.customer.id, "company_id": self.company.id}] * 3
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
