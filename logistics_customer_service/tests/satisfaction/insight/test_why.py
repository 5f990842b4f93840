from datetime import timedelta
from statistics import fmean

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ....tools.satisfaction import statistics
from .common import InsightCommon


@tagged("post_install", "-at_install")
class TestWhy(InsightCommon):
    def _explain(self, user=None, **filters):
        return self.Analysis.with_user(user or self.agent).with_company(self.company).action_explain(filters)

    def _aspect(self, result, number):
        [found] = [aspect for aspect in result["aspects"] if aspect["id"] == self.aspects[number].id]
        return found

    def test_against_the_answers_themselves(self):
        counted = self._counted(self._tell_story(3, 90))
        result = self._explain()
        overall = [answer.overall for answer in counted if answer.overall]
        expected = statistics.satisfaction(overall)
        self.assertEqual(
            (result["summary"]["csat"]["count"], result["summary"]["csat"]["value"]),
            (len(overall), expected.value),
        )
        for number, aspect in enumerate(self.aspects):
            rows = counted.score_ids.filtered(lambda row: row.aspect_id == aspect)  # noqa: B023
            scores = rows.filtered(lambda row: row.part == "score")
            pairs = [(row.value, row.feedback_id.overall or None) for row in scores]
            found = self._aspect(result, number)
            derived = statistics.correlation(statistics.PairSums.of(pairs))
            self.assertAlmostEqual(found["derived"]["value"], derived.value, 12)
            self.assertAlmostEqual(found["derived"]["low"], derived.low, 12)
            parts = {"performance": "score", "stated": "importance", "expectation": "expectation"}
            for name, part in parts.items():
                values = rows.filtered(lambda row: row.part == part).mapped("value")  # noqa: B023
                self.assertEqual(found[name]["count"], len(values))
                self.assertAlmostEqual(found[name]["value"], fmean(values), 12)
            gap = found["performance"]["value"] - found["expectation"]["value"]
            self.assertAlmostEqual(found["gap"]["value"], gap, 12)
        chosen = counted.score_ids.filtered(lambda row: row.part == "reason")
        self.assertEqual(sum(bar["count"] for bar in result["reasons"]["bars"]), len(chosen))

    def _tell_apart(self, times=40):
        """Speed decides and is bad, care decides and is good, manners and price decide nothing."""
        price = self.env["logistics.aspect"].create({"name": "Price", "code": "test_price"})
        self.patch(type(self), "aspects", self.aspects + price)
        for overall, speed, care, manners, price in (
            (1, 1, 3, 5, 2), (2, 1, 4, 4, 1), (3, 2, 4, 5, 1),
            (4, 3, 5, 4, 2), (5, 4, 5, 5, 2), (5, 3, 5, 4, 1),
        ) * times:  # fmt: skip
            scores = (speed, care, manners, price)
            self._answer(overall, scores, importance=(5, 5, 2, 2))
        self.env.flush_all()

    def _fields_of(self, kind):
        return self._explain()["pictures"][kind]["fields"]

    def test_four_fields(self):
        self._tell_apart()
        verdicts = ("concentrate", "keep", "overdone", "low_priority")
        for kind in ("derived", "stated"):
            self.assertEqual(self._fields_of(kind), dict(zip(self.aspects.ids, verdicts, strict=True)))

    def test_no_verdict_on_few_answers(self):
        """Six answers: what is said of an aspect's importance lies on both sides of the mean."""
        self._tell_apart(times=1)
        self.assertEqual(self._fields_of("derived")[self.aspects[2].id], "undecided")

    def test_no_verdict_on_three_aspects(self):
        for overall, *scores in ((1, 1, 3, 5), (2, 1, 4, 4), (4, 3, 5, 4), (5, 4, 5, 5)) * 20:
            self._answer(overall, scores)
        self.env.flush_all()
        result = self._explain()
        self.assertEqual(set(result["pictures"]["derived"]["fields"].values()), {"undecided"})
        self.assertEqual(len(result["drivers"]), 3)

    def test_the_top_reason_for_complaints_is_not_overdone(self):
        self._tell_apart()
        for answer in self.Feedback.search([("company_id", "=", self.company.id)], limit=20):
            self.env["logistics.feedback.score"].create(
                {
                    "feedback_id": answer.id,
                    "part": "reason",
                    "aspect_id": self.aspects[2].id,
                    "answer_id": self.reasons[2].id,
                }
            )
        self.env.flush_all()
        fields = self._fields_of("stated")
        self.assertEqual(fields[self.aspects[2].id], "undecided")
        self.assertEqual(fields[self.aspects[0].id], "concentrate")

    def test_late_and_on_time(self):
        for overall in (1, 2, 2, 3, 1):
            self._answer(overall, punctuality="late")
        for overall in (4, 5, 5, 4, 3, 5):
            self._answer(overall, punctuality="on_time")
        self._answer(1, punctuality="unknown")
        self.env.flush_all()
        found = self._explain()["punctuality"]
        expected = statistics.difference(
            statistics.Sums.of([1, 2, 2, 3, 1]), statistics.Sums.of([4, 5, 5, 4, 3, 5])
        )
        self.assertEqual((found["late"]["count"], found["on_time"]["count"]), (5, 6))
        for bound in ("value", "low", "high"):
            self.assertAlmostEqual(found["difference"][bound], getattr(expected, bound), 12)

    def test_response_rate_is_of_those_asked(self):
        vals = {
            "policy_id": self.policy.id,
            "survey_id": self.survey.id,
            "company_id": self.company.id,
            "partner_id": self.customers[0].id,
            "occurred_at": self.now,
        }
        self.env["logistics.survey.request"].create(
            [
                {**vals, "occasion": "1", "state": "answered", "sent_at": self.now},
                {**vals, "occasion": "2", "state": "sent", "sent_at": self.now},
                {**vals, "occasion": "3", "state": "expired", "sent_at": self.now - timedelta(days=40)},
                {**vals, "occasion": "4", "state": "answered", "channel": "qr"},
            ]
        )
        self.env.flush_all()
        day = self.company._get_logistics_today() - timedelta(days=9)
        self.assertEqual(self._explain()["response"]["rate"], 1 / 3)
        self.assertEqual(self._explain(date_from=str(day))["response"]["rate"], 1 / 2)
        self.assertIsNone(self._explain(carrier_id=self.carriers[0].id)["response"]["rate"])

    def test_what_is_opened_is_what_was_counted(self):
        self._tell_story(5)
        result = self._explain(tier_id=self.vip.id)
        report, scores = (model.with_user(self.agent) for model in (self.Report, self.Scores))
        csat = result["summary"]["csat"]["count"]
        self.assertEqual(report.search_count([*result["domain"], ("rated_count", "=", 1)]), csat)
        for aspect in result["aspects"]:
            rows = scores.search_count(
                [*result["domain"], ("aspect_id", "=", aspect["id"]), ("score_count", "=", 1)]
            )
            self.assertEqual(rows, aspect["performance"]["count"])
        for bar in result["reasons"].get("bars"):
            rows = scores.search_count(
                [*result["domain"], ("reason_count", "=", 1), ("answer_id", "in", bar["answer_ids"])]
            )
            self.assertEqual(rows, bar["count"])

    def test_too_few_say_so_and_say_nothing_else(self):
        for _number in range(4):
            self._answer(1, (1, 2, 3), reasons=(0,), punctuality="late")
        self.env.flush_all()
        result = self._explain()
        few = {"count": 4, "few": True}
        self.assertEqual(result["summary"]["csat"], few)
        self.assertEqual(self._aspect(result, 0)["performance"], few)
        self.assertEqual(result["punctuality"]["late"], few)
        self.assertTrue(result["punctuality"]["difference"]["few"])
        self.assertTrue(result["reasons"]["few"])
        self.assertIsNone(result["pictures"]["derived"]["centre"])
        self.assertEqual(result["drivers"], [])
        self._answer(5)
        self.env.flush_all()
        self.assertEqual(self._explain()["summary"]["csat"]["value"], 1 / 5)

    def test_all_the_same_has_no_importance(self):
        for _number in range(9):
            self._answer(5, (5, 5, 5))
        self.env.flush_all()
        result = self._explain()
        self.assertTrue(self._aspect(result, 0)["derived"]["few"])
        self.assertEqual(self._aspect(result, 0)["performance"]["low"], 5)
        self.assertEqual(result["pictures"]["derived"]["fields"], {})

    def test_nothing_at_all(self):
        result = self._explain()
        self.assertEqual((result["aspects"], result["reasons"]["bars"]), ([], []))
        self.assertEqual(result["summary"]["nps"], {"count": 0, "few": True})

    def test_days_are_the_companys(self):
        """17:00 UTC is the next day in Shanghai."""
        day = self.company._get_logistics_today() - timedelta(days=3)
        evening = self._days_ago(4, hour=17)
        self._answer(5, answered_at=evening)
        self.env.flush_all()
        for first, last, count in ((day, day, 1), (day - timedelta(days=9), day - timedelta(days=1), 0)):
            found = self._explain(date_from=str(first), date_to=str(last))
            self.assertEqual(found["summary"]["answers"], count)

    def test_bad_filters_are_told(self):
        for filters in ({"date_from": "yesterday"}, {"tier_id": "best"}, {"date_to": ["2026"]}):
            with self.subTest(filters), self.assertRaises(ValidationError):
                self._explain(**filters)

    def test_choices_are_what_answers_are_about(self):
        self._answer(5, carrier_id=self.carriers[1].id, tier_id=self.vip.id)
        self.env.flush_all()
        choices = self.Analysis.with_user(self.agent).with_company(self.company).action_get_choices()
        self.assertEqual(choices["carrier_id"], [{"id": self.carriers[1].id, "name": "Heron"}])
        self.assertEqual([choice["id"] for choice in choices["survey_id"]], [self.survey.id])
        self.assertEqual(choices["warehouse_id"], [])

    def test_companies_stay_apart(self):
        self._answer(5)
        self.env.flush_all()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_agent", company=other)
        analysis = self.Analysis.with_user(stranger).with_context(allowed_company_ids=other.ids)
        found = analysis.action_explain({})
        self.assertEqual(found["summary"]["answers"], 0)

    def test_as_many_queries_for_many_answers(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self._explain()
            return self.env.cr.sql_log_count - start

        self._tell_story(1, 20)
        count()
        few = count()
        self._tell_story(2, 80)
        self.assertLessEqual(count(), few)
        self.assertLess(few, 30)
