from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LogisticsCommon


@tagged("post_install", "-at_install")
class TestMulticompany(LogisticsCommon):
    """Two companies see two profiles of the same customer, and nothing of each other's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Logistics"})
        cls.env.user.company_ids |= cls.other
        cls.stranger = cls._new_user("stranger", "group_manager", company=cls.other)
        cls.abroad = cls.env(user=cls.stranger, context={"allowed_company_ids": cls.other.ids})
        cls.customer = cls._customer("Shared")
        cls._order(cls.customer, 100)
        cls.profile = cls._profile_of(cls.customer)
        cls.elsewhere = cls.Profile.create(
            {"partner_id": cls.customer.id, "company_id": cls.other.id}
        )

    def test_two_profiles(self):
        self._refresh()
        self.Profile._refresh_all(self.other)
        self.assertEqual(self.profile.total_net_amount, 100)
        self.assertEqual(self.elsewhere.total_order_count, 0)
        self.assertTrue(self.profile.score_id)
        self.assertFalse(self.elsewhere.score_id)

    def test_night_makes_profiles_of_the_companys_own_customers(self):
        stranger = self._customer("Elsewhere")
        order = self._order(stranger)
        self._profile_of(stranger).unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s", [self.other.id, order.id]
        )
        self.env.invalidate_all()
        self._refresh()
        self.assertFalse(self._profile_of(stranger))

    def test_ranks_for_a_single_refresh_are_the_companys(self):
        self._refresh()
        own = self.env["logistics.run"].search([("company_id", "=", self.company.id)], limit=1)
        foreign = self.env["logistics.run"]._run_at_once(self.other)
        foreign.cuts = {key: [1e9] * 4 for key in own.cuts}
        found = self.env["logistics.run"]._get_last_cuts(self.company, self.scheme)
        self.assertEqual(found, own.cuts)

    def test_partner_shows_the_profile_of_the_current_company(self):
        self.profile.sudo()._set_tier(self.vip, "score")
        here = self.customer.with_company(self.company)
        there = self.customer.with_company(self.other)
        self.assertEqual(here.logistics_tier_id, self.vip)
        self.assertEqual(there.logistics_tier_id, self.standard)
        domain = [("logistics_tier_id", "=", self.vip.id), ("id", "=", self.customer.id)]
        Partner = self.env["res.partner"]
        self.assertTrue(Partner.with_company(self.company).search(domain))
        self.assertFalse(Partner.with_company(self.other).search(domain))

    def test_people_see_their_company_only(self):
        self._refresh()
        models = (
            "logistics.profile",
            "logistics.profile.fact",
            "logistics.profile.score",
            "logistics.tier.change",
            "logistics.run",
        )
        for model in models:
            found = self.abroad[model].search([])
            self.assertLessEqual(set(found.company_id.ids), set(self.other.ids), model)
            self.assertTrue(self.env[model].search([("company_id", "=", self.company.id)]), model)

    def test_scheme_of_a_company_is_its_own(self):
        scheme = self.scheme.copy({"company_id": self.company.id})
        schemes = self.abroad["logistics.tier.scheme"]
        self.assertFalse(schemes.search([("id", "=", scheme.id)]))
        self.assertTrue(schemes.search([("id", "=", self.scheme.id)]))
        scheme.action_put_in_force()
        self.assertEqual(self.profile.tier_id.scheme_id, scheme)
        self.assertEqual(self.elsewhere.tier_id.scheme_id, self.scheme)

    def test_consents_belong_to_the_profile_of_a_company(self):
        purpose = self.env["logistics.consent.purpose"].search([], limit=1)
        self.profile.consent_ids = [Command.create({"purpose_id": purpose.id})]
        consents = self.abroad["logistics.consent"]
        self.assertFalse(consents.search([("profile_id", "=", self.profile.id)]))

    def test_ranks_are_among_the_customers_of_the_company(self):
        """A customer who is the best of a small company is not measured by a large one."""
        for index in range(5):
            self._order(self._customer(f"Big {index}"), 10_000 * (index + 1))
        small = self._customer("Small", company_id=self.other.id)
        tiny = self._customer("Tiny", company_id=self.other.id)
        for partner, amount in ((small, 50), (tiny, 1)):
            order = (
                self.env["sale.order"]
                .with_context(allowed_company_ids=self.other.ids)
                .create(
                    {
                        "partner_id": partner.id,
                        "company_id": self.other.id,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": self.product.id,
                                    "product_uom_qty": 1,
                                    "price_unit": amount,
                                }
                            )
                        ],
                    }
                )
            )
            order.action_confirm()
        self._refresh()
        self.Profile._refresh_all(self.other)
        best = self.Profile.search([("partner_id", "=", small.id)])
        least = self.Profile.search([("partner_id", "=", tiny.id)])
        self.assertGreater(best.value_score, least.value_score)
        run = self.env["logistics.run"].search([("company_id", "=", self.other.id)], limit=1)
        amounts = run.cuts[str(self.scheme.criterion_ids.sorted("sequence")[0].id)]
        self.assertEqual(max(amounts), 50)

    def test_what_serves_every_company_is_changed_by_who_works_for_all(self):
        """A rule without a company is everybody's, whichever kind of rule it is."""
        boss = self._new_user("boss", "group_manager")
        boss.company_ids = self.env["res.company"].search([])
        seen = 0
        for name in self.env.registry:
            records = self.env[name]
            changed = records.with_user(self.manager).has_access("write")
            if not changed or not records._may_be_logistics_shared():
                continue
            shared = records.search([("company_id", "=", False)], limit=1)
            if not shared:
                continue
            seen += 1
            for operation in ("write", "unlink"):
                with self.subTest(model=name, operation=operation):
                    self.assertTrue(shared.with_user(self.manager).has_access("read"))
                    self.assertFalse(shared.with_user(self.manager).has_access(operation))
                    self.assertTrue(
                        not records.with_user(boss).has_access(operation)
                        or shared.with_user(boss).has_access(operation)
                    )
        self.assertGreater(seen, 8)

    def test_nobody_makes_a_rule_for_companies_that_are_not_his(self):
        reasons = self.env["logistics.reason"].with_user(self.manager)
        vals = {"name": "Ours", "code": "ours", "kind": "damage"}
        with self.assertRaisesRegex(AccessError, "every company"):
            reasons.create({**vals, "company_id": False})
        own = reasons.create(vals)
        self.assertEqual(own.company_id, self.company, "who does not say it means his own")
        own.name = "Ours alone"
        with self.assertRaisesRegex(AccessError, "every company"):
            own.company_id = False
