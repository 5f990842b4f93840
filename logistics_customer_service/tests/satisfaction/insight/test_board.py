from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import InsightCommon


@tagged("post_install", "-at_install")
class TestBoard(InsightCommon):
    def _read(self, user=None):
        self.env.flush_all()
        board = self.env["logistics.feedback.board"].with_user(user or self.supervisor)
        return board.with_company(self.company).action_read()

    def test_bad_ones_on_top_and_of_them_those_to_do(self):
        good = self._answer(5, answered_at=self.now)
        settled = self._answer(1, is_low=True, reaction_state="done")
        waiting = self._answer(2, is_low=True, reaction_state="open", reasons=(0, 2), comment="Late!")
        self._answer(1, is_low=True, answered_at=self.now - timedelta(days=2))
        self._answer(1, is_low=True, survey_id=self.inspection.id)
        found = self._read()
        self.assertEqual([row["id"] for row in found["answers"]], [waiting.id, settled.id, good.id])
        self.assertEqual(found["answers"][0]["reasons"], ["Late", "Rude"])
        self.assertEqual(found["counts"], {"answers": 3, "bad": 2, "to_do": 1, "rated": 3, "csat": None})
        self.assertEqual(self.Report.search_count(found["domain"]), 3)

    def test_what_became_of_it(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customers[0].id, "user_id": self.agent.id}
        )
        self._answer(1, is_low=True, reaction_state="open", reaction_complaint_id=case.id)
        text = self._read()["answers"][0]["reaction_of"]
        self.assertIn(case.display_name, text)
        self.assertIn(self.agent.name, text)

    def test_csat_of_enough(self):
        for overall in (5, 4, 4, 1, 0, 2):
            self._answer(overall)
        self._answer(5, state="partial")
        self.assertEqual(self._read()["counts"]["csat"], 3 / 5)

    def test_a_zero_recommendation_is_shown(self):
        self._answer(recommend=0, recommends="detractor")
        self._answer()
        self.assertEqual({row["recommend"] for row in self._read()["answers"]}, {0, None})

    def test_agents_have_no_board(self):
        with self.assertRaises(AccessError):
            self._read(self.agent)

    def test_other_companies_are_elsewhere(self):
        self._answer(1, is_low=True)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_supervisor", company=other)
        board = (
            self.env["logistics.feedback.board"]
            .with_user(stranger)
            .with_context(allowed_company_ids=other.ids)
        )
        self.assertEqual(board.action_read()["answers"], [])

    def test_as_many_queries_for_many_answers(self):
        def count():
            self._read()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self._read()
            return self.env.cr.sql_log_count - start

        for _number in range(3):
            self._answer(1, is_low=True, reasons=(0,), carrier_id=self.carriers[0].id)
        few = count()
        for _number in range(20):
            self._answer(1, is_low=True, reasons=(1, 2), carrier_id=self.carriers[1].id)
        self.assertLessEqual(count(), few)
