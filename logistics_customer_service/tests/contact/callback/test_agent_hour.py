from collections import Counter

from odoo.tests import HttpCase, new_test_user, tagged

from ...common import MODULE

CALLS = 20


@tagged("post_install", "-at_install")
class TestAgentHour(HttpCase):
    """An hour of an agent: twenty calls with every result, by keys, on the real screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the demo story's calls would come between
        cls.env["logistics.callback"].search([]).unlink()
        cls.company = cls.env.company
        people = cls.env["res.partner"].create(
            [
                {"name": f"Hour {number:02}", "phone": f"+86 21 5550 12{number:02}"}
                for number in range(1, CALLS + 1)
            ]
        )
        days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), True)
        cls.env["logistics.profile"].create(
            [
                {
                    "partner_id": person.id,
                    "company_id": cls.company.id,
                    "contact_hour_from": 0,
                    "contact_hour_to": 24,
                    **days,
                }
                for person in people
            ]
        )
        cls.callbacks = cls.env["logistics.callback"].create(
            [
                {
                    "partner_id": person.id,
                    "company_id": cls.company.id,
                    "purpose_id": cls.env.ref(f"{MODULE}.callback_purpose_after_delivery").id,
                }
                for person in people
            ]
        )

    def test_twenty_calls(self):
        agent = new_test_user(self.env, "hour_agent", groups=f"{MODULE}.group_agent")
        self.start_tour("/odoo", "logistics_agent_hour_tour", login="hour_agent", timeout=180)
        attempts = self.callbacks.attempt_ids
        self.assertEqual(attempts.user_id, agent)
        self.assertEqual(
            Counter(attempts.mapped("result")),
            {"done": 9, "no_answer": 4, "postponed": 3, "refused": 2, "wrong_number": 2},
        )
        self.assertEqual(Counter(attempts.mapped("callback_id.state")), Counter(attempts.mapped("result")))
        self.assertEqual(self.callbacks[0].note, "All came whole")
        self.assertEqual(self.callbacks[4].case_ids.name, "Two cartons broken")
        self.assertEqual((self.callbacks[4].outcome, self.callbacks[4].state), ("case", "done"))
        refused = self.callbacks.filtered(lambda one: one.state == "refused")
        self.assertEqual(refused.profile_id.consent_ids.mapped("state"), ["refused"] * 2)
        waiting = self.callbacks.filtered(lambda one: one.state in ("postponed", "no_answer"))
        self.assertTrue(all(waiting.mapped("next_at")))
