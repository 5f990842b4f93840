# pylint: disable=translation-required
from odoo import Command
from odoo.tests import tagged

from ..common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestProfileMerge(LogisticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept, cls.gone = cls._customer("Kept"), cls._customer("Gone")
        cls.chilled = cls.env.ref(f"{MODULE}.cargo_nature_chilled")
        cls.fragile = cls.env.ref(f"{MODULE}.cargo_nature_fragile")
        cls.care = cls.env.ref(f"{MODULE}.consent_purpose_care")
        cls.offers = cls.env.ref(f"{MODULE}.consent_purpose_offers")

    def _merge_partners(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.kept + self.gone).ids, self.kept)

    def test_merging_partners_merges_profiles_and_loses_nothing(self):
        target = self._profile(
            self.kept, cargo_nature_ids=[Command.link(self.chilled.id)], delivery_notes="Gate 1"
        )
        source = self._profile(
            self.gone,
            cargo_nature_ids=[Command.link(self.fragile.id)],
            delivery_notes="Ring twice",
            size="large",
            agent_id=self.agent.id,
        )
        source.message_post(body="A word of the customer")
        self._order(self.kept, 100)
        self._order(self.gone, 40)
        self._merge_partners()
        self.assertFalse(source.exists())
        self.assertEqual(target.partner_id, self.kept)
        self.assertEqual(target.cargo_nature_ids, self.chilled + self.fragile)
        self.assertEqual(target.delivery_notes, "Gate 1\nRing twice")
        self.assertEqual((target.size, target.agent_id), ("large", self.agent))
        self.assertIn("A word of the customer", "".join(target.message_ids.mapped("body")))
        self.assertEqual((target.total_order_count, target.total_net_amount), (2, 140))

    def test_profile_moves_when_the_other_has_none(self):
        source = self._profile(self.gone, size="small")
        self._merge_partners()
        self.assertEqual((source.partner_id, source.size), (self.kept, "small"))

    def test_better_tier_and_its_history_survive(self):
        target, source = self._profile(self.kept), self._profile(self.gone)
        self._order(self.kept)
        source.sudo()._set_tier(self.key, "score")
        self._merge_partners()
        self.assertEqual(target.tier_id, self.key)
        self.assertEqual(
            target.tier_change_ids.sorted("id").mapped("cause"),
            ["first", "first", "score", "merge"],
        )

    def test_lock_of_the_merged_profile_holds(self):
        target, source = self._profile(self.kept), self._profile(self.gone)
        source.sudo()._lock_tier(self.vip, "Board decision", "2999-12-31")
        self._merge_partners()
        self.assertEqual((target.manual_tier_id, target.tier_id), (self.vip, self.vip))
        self.assertEqual(target.manual_reason, "Board decision")

    def test_lock_of_either_decides_the_tier(self):
        target, source = self._profile(self.kept), self._profile(self.gone)
        target.sudo()._set_tier(self.vip, "score")
        source.sudo()._lock_tier(self.standard, "Debts", "2999-12-31")
        self._merge_partners()
        self.assertEqual((target.manual_tier_id, target.tier_id), (self.standard, self.standard))

    def test_lock_of_the_target_is_not_overruled(self):
        target, source = self._profile(self.kept), self._profile(self.gone)
        target.sudo()._lock_tier(self.standard, "Debts", "2999-12-31")
        source.sudo()._set_tier(self.vip, "score")
        self._merge_partners()
        self.assertEqual(target.tier_id, self.standard)

    def test_files_and_what_gives_way_are_kept(self):
        target = self._profile(self.kept, size="small")
        source = self._profile(self.gone, size="large")
        files = self.env["ir.attachment"].create(
            {"name": "contract.txt", "raw": b"x", "res_model": source._name, "res_id": source.id}
        )
        message = source.message_post(body="Photo", attachments=[("photo.txt", b"y")])
        files += message.attachment_ids
        self._merge_partners()
        self.assertEqual(files.exists(), files)
        self.assertEqual(set(files.mapped("res_id")), {target.id})
        self.assertEqual(target.size, "small")
        note = target.message_ids.filtered(lambda m: "merged" in (m.body or ""))
        self.assertIn("large", note.body.lower())

    def test_customer_kept_may_belong_to_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        source = self._profile(self.gone, size="small")
        self.kept.company_id = other
        self._merge_partners()
        self.assertEqual((source.partner_id, source.size), (self.kept, "small"))

    def test_later_answer_counts_and_a_tie_is_a_no(self):
        def answer(purpose, state, date):
            return Command.create({"purpose_id": purpose.id, "state": state, "date": date})

        target = self._profile(
            self.kept,
            consent_ids=[
                answer(self.care, "granted", "2026-01-01"),
                answer(self.offers, "refused", "2026-03-01"),
            ],
        )
        self._profile(
            self.gone,
            consent_ids=[
                answer(self.care, "refused", "2026-01-01"),
                answer(self.offers, "granted", "2026-02-01"),
            ],
        )
        self._merge_partners()
        states = {consent.purpose_id: consent.state for consent in target.consent_ids}
        self.assertEqual(states, {self.care: "refused", self.offers: "refused"})

    def test_opt_out_survives_a_merge(self):
        target = self._profile(self.kept)
        self._profile(self.gone, tier_opt_out=True)
        self._merge_partners()
        self.assertTrue(target.tier_opt_out)

    def test_customer_that_joins_a_group_brings_its_profile(self):
        target = self._profile(self.kept, cargo_nature_ids=[Command.link(self.chilled.id)])
        source = self._profile(self.gone, cargo_nature_ids=[Command.link(self.fragile.id)])
        self._order(self.gone, 40)
        self.gone.write({"parent_id": self.kept.id, "is_company": False})
        self.assertFalse(source.exists())
        self.assertEqual(target.cargo_nature_ids, self.chilled + self.fragile)
        self.assertEqual(target.total_net_amount, 40)
        self.assertEqual(self.gone.logistics_profile_id, target)

    def test_contact_that_becomes_a_company_starts_afresh(self):
        profile = self._profile(self.kept)
        self.gone.write({"parent_id": self.kept.id, "is_company": False})
        self.gone.write({"parent_id": False, "is_company": True})
        self.assertFalse(self._profile_of(self.gone))
        self.assertEqual(profile.partner_id, self.kept)
