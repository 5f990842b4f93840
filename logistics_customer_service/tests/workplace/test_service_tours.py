from odoo.tests import HttpCase, new_test_user, tagged

from ..common import MODULE


@tagged("post_install", "-at_install")
class TestServiceTours(HttpCase):
    """The tours that Odoo shows to who is new: an agent's and a manager's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            role: new_test_user(cls.env, f"new_{role}", groups=f"{MODULE}.group_{role}")
            for role in ("agent", "manager")
        }

    def test_an_agent_s_tour(self):
        self.start_tour("/odoo", "logistics_service_agent_tour", login="new_agent")

    def test_a_manager_s_tour(self):
        self.start_tour("/odoo", "logistics_service_manager_tour", login="new_manager")

    def test_each_is_offered_its_own(self):
        tours = self.env["web_tour.tour"]
        clerk = new_test_user(self.env, "new_clerk", groups="base.group_user")
        domain = [("name", "like", "logistics_service_%_tour")]
        for user, names in (
            (clerk, []),
            (self.people["agent"], ["logistics_service_agent_tour"]),
            (self.people["manager"], ["logistics_service_manager_tour"]),
        ):
            self.assertEqual(tours.with_user(user).search(domain).mapped("name"), names)
