from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestHome(LogisticsCommon):
    """Who lands in the workplace at login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.env.ref(f"{MODULE}.logistics_work_action_home")

    def _homes(self, users):
        users.invalidate_recordset()
        return [user.action_id.id for user in users]

    def test_who_works_with_it_alone_lands_there(self):
        extra = self._new_user(
            "creator", "group_agent", "base.group_partner_manager", "base.group_allow_export"
        )
        people = self.agent | self.supervisor | self.manager | extra
        self.assertEqual(people._logistics_set_home(), people)
        self.assertEqual(self._homes(people), [self.home.id] * 4)

    def test_who_works_elsewhere_keeps_what_is_there(self):
        others = self._new_others()
        self.assertFalse(others._logistics_set_home())
        self.assertEqual(self._homes(others), [False] * len(others))

    def _new_others(self):
        groups = ("sales_team.group_sale_salesman", "stock.group_stock_user", "base.group_system")
        users = [self._new_user(f"both{n}", "group_agent", group) for n, group in enumerate(groups)]
        users.append(self._new_user("none", "base.group_user"))
        users.append(self._portal_user("visitor", self._customer()))
        return self.env["res.users"].union(*users)

    def test_an_own_choice_stays(self):
        chosen = self.env.ref("base.action_res_users_my")
        self.agent.action_id = chosen.id
        self.assertEqual((self.agent | self.supervisor)._logistics_set_home(), self.supervisor)
        self.assertEqual(self._homes(self.agent), [chosen.id])

    def test_nobody_sets_another_s_home_without_the_right(self):
        with self.assertRaises(AccessError):
            self.agent.with_user(self.manager)._logistics_set_home()

    def test_many_cost_no_more(self):
        people = self.env["res.users"].union(
            *(self._new_user(f"agent{n}", "group_agent") for n in range(12))
        )
        (people[:2])._logistics_set_home()  # caches
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            people[2:]._logistics_set_home()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestLanding(LogisticsCommon, HttpCase):
    """What the web client is told of it."""

    def _landing(self, user):
        user.password = user.login
        self.authenticate(user.login, user.login)
        url = "/web/session/get_session_info"
        return self.make_jsonrpc_request(url, {})["home_action_id"]

    def test_the_client_opens_it_while_the_role_lasts(self):
        self.agent._logistics_set_home()
        self.assertEqual(self._landing(self.agent), self.env.ref(f"{MODULE}.logistics_work_action_home").id)
        self.agent.group_ids -= self.env.ref(f"{MODULE}.group_agent")
        self.agent.group_ids |= self.env.ref("base.group_user")
        self.assertFalse(self._landing(self.agent))
