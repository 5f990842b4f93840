from odoo.tests import HttpCase, new_test_user, tagged

from ..common import MODULE
from .test_work import WorkCommon


@tagged("post_install", "-at_install")
class TestWorkTour(HttpCase, WorkCommon):
    """What a supervisor does on the real screen, in so many clicks."""

    def test_ten_cases_are_reassigned_in_five_clicks(self):
        leader = new_test_user(self.env, "tour_leader", groups=f"{MODULE}.group_supervisor")
        colleague = new_test_user(self.env, "tour_colleague", groups=f"{MODULE}.group_agent")
        team = self.team.copy(
            {"name": "Ten", "user_id": leader.id, "member_ids": [(6, 0, (leader + colleague).ids)]}
        )
        cases = self.env["logistics.complaint"].union(
            *(self._due_case(hours, team_id=team.id, user_id=leader.id) for hours in range(10))
        )
        self.start_tour("/odoo/logistics-team", "logistics_reassign_tour", login="tour_leader")
        self.assertEqual(cases.user_id, colleague)
