from datetime import timedelta
from statistics import fmean

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ....tools.satisfaction import statistics
from .common import InsightCommon

GROUPS = ("tier_id", "carrier_id", "warehouse_id", "agent_id", "punctuality", "channel", "partner_id")
FIGURES = ("csat", "csat_low", "csat_high", "overall_mean", "low_rate", "nps", "ces", "easy_rate")


@tagged("post_install", "-at_install")
class TestFeedbackReport(InsightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answers = cls._tell_story(11)

    def _work_out(self, answers):
        """Return the figures of complete answers of customers, None where they are too few."""
        least = self.company.logistics_min_answers
        overall = [answer.overall for answer in answers if answer.overall]
        told = [answer.recommend for answer in answers if answer.recommends]
        efforts = [answer.effort for answer in answers if answer.effort]
        csat = statistics.satisfaction(overall)
        found = {
            "csat": (overall, lambda: 100 * csat.value),
            "csat_low": (overall, lambda: 100 * csat.low),
            "csat_high": (overall, lambda: 100 * csat.high),
            "overall_mean": (overall, lambda: fmean(overall)),
            "low_rate": (overall, lambda: 100 * fmean(score < 3 for score in overall)),
            "nps": (told, lambda: 100 * fmean((one >= 9) - (one <= 6) for one in told)),
            "ces": (efforts, lambda: fmean(efforts)),
            "easy_rate": (efforts, lambda: 100 * fmean(effort >= 5 for effort in efforts)),
        }
        return {name: work() if len(of) >= least else False for name, (of, work) in found.items()}

    def _assert_figures(self, found, expected, names=FIGURES):
        for name, value in zip(names, found, strict=True):
            if expected[name] is False:
                self.assertIs(value, False, name)
            else:
                self.assertAlmostEqual(value, expected[name], 9, name)

    def test_whole(self):
        [row] = self.Report._read_group(self._mine(), [], [f"{name}:avg" for name in FIGURES])
        self._assert_figures(row, self._work_out(self._counted(self.answers)))

    def test_every_grouping(self):
        counted = self._counted(self.answers)
        few = 0
        for name in GROUPS:
            rows = self.Report._read_group(
                [*self._mine(), ("answer_count", "=", 1)], [name], [f"{figure}:avg" for figure in FIGURES]
            )
            self.assertEqual(len(rows), len({answer[name] for answer in counted}))
            for key, *figures in rows:
                expected = self._work_out(counted.filtered(lambda one: one[name] == key))  # noqa: B023
                few += list(expected.values()).count(False)
                with self.subTest(group=name, key=key):
                    self._assert_figures(figures, expected)
        self.company.logistics_min_answers = 30
        for key, *figures in self.Report._read_group(
            self._mine(), ["carrier_id"], [f"{figure}:avg" for figure in FIGURES]
        ):
            expected = self._work_out(counted.filtered(lambda one: one.carrier_id == key))  # noqa: B023
            few += list(expected.values()).count(False)
            self._assert_figures(figures, expected)
        self.assertTrue(few)

    def test_counts_open_their_answers(self):
        for count in ("satisfied_count", "low_count", "promoter_count", "comment_count", "partial_count"):
            [[total]] = self.Report._read_group(self._mine(), [], [f"{count}:sum"])
            rows = self.Report.search([*self._mine(), (count, "=", 1)])
            self.assertEqual(len(rows), total)
            self.assertTrue(rows)
        action = rows[0].action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("logistics.feedback", rows[0].feedback_id.id)
        )

    def test_a_zero_is_an_answer(self):
        for _number in range(5):
            self._answer(recommend=0, recommends="detractor", tier_id=self.standard.id)
        [[nps, count]] = self.Report._read_group(
            [*self._mine(), ("tier_id", "=", self.standard.id)], [], ["nps:avg", "recommend_count:sum"]
        )
        self.assertEqual((nps, count), (-100, 5))

    def test_who_says_nothing_is_not_satisfied(self):
        before = self.Report.search_count(self._mine())
        self.env["logistics.survey.request"].create(
            {
                "policy_id": self.policy.id,
                "survey_id": self.survey.id,
                "company_id": self.company.id,
                "partner_id": self.customers[0].id,
                "occasion": "silence",
                "occurred_at": self.now,
                "state": "expired",
            }
        )
        self.assertEqual(self.Report.search_count(self._mine()), before)

    def test_inspections_are_not_customers(self):
        inspected = self.answers.filtered(lambda answer: answer.survey_id == self.inspection)
        self.assertTrue(inspected)
        for report in (self.Report, self.Scores):
            self.assertFalse(report.search([("feedback_id", "in", inspected.ids)]))

    def _work_out_aspect(self, answers, aspect):
        least = self.company.logistics_min_answers
        values = {
            part: [
                (score.value, score.feedback_id.overall or None)
                for score in answers.score_ids
                if score.part == part and score.aspect_id == aspect
            ]
            for part in ("score", "importance", "expectation")
        }
        scores = [value for value, _overall in values["score"]]
        pairs = [pair for pair in values["score"] if pair[1]]
        csat = statistics.satisfaction(scores)
        found = {
            "csat": (scores, lambda: 100 * csat.value),
            "csat_low": (scores, lambda: 100 * csat.low),
            "csat_high": (scores, lambda: 100 * csat.high),
            "performance": (scores, lambda: fmean(scores)),
            "derived_importance": (
                pairs,
                lambda: statistics.correlation(statistics.PairSums.of(pairs)).value,
            ),
            "importance": (values["importance"], lambda: fmean(v for v, _o in values["importance"])),
            "expectation": (values["expectation"], lambda: fmean(v for v, _o in values["expectation"])),
        }
        return {name: work() if len(of) >= least else False for name, (of, work) in found.items()}

    def test_aspects(self):
        names = ("csat", "csat_low", "csat_high", "performance")
        names += ("derived_importance", "importance", "expectation")
        rows = self.Scores._read_group(
            [*self._mine(), ("part", "!=", "reason")], ["aspect_id"], [f"{name}:avg" for name in names]
        )
        self.assertEqual({row[0] for row in rows}, set(self.aspects))
        for aspect, *figures in rows:
            expected = self._work_out_aspect(self._counted(self.answers), aspect)
            self._assert_figures(figures, expected, names)
        self.company.logistics_min_answers = 1000
        [row] = self.Scores._read_group(self._mine(), [], [f"{name}:avg" for name in names])
        self.assertEqual(row, (False,) * len(names))

    def test_reasons(self):
        counted = self._counted(self.answers)
        for reason, count in self.Scores._read_group(
            [*self._mine(), ("reason_count", "=", 1)], ["answer_id"], ["__count"]
        ):
            self.assertEqual(count, len(counted.score_ids.filtered(lambda row: row.answer_id == reason)))  # noqa: B023

    def test_reasons_in_their_own_words(self):
        """Charts have no room for the question; the same words of two questionnaires are one."""
        again = self.reasons[0].copy({"question_id": self.reasons.question_id.copy().id})
        again.value = self.reasons[0].value
        answer = self._answer(2, reasons=(0, 1))
        answer.score_ids.filtered(lambda row: row.answer_id == self.reasons[0]).answer_id = again
        self.env.flush_all()
        rows = self.Scores._read_group([*self._mine(), ("reason_count", "=", 1)], ["reason"], ["__count"])
        reasons = (self._counted(self.answers) + answer).score_ids.answer_id.mapped("value")
        self.assertEqual({reason for reason, _count in rows}, set(reasons))
        own = [*self._mine(), ("feedback_id", "=", answer.id)]
        self.assertEqual(
            dict(self.Scores._read_group(own, ["reason"], ["reason_count:sum"])), {"Late": 1, "Torn": 1}
        )

    def test_response(self):
        states = {
            "answered": {"sent_at": self.now, "answered_at": self.now + timedelta(hours=3)},
            "sent": {"sent_at": self.now},
            "expired": {"sent_at": self.now},
            "partial": {"sent_at": self.now},
            "failed": {},
            "waiting": {},
            "suppressed": {"reason": "cooldown"},
        }
        self.env["logistics.survey.request"].create(
            [
                {
                    "policy_id": self.policy.id,
                    "survey_id": self.survey.id,
                    "company_id": self.company.id,
                    "partner_id": self.customers[0].id,
                    "occasion": f"{state} {number}",
                    "occurred_at": self.now,
                    "state": state,
                    **vals,
                }
                for state, vals in states.items()
                for number in range(2)
            ]
            + [
                {
                    "policy_id": self.policy.id,
                    "survey_id": self.survey.id,
                    "company_id": self.company.id,
                    "partner_id": self.customers[0].id,
                    "occasion": "counter",
                    "occurred_at": self.now,
                    "state": "answered",
                    "answered_at": self.now,
                    "channel": "counter",
                }
            ]
        )
        names = ("request_count", "sent_count", "responded_count", "silent_count", "partial_count")
        names += ("unasked_count", "not_sent_count", "failed_count", "waiting_count")
        [row] = self.Responses._read_group(
            self._mine(),
            [],
            [*[f"{name}:sum" for name in names], "response_rate:avg", "hours_to_answer:avg"],
        )
        self.assertEqual(row, (15, 8, 2, 4, 2, 1, 2, 2, 2, 25.0, 3.0))

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_agent", company=other)
        elsewhere = {"allowed_company_ids": other.ids}
        for report in (self.Report, self.Scores, self.Responses):
            self.assertFalse(report.with_user(stranger).with_context(**elsewhere).search(self._mine()))
        mine = self.Report.with_user(self.agent).search(self._mine())
        self.assertTrue(mine)
        with self.assertRaises(AccessError):
            mine.with_user(stranger).with_context(**elsewhere).mapped("overall")

    def test_one_query_however_it_is_grouped(self):
        self.Report._read_group(self._mine(), ["carrier_id"], ["csat:avg"])
        with self.assertQueryCount(1):
            self.Report._read_group(self._mine(), ["carrier_id", "tier_id"], ["csat:avg", "csat_low:avg"])
