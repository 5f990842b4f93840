from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from .common import InsightCommon

LOGGER = "odoo.addons.logistics_customer_service.models.satisfaction.insight.logistics_feedback"


@tagged("post_install", "-at_install")
class TestThemes(InsightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["logistics.theme.rule"]
        cls.Rule.search([]).unlink()
        cls.speed, cls.care, cls.manners = cls.aspects
        cls.late = cls.Rule.create({"aspect_id": cls.speed.id, "words": "late, delay*\n晚, 延误"})
        cls.Rule.create({"aspect_id": cls.manners.id, "words": "rude, 态度"})
        cls.Feedback.search([]).theme_version = cls.Rule._get_version()

    def _suggest(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_suggest_themes").method_direct_trigger()
        self.env.invalidate_all()

    def test_both_languages(self):
        english = self._answer(comment="Delayed, and the driver was RUDE. So late!")
        chinese = self._answer(comment="送得太晚了,态度也不好")
        nothing = self._answer(comment="A chocolate plate")
        silent = self._answer()
        self._suggest()
        self.assertEqual(english.theme_ids, self.speed + self.manners)
        self.assertEqual(english.theme_words, "delay, late, rude")
        self.assertEqual(chinese.theme_ids, self.speed + self.manners)
        self.assertEqual((chinese.theme_words, nothing.theme_words), ("晚, 态度", False))
        self.assertFalse(nothing.theme_ids + silent.theme_ids)
        self.assertEqual(set((english + nothing).mapped("theme_version")), {self.Rule._get_version()})

    def test_a_changed_rule_reads_all_comments_again(self):
        answer = self._answer(comment="Far too slow")
        self._suggest()
        self.assertFalse(answer.theme_ids)
        self.late.words = "late, slow"
        self._suggest()
        self.assertEqual(answer.theme_ids, self.speed)
        self.late.unlink()
        self._suggest()
        self.assertFalse(answer.theme_ids)

    def test_a_changed_rule_writes_no_answer_and_goes_on_where_it_ended(self):
        answers = self.Feedback.concat(*(self._answer(comment=f"slow {number}") for number in range(5)))
        self._suggest()
        before = answers.mapped("theme_version")
        self.late.words = "late, slow"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(answers.mapped("theme_version"), before)
        # what others have written is not looked at here
        self.Feedback.search([("id", "not in", answers.ids)]).theme_version = self.Rule._get_version()
        progress = patch.object(type(self.env["ir.cron"]), "_commit_progress")
        with patch(f"{LOGGER}.BATCH", 2), progress as told:
            self.Feedback._cron_suggest_themes()
            self.assertEqual(len(answers.filtered("theme_ids")), 2)
            new = self._answer(comment="slow at last")
            self.Feedback._cron_suggest_themes()
            self.assertTrue(new.theme_ids, "who has just written comes first")
            self.Feedback._cron_suggest_themes()
            self.Feedback._cron_suggest_themes()
        self.assertEqual(answers.filtered("theme_ids"), answers)
        self.assertEqual([call.kwargs["remaining"] for call in told.call_args_list], [1, 1, 1, 0])

    def test_a_rule_without_words(self):
        with self.assertRaises(ValidationError):
            self.late.words = " , *"

    def test_rules_of_other_companies(self):
        self.late.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        answer = self._answer(comment="late")
        self._suggest()
        self.assertFalse(answer.theme_ids)

    def test_a_comment_in_trouble_leaves_the_others(self):
        bad, good = self._answer(comment="late bad"), self._answer(comment="late")
        find = type(self.Feedback)._find_themes

        def trouble(answer, patterns):
            if "bad" in answer.comment:
                raise ValueError("broken")
            return find(answer, patterns)

        with (
            patch.object(type(self.Feedback), "_find_themes", trouble),
            mute_logger(LOGGER),
        ):
            self._suggest()
        self.assertFalse(bad.theme_ids)
        self.assertEqual(bad.theme_version, self.Rule._get_version(), "not tried for ever")
        self.assertEqual(good.theme_ids, self.speed)

    def test_an_answer_corrected_is_read_again(self):
        answer = self._answer(comment="fine")
        self._suggest()
        answer.comment = "late"
        self._suggest()
        self.assertEqual(answer.theme_ids, self.speed)

    def test_many_comments_take_few_queries(self):
        answers = self._answer(comment="late") + self._answer(comment="rude")
        for number in range(40):
            answers += self._answer(comment=("late", "rude", "fine")[number % 3])
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        answers._suggest_themes()
        self.assertLess(self.env.cr.sql_log_count - start, 20)

    def test_comments_are_searched(self):
        answer = self._answer(comment="送货很慢,包装破了")
        self._answer(comment="fine")
        self.assertEqual(
            self.Feedback.with_user(self.agent).search([("comment", "ilike", "包装"), *self._mine()]), answer
        )
        # PostgreSQL makes the index where it has pg_trgm
        self.assertEqual(self.Feedback._fields["comment"].index, "trigram")
