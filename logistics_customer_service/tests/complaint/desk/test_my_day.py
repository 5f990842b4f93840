from lxml import etree

from odoo import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...common import MODULE
from ..test_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMyDay(ComplaintCommon):
    """An agent's day is the agent's own, a supervisor's the team's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._new_user("second", "group_agent")
        cls.others = cls.team.copy({"name": "Others", "member_ids": [Command.set(cls.second.ids)]})
        cls.mine = cls._answered(user_id=cls.agent.id, team_id=cls.team.id)
        cls.free = cls._answered(team_id=cls.team.id)
        cls.foreign = cls._answered(user_id=cls.second.id, team_id=cls.others.id)

    @classmethod
    def _answered(cls, **vals):
        case = cls._case(**vals)
        case.customer_answered = True
        return case

    def _day(self, user):
        view = self.env.ref(f"{MODULE}.logistics_complaint_view_search").get_combined_arch()
        text = etree.fromstring(view).find(".//filter[@name='my_day']").get("domain")
        return self.Complaint.with_user(user).search(safe_eval(text, {"uid": user.id}))

    def test_an_agent_s_own(self):
        self.assertEqual(self._day(self.agent), self.mine)

    def test_a_supervisor_s_team(self):
        self.assertEqual(self._day(self.supervisor), (self.mine | self.free).sorted())
        self.others.user_id = self.supervisor
        self.assertEqual(self._day(self.supervisor), (self.mine | self.free | self.foreign).sorted())

    def test_who_supervises_no_team_in_particular_sees_all(self):
        self.assertEqual(self._day(self.manager), (self.mine | self.free | self.foreign).sorted())

    def test_visits_too(self):
        visits = self.env["logistics.visit"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": user.id,
                    "team_id": team.id,
                    "planned_at": "2026-03-05 02:00:00",
                }
                for user, team in ((self.agent, self.team), (self.second, self.others))
            ]
        )
        action = self.env.ref(f"{MODULE}.logistics_visit_action_my_day")
        for user, seen in (
            (self.agent, visits[0]),
            (self.second, visits[1]),
            (self.supervisor, visits[0]),
            (self.manager, visits.sorted()),
        ):
            domain = safe_eval(action.domain, {"uid": user.id})
            self.assertEqual(self.env["logistics.visit"].with_user(user).search(domain), seen)
