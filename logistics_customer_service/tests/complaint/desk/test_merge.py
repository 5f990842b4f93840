# pylint: disable=translation-required
from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..test_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMerge(ComplaintCommon):
    """Two cases of one matter become one, and two again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._order(cls.customer)
        cls.kept = cls._case(cls.person, name="First", category_id=cls.broken.id)
        cls.source = cls._case(
            cls.person,
            name="Second",
            user_id=cls.agent.id,
            order_ids=[Command.set(cls.order.ids)],
            line_ids=[Command.create({"product_id": cls.product.id, "quantity": 2})],
        )
        cls.source.stage_id = cls._stage("working")
        cls.message = cls.source.message_post(body="Hello", message_type="comment")
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "photo.txt",
                "raw": b"x",
                "res_model": "logistics.complaint",
                "res_id": cls.source.id,
            }
        )
        cls.activity = cls.source.activity_schedule("mail.mail_activity_data_todo")
        cls.line = cls.source.line_ids

    def _merge(self, user=None):
        cases = (self.kept + self.source).with_user(user or self.agent)
        wizard = Form(
            self.env["logistics.complaint.merge.confirm"]
            .with_user(user or self.agent)
            .with_context(active_ids=cases.ids)
        )
        self.assertEqual(wizard.kept_id, self.kept, "the oldest is kept")
        wizard.save().action_merge()
        self.env.invalidate_all()

    def test_nothing_is_lost(self):
        self._merge()
        self.assertIn(self.message, self.kept.message_ids)
        self.assertEqual(self.file.res_id, self.kept.id)
        self.assertEqual(self.activity.res_id, self.kept.id)
        self.assertEqual(self.line.complaint_id, self.kept)
        self.assertEqual(self.kept.order_ids, self.order)
        self.assertEqual(self.source.merged_into_id, self.kept)
        self.assertEqual(self.source.phase, "cancelled")
        self.assertIn(self.source.number, self.kept.message_ids[:1].body)

    def test_undone_within_the_day(self):
        self._merge()
        late = self.kept.message_post(body="Since then", message_type="comment")
        self.source.with_user(self.agent).action_undo_merge()
        self.env.invalidate_all()
        self.assertFalse(self.source.merged_into_id)
        self.assertEqual(self.source.phase, "working")
        self.assertFalse(self.source.closed_at)
        self.assertEqual(self.source.reopen_count, 0)
        self.assertIn(self.message, self.source.message_ids)
        self.assertIn(late, self.kept.message_ids)
        self.assertEqual(self.file.res_id, self.source.id)
        self.assertEqual(self.activity.res_id, self.source.id)
        self.assertEqual(self.line.complaint_id, self.source)
        self.assertFalse(self.kept.order_ids)

    def test_what_waited_for_an_answer_waits_again(self):
        self.source.customer_answered = True
        self._merge()
        self.assertEqual(
            (self.source.customer_answered, self.kept.customer_answered), (False, True)
        )
        self.source.action_undo_merge()
        self.assertEqual(
            (self.source.customer_answered, self.kept.customer_answered), (True, False)
        )

    def test_what_was_answered_meanwhile_waits_no_more(self):
        self.source.customer_answered = True
        self._merge()
        self.kept.customer_answered = False
        self.source.action_undo_merge()
        self.assertFalse((self.source + self.kept).filtered("customer_answered"))

    def test_both_customers_words_wait_again(self):
        (self.source + self.kept).customer_answered = True
        self._merge()
        self.source.action_undo_merge()
        self.assertEqual(
            (self.source + self.kept).filtered("customer_answered"), self.source + self.kept
        )

    def test_not_undone_after_the_day(self):
        self._merge()
        self.assertTrue(self.source.can_undo_merge)
        merge = self.source.merge_ids
        self.env.cr.execute(
            "UPDATE logistics_complaint_merge SET create_date = %s WHERE id = %s",
            [merge.create_date - timedelta(hours=25), merge.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self.source.can_undo_merge)
        with self.assertRaisesRegex(UserError, "for a day"):
            self.source.action_undo_merge()

    def test_not_undone_twice(self):
        self._merge()
        self.source.action_undo_merge()
        with self.assertRaises(UserError):
            self.source.action_undo_merge()

    def test_what_both_had_stays_with_the_kept_one(self):
        self.kept.order_ids = self.order
        self._merge()
        self.source.action_undo_merge()
        self.assertEqual(self.kept.order_ids, self.order)

    def test_merged_once_only(self):
        self._merge()
        with self.assertRaisesRegex(UserError, "already"):
            self.source._merge_into(self._case())

    def test_not_dragged_elsewhere(self):
        self._merge()
        for user in (self.agent, self.env.ref("base.user_root")):
            with self.assertRaisesRegex(UserError, "stays cancelled"):
                self.source.with_user(user).stage_id = self._stage("working")
        with self.assertRaisesRegex(UserError, "stays cancelled"):
            (self._case() + self.source).write({"stage_id": self._stage("closed").id})
        self.source.action_undo_merge()
        self.source.with_user(self.agent).stage_id = self._stage("new")
        self.assertEqual(self.source.phase, "new")

    def test_not_across_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        elsewhere = self.Complaint.create({"company_id": other.id})
        with self.assertRaisesRegex(UserError, "companies"):
            elsewhere._merge_into(self.kept)

    def test_merged_again_and_found(self):
        self._merge()
        third = self._case()
        self.kept._merge_into(third)
        self.assertEqual(self.source._get_kept(), third)

    def test_the_wizard_warns_of_several_customers(self):
        other = self._case(self._customer("Other"))
        wizard = self.env["logistics.complaint.merge.confirm"].create(
            {"complaint_ids": [Command.set((self.kept + other).ids)]}
        )
        self.assertTrue(wizard.several_customers)

    def test_one_case_is_not_merged(self):
        wizard = self.env["logistics.complaint.merge.confirm"].create(
            {"complaint_ids": [Command.set(self.kept.ids)]}
        )
        with self.assertRaises(UserError):
            wizard.action_merge()
