from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..common import LogisticsCommon

KIND = "undeliverable_address"
RUN = "odoo.addons.logistics_customer_service.models.foundation.logistics_retention_policy_run"


class TestRetention(LogisticsCommon):
    """Policies that say how long something is kept: what they cover, preview, run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["logistics.retention.policy"].with_context(active_test=False)
        cls.Address = cls.env["logistics.undeliverable.address"]
        cls.Address.search([]).unlink()
        cls.other = cls.env["res.company"].create({"name": "Other Logistics"})
        cls.policy = cls._retention(KIND, active=False)

    @classmethod
    def _addresses(cls, count, days=60, company=None):
        failed_at = fields.Datetime.now() - timedelta(days=days)
        company = company or cls.company
        return cls.Address.create(
            [
                {
                    "address": f"{number}-{days}@{company.id}.example",
                    "company_id": company.id,
                    "failed_at": failed_at,
                }
                for number in range(count)
            ]
        )

    def test_every_kind_is_declared_whole_and_has_a_policy(self):
        """Each names a model with a company, a date, what it empties, and holds by columns."""
        kinds = self.Policy._get_kinds()
        for code, kind in kinds.items():
            with self.subTest(code):
                model = self.env[kind.model]
                stored = {name for name, field in model._fields.items() if field.store}
                self.assertLessEqual({"company_id", kind.date, *kind.texts, *kind.files}, stored)
                self.assertLessEqual(set(kind.links.values()), stored | {"id"})
                self.assertTrue(kind.deletes or kind.texts or kind.files or kind.empty)
                self.assertTrue(all((kind.label, kind.covers, kind.dated, kind.effect)))
                policy = self.Policy.search([("kind", "=", code)])
                self.assertEqual(len(policy), 1)
                if code != KIND:
                    self.assertEqual(policy.active, kind.deletes, "off but where it is harmless")
                self.assertGreaterEqual(policy.due_count, 0)
                self.assertGreaterEqual(policy.held_count, 0)
                action = policy.action_view_due()
                self.env[action["res_model"]].search(action["domain"])

    def test_preview_before_anything_goes(self):
        old, young = self._addresses(3), self._addresses(2, days=5)
        self.assertEqual(self.policy.due_count, 3)
        self.assertEqual(self.policy.oldest_at, old[0].failed_at)
        self.assertTrue(self.policy.next_run_at)
        self.assertEqual(self.policy.action_view_due()["domain"], [("id", "in", old.ids)])
        self._run_retention()
        self.assertEqual((old + young).exists(), old + young, "not in force")
        self.policy.action_put_in_force()
        self._run_retention()
        self.assertEqual((old + young).exists(), young)
        self.assertEqual((self.policy.done_count, self.policy.failed_count), (3, 0))
        self.assertFalse(self.policy.due_count)
        self._run_retention()
        self.assertEqual(self.policy.done_count, 3, "twice without harm")

    def test_preview_follows_the_months(self):
        self._addresses(1, days=100)
        self.policy.months = 12
        self.assertEqual((self.policy.due_count, self.policy.oldest_at), (0, False))
        draft = self.Policy.new({"kind": KIND, "months": 3, "company_id": self.company.id})
        self.assertEqual(draft.due_count, 1)
        self.assertEqual(self.Policy.new({"kind": KIND, "months": 0}).due_count, 0)

    def test_a_companys_own_policy_counts_for_it(self):
        own = self.Policy.create(
            {"kind": KIND, "months": 6, "company_id": self.company.id, "active": True}
        )
        mine, theirs = self._addresses(1), self._addresses(1, company=self.other)
        self.policy.active = True
        self.assertEqual(self.policy.due_count, 0, "of one's own companies")
        self._run_retention()
        self.assertEqual((mine + theirs).exists(), mine)
        own.months = 1
        self._run_retention()
        self.assertFalse(mine.exists())

    def test_bad_row_is_left_out_and_tried_again(self):
        rows = self._addresses(5)
        self.policy.active = True
        unlink = type(self.Address).unlink

        def refuse(records):
            if rows[2] in records:
                raise ValueError(records)
            return unlink(records)

        with (
            patch.object(type(self.Address), "unlink", refuse),
            patch(f"{RUN}.BATCH", 2),
            mute_logger(RUN),
        ):
            self._run_retention()
        self.assertEqual(rows.exists(), rows[2])
        self.assertEqual((self.policy.done_count, self.policy.failed_count), (4, 1))
        self._run_retention()
        self.assertFalse(rows.exists())
        self.assertFalse(self.policy.failed_count)

    def test_it_goes_on_where_it_was_stopped(self):
        rows = self._addresses(6)
        self.policy.active = True
        seen = []

        def stop(_cron, processed=0, **_options):
            seen.append(processed)
            return 0 if processed else 60

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress", stop),
            patch(f"{RUN}.BATCH", 2),
        ):
            self.Policy._cron_apply()
        self.assertEqual(len(rows.exists()), 4, "the time was over after a batch")
        self._run_retention()
        self.assertFalse(rows.exists())

    def test_few_queries_whatever_the_number(self):
        self._addresses(3)
        self.env.flush_all()
        with self._count_queries() as few:
            self.policy._apply_or_rest(self.policy._get_batch(self.company, 0))
        self._addresses(300, days=61)
        with self._count_queries() as many:
            self.policy._apply_or_rest(self.policy._get_batch(self.company, 0))
        self.assertLessEqual(many(), few() + 4)
        self.assertFalse(self.Address.search([]))

    def _count_queries(self):
        test = self

        class Counter:
            def __enter__(self):
                test.env.flush_all()
                test.env.invalidate_all()
                self.start = self.end = test.env.cr.sql_log_count
                return lambda: self.end - self.start

            def __exit__(self, *_error):
                test.env.flush_all()
                self.end = test.env.cr.sql_log_count

        return Counter()

    def test_preview_asks_once_for_each_policy(self):
        policies = self.Policy.search([])
        self.env.flush_all()
        self.env.invalidate_all()
        policies.mapped("kind")
        with self.assertQueryCount(len(policies) + 4):
            policies.mapped("due_count")

    def test_who_may(self):
        portal = self._portal_user("portal", self._customer("Somebody"))
        for user in (self.agent, self.supervisor, portal):
            with self.subTest(user.login):
                mine = self.policy.with_user(user)
                for what in (mine.read, mine.action_put_in_force, mine.action_view_due):
                    with self.assertRaises(AccessError):
                        what()
        with self.assertRaises(AccessError):  # it serves companies the manager does not work for
            self.policy.with_user(self.manager).action_put_in_force()
        own = self.Policy.with_user(self.manager).create({"kind": KIND, "months": 2})
        self.assertEqual((own.company_id, own.active), (self.company, False))
        own.action_put_in_force()
        stranger = self._new_user("stranger", "group_manager", company=self.other)
        with self.assertRaises(AccessError):
            own.with_user(stranger).with_context(allowed_company_ids=self.other.ids).read(["months"])
        self._addresses(2, company=self.other)
        self.assertEqual(self.policy.with_user(self.manager).due_count, 0)

    def test_kept_for_a_month_at_least_and_once(self):
        for vals in ({"months": 0}, {"company_id": False}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.env.cr.savepoint():
                    self.Policy.create({"kind": KIND, "company_id": self.company.id, **vals})
                    self.env.flush_all()
