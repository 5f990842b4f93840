from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.tests import tagged

from .common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestScoreFacts(FeedbackCommon):
    """What customers answered, as metrics of their profiles and of tiers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.reaction = "none"
        cls.today = cls.company._get_logistics_today()

    def _answer(self, overall, days_ago, **extra):
        request = self._request()
        self._take(request, overall, extra={"answered_at": self._days_ago(days_ago), **extra})
        return request

    def test_satisfaction_trend_and_last_score(self):
        for overall, days_ago in ((5, 500), (5, 90), (4, 60), (3, 30), (2, 10)):
            self._answer(overall, days_ago)
        self._answer(1, 5, complete=False)
        self._refresh()
        facts = self._facts(self.customer, 12)
        self.assertEqual((facts.answer_count, facts.satisfied_count), (4, 2))
        self.assertAlmostEqual(facts.csat, 0.5)
        self.assertAlmostEqual(facts.mean_score, 3.5)
        self.assertAlmostEqual(facts.score_trend, -2.0)
        self.assertEqual(facts.last_score, 2)
        self.assertEqual(facts.last_answered_at, self._days_ago(10))
        whole = self._facts(self.customer)
        self.assertEqual(whole.answer_count, 5)
        self.assertAlmostEqual(whole.score_trend, 2.5 - 14 / 3)
        profile = self.profile
        self.assertEqual((profile.feedback_count, profile.last_score), (6, 2))
        self.assertAlmostEqual(profile.csat, 0.5)

    def test_who_did_not_answer_has_no_figure(self):
        self._refresh()
        self.env.cr.execute(
            """SELECT answer_count, csat, mean_score, score_trend, last_score
                 FROM logistics_profile_fact WHERE profile_id = %s AND window_months = 0""",
            [self.profile.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (0, None, None, None, None))

    def test_one_answer_has_no_trend(self):
        self._answer(4, 3)
        self._refresh()
        self.env.cr.execute(
            "SELECT csat, score_trend FROM logistics_profile_fact"
            " WHERE profile_id = %s AND window_months = 0",
            [self.profile.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (1.0, None))

    def test_computing_again_writes_nothing(self):
        self._answer(4, 3)
        self._answer(1, 2)
        self._refresh()
        today = self.company._get_logistics_today()
        self.assertEqual(self.Fact._refresh(self.company, self.profile.ids, today), 0)

    def test_a_tier_may_ask_for_satisfied_customers(self):
        other = self._customer("Silent")
        self._order(other)
        self._answer(2, 3)
        draft = self.scheme.copy({"company_id": self.company.id, "name": "By satisfaction"})
        draft.criterion_ids.unlink()
        self.env["logistics.tier.criterion"].create(
            [
                {
                    "scheme_id": draft.id,
                    "name": metric,
                    "metric": metric,
                    "method": "linear",
                    "zero_at": zero,
                    "full_at": full,
                }
                for metric, zero, full in (
                    ("csat", 0, 1), ("last_score", 1, 5), ("score_trend", -1, 1)
                )
            ]
        )
        draft.action_put_in_force()
        self._refresh()
        lines = {
            draft.criterion_ids.browse(line["criterion_id"]).metric: line
            for line in self.profile.score_id.explanation
        }
        self.assertEqual((lines["csat"]["value"], lines["last_score"]["value"]), (0, 2))
        self.assertEqual(lines["last_score"]["points"], 25)
        self.assertIsNone(lines["score_trend"]["value"])

    def test_merged_customers_share_their_answers(self):
        self._answer(2, 3)
        target = self._customer("Aster Group")
        self._order(target)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | target).ids, target)
        profile = self._profile_of(target)
        self.assertEqual(profile.feedback_count, 1)

    def _night(self):
        """Follow what changed since the last run; nothing more is left to do."""
        self.env.cr.flush()
        Run = self.env["logistics.run"]
        run = Run._start(self.company)
        while run._advance():
            self.env.cr.flush()
        with self.env.cr.savepoint() as savepoint:
            again = Run._run_at_once(self.company)
            found = (again.fact_count, again.score_count, again.tier_count)
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(found, (0, 0, 0))
        return run

    def test_the_night_follows_answers_and_those_that_leave_the_window(self):
        first = self.today - relativedelta(months=12)
        for days in range(3):
            self._answer(2 + days, (self.today - first).days - days)
        self._refresh()
        self.assertEqual(self._night().seen_count, 0)
        self._answer(5, 1)
        run = self._night()
        self.assertTrue(run.since)
        self.assertEqual((run.seen_count, self._facts(self.customer, 12).answer_count), (1, 4))
        with freeze_time(datetime.combine(self.today + timedelta(days=2), time(4))):
            self.assertEqual(self._night().seen_count, 1)
        self.assertEqual(self._facts(self.customer, 12).answer_count, 2)
        feedback = self.env["logistics.feedback"].search([("company_id", "=", self.company.id)])
        with freeze_time(datetime.combine(self.today + timedelta(days=2), time(4))):
            feedback[0].overall = 1
            self._night()
            self.assertEqual(self._facts(self.customer).last_score, 1)
            feedback[0].unlink()
            self._night()
            self.assertEqual(self._facts(self.customer).answer_count, 3)
