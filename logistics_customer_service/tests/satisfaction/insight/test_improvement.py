from datetime import timedelta
from statistics import correlation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import InsightCommon


@tagged("post_install", "-at_install")
class TestImprovement(InsightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_logistics_today()
        cls.Improvement = cls.env["logistics.improvement"].with_user(cls.supervisor)
        cls.before = [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (2, 1)]
        for overall, speed in cls.before:
            cls._answer(overall, (speed,), answered_at=cls._days_ago(40), carrier_id=cls.carriers[0].id)
        cls._answer(5, (5,), answered_at=cls._days_ago(40), carrier_id=cls.carriers[1].id)
        cls._answer(5, (5,), answered_at=cls._days_ago(400), carrier_id=cls.carriers[0].id)
        cls.env.flush_all()

    def _improve(self, **vals):
        return self.Improvement.create(
            {
                "name": "Faster in the north",
                "aspect_id": self.aspects[0].id,
                "user_id": self.agent.id,
                "carrier_id": self.carriers[0].id,
                "date_from": self.today - timedelta(days=90),
                "measure": "A second tour",
                **vals,
            }
        )

    def test_figures_at_the_start_are_kept(self):
        improvement = self._improve()
        self.assertEqual(improvement.start_answers, 6)
        self.assertAlmostEqual(improvement.start_score, 13 / 6, 2)
        self.assertAlmostEqual(improvement.start_csat, 1 / 6)
        self.assertAlmostEqual(improvement.start_importance, correlation(*zip(*self.before, strict=True)), 2)
        action = improvement.action_open_start()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 6)
        self._answer(5, (5,), answered_at=self._days_ago(40), carrier_id=self.carriers[0].id)
        self.env.flush_all()
        self.assertEqual(improvement.start_answers, 6)

    def test_figure_and_text_are_rounded_alike(self):
        for sums in ((8, 33), (8, 35), (8, 25), (16, 67)):
            improvement = self._improve(aspect_id=False)
            improvement.write(
                {
                    "start_answers": sums[0],
                    "start_total": sums[1],
                    "start_score": sums[1] / sums[0],
                }
            )
            improvement.invalidate_recordset()
            self.assertEqual(improvement.start_text, f"{improvement.start_score:.2f}")

    def test_the_effect(self):
        improvement = self._improve(state="do")
        self.assertEqual((improvement.now_text, improvement.change_text), ("–", "–"))
        improvement.action_next_step()
        self.assertEqual((improvement.state, improvement.done_on), ("check", self.today))
        for _number in range(4):
            self._answer(5, (5,), carrier_id=self.carriers[0].id)
        self.env.flush_all()
        improvement.invalidate_recordset()
        self.assertEqual(improvement.now_text, "Too few answers (4)")
        self._answer(5, (4,), carrier_id=self.carriers[0].id)
        self.env.flush_all()
        improvement.invalidate_recordset()
        self.assertEqual((improvement.now_answers, improvement.now_text), (5, "4.80"))
        self.assertIn("2.63", improvement.change_text)
        self.assertNotIn("not certain", improvement.change_text)

    def test_what_is_closed_stays_as_it_was(self):
        improvement = self._improve(state="check")
        for speed in (5, 5, 4, 5, 5):
            self._answer(5, (speed,), carrier_id=self.carriers[0].id)
        self.env.flush_all()
        improvement.action_next_step()
        told = (improvement.now_answers, improvement.now_text, improvement.change_text)
        self.assertEqual((improvement.state, improvement.closed_on), ("act", self.today))
        self.assertEqual(told[:2], (5, "4.80"))
        self.assertIn("2.63", told[2])
        kept = [(1, self._days_ago(40)), (1, self.now), (1, self.now)]
        for speed, then in kept:
            self._answer(1, (speed,), carrier_id=self.carriers[0].id, answered_at=then)
        self.Feedback.search([("overall", "=", 5), *self._mine()], limit=1).unlink()
        self.env.flush_all()
        improvement.invalidate_recordset()
        self.assertEqual((improvement.now_answers, improvement.now_text, improvement.change_text), told)
        with self.assertQueryCount(3):
            improvement.invalidate_recordset()
            improvement.read(["change_text"])
        improvement.state = "check"
        self.assertEqual(improvement.now_answers, 6, "open again, it is read again")

    def test_sums_that_an_older_version_did_not_keep_are_made_up_for(self):
        until = self.today - timedelta(days=5)
        begun, closed = self._improve(date_to=until), self._improve(state="act")
        kept = (begun.start_text, begun.start_total, begun.start_squares)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_improvement SET start_total = NULL, start_squares = NULL,"
            " end_answers = NULL, end_total = NULL, end_squares = NULL, closed_on = NULL"
        )
        self.env.invalidate_all()
        before = closed.done_on
        self._answer(5, (5,), carrier_id=self.carriers[0].id)
        self.env.flush_all()
        self.Improvement.sudo()._keep_missing()
        self.assertEqual((begun.start_text, begun.start_total, begun.start_squares), kept)
        self.assertEqual((closed.end_answers, closed.end_total), (1, 5))
        self.assertEqual((closed.done_on, closed.closed_on), (before, self.today))

    def test_the_start_is_of_what_it_is_about(self):
        improvement = self._improve(aspect_id=False)
        self.assertEqual(improvement.start_answers, 0)
        improvement.aspect_id = self.aspects[0]
        self.assertEqual(improvement.start_answers, 6)
        improvement.carrier_id = False
        self.assertEqual(improvement.start_answers, 7)
        self._answer(1, (1,))
        self.env.flush_all()
        improvement.measure = "Three tours"
        self.assertEqual(improvement.start_answers, 7)
        improvement.done_on = self.today - timedelta(days=41)
        self.assertEqual(improvement.start_answers, 0, "those of later show the effect")

    def test_too_few_at_the_start(self):
        improvement = self._improve(carrier_id=self.carriers[1].id)
        self.assertEqual((improvement.start_few, improvement.start_text), (True, "Too few answers (1)"))
        improvement = self._improve()
        self.assertEqual((improvement.start_few, improvement.start_text), (False, "2.17"))

    def test_an_uncertain_effect_says_so(self):
        improvement = self._improve(state="check")
        for speed in (1, 2, 3, 3, 4):
            self._answer(3, (speed,), carrier_id=self.carriers[0].id)
        self.env.flush_all()
        improvement.invalidate_recordset()
        self.assertIn("not certain", improvement.change_text)

    def test_nothing_is_carried_out_without_a_measure(self):
        improvement = self._improve(measure=False)
        with self.assertRaises(ValidationError):
            improvement.action_next_step()

    def test_the_owner_works_on_it_and_others_read(self):
        improvement = self._improve()
        improvement.with_user(self.agent).effect = "Better"
        other = self._new_user("colleague", "group_agent")
        self.assertEqual(improvement.with_user(other).effect, "Better")
        with self.assertRaises(AccessError):
            improvement.with_user(other).effect = "Worse"

    def test_from_the_screen(self):
        form = Form(
            self.Improvement.with_context(
                default_name="Improve: Speed",
                default_aspect_id=self.aspects[0].id,
                default_date_from=str(self.today - timedelta(days=90)),
            )
        )
        improvement = form.save()
        self.assertEqual((improvement.start_answers, improvement.state), (7, "plan"))
        self.assertEqual(improvement.user_id, self.supervisor)

    def test_overdue(self):
        improvement = self._improve(deadline=self.today - timedelta(days=1))
        self.assertTrue(improvement.is_overdue)
        improvement.state = "act"
        self.assertFalse(improvement.is_overdue)

    def test_without_an_aspect(self):
        improvement = self._improve(aspect_id=False, state="check")
        self.assertEqual((improvement.start_answers, improvement.now_answers), (0, 0))
