from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .test_indicator import IndicatorCommon


@tagged("post_install", "-at_install")
class TestGoal(IndicatorCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._profile(cls.customer, tier_id=cls.vip.id)
        for days in (0, 0, 0, 1):
            cls._delivered(days)

    def _goal(self, value, margin=0.0, **vals):
        return self.Goal.create(
            {
                "indicator_id": self.on_time.id,
                "company_id": self.company.id,
                "value": value,
                "warning_margin": margin,
                "date_from": self.last,
                **vals,
            }
        )

    def test_status_against_the_goal(self):
        self._refresh_months()
        figure = self._figure()
        self.assertEqual((figure.value, figure.status), (75, "no_goal"))
        goal = self._goal(75)
        self.assertEqual((figure.status, figure.goal_value), ("met", 75))
        goal.write({"value": 80, "warning_margin": 5})
        self.assertEqual(figure.status, "close")
        goal.warning_margin = 4
        self.assertEqual(figure.status, "missed")
        self.assertIn("✖", figure.status_text, "told by a sign and a word, not by colour alone")
        goal.unlink()
        self.assertEqual((figure.status, figure.has_goal), ("no_goal", False))

    def test_lower_is_better(self):
        self._refresh_months()
        self._goal(3, 0.5, indicator_id=self.cycle.id)
        self.assertEqual(self._figure(self.cycle).status, "met")

    def test_the_most_specific_goal_applies(self):
        self._goal(70)
        self._goal(95, tier_id=self.vip.id)
        self._refresh_months()
        self.assertEqual(self._figure().status, "met")
        vip = self._figure(scope="tier", tier_id=self.vip.id)
        self.assertEqual((vip.goal_value, vip.status), (95, "missed"))
        self.assertEqual(self._figure(scope="carrier").goal_value, 70)

    def test_goal_in_force_on_the_last_day_of_the_month(self):
        self._goal(70, date_to=self.last + timedelta(days=14))
        self._goal(90, date_from=self.last + timedelta(days=15))
        self._refresh_months()
        self.assertEqual(self._figure().goal_value, 90)

    def test_goals_do_not_overlap(self):
        self._goal(70, date_to=self.last + timedelta(days=14))
        for day in (self.last + timedelta(days=14), self.last - timedelta(days=40)):
            with self.assertRaisesRegex(ValidationError, "End it before"), self.cr.savepoint():
                self._goal(80, date_from=day)
        self._goal(80, date_from=self.last + timedelta(days=15))
        self._goal(80, tier_id=self.vip.id)
        other = self.env["res.company"].create({"name": "Other"})
        self._goal(80, company_id=other.id)

    def test_a_frozen_figure_keeps_its_goal(self):
        goal = self._goal(70)
        [last] = self._refresh_months(self.last)
        last._freeze(automatic=True)
        figure = self._figure()
        goal.value = 99
        self.assertEqual((figure.goal_value, figure.status), (70, "met"))
        with self.assertRaises(UserError):
            figure.sudo().goal_value = 99
        goal.unlink()
        figure.invalidate_recordset()
        self.assertEqual((figure.has_goal, figure.goal_value), (True, 70))

    def test_managers_set_goals(self):
        form = Form(self.Goal.with_user(self.manager))
        form.indicator_id = self.on_time
        form.value = 97
        goal = form.save()
        self.assertEqual((goal.user_id, goal.company_id), (self.manager, self.company))
        self.assertEqual(goal.display_name, "On-Time Rate of Orders Due · 97.0 %")
