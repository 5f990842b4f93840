from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE, ClockCommon, shanghai

MONDAY = shanghai(2, 9)


@tagged("post_install", "-at_install")
class TestSlaPolicy(ClockCommon):
    def _policy_of(self, case, target="resolution"):
        return self._clock(case, target).policy_id

    def test_the_most_specific_wins(self):
        """Each criterion alone outweighs the general policy, two outweigh one."""
        category = self.env.ref(f"{MODULE}.complaint_category_damage")
        carrier = self.env["delivery.carrier"].create(
            {"name": "Express", "product_id": self.product.product_variant_id.id}
        )
        self._profile(self.customer).tier_id = self.vip
        criteria = {
            "team_id": self.team.id,
            "kind": "claim",
            "category_id": category.id,
            "severity": "critical",
            "tier_id": self.vip.id,
            "carrier_id": carrier.id,
        }
        made = {}
        for name, value in criteria.items():
            made[name] = self._policy(name, {name: value, "active": False}, resolution=8)
        of_case = {
            "kind": "claim",
            "category_id": category.id,
            "severity": "critical",
            "carrier_id": carrier.id,
        }
        self.assertEqual(self._policy_of(self._case(MONDAY, **of_case)), self.policy)
        for name, policy in made.items():
            policy.active = True
            case = self._case(MONDAY, **of_case)
            self.assertEqual(self._policy_of(case), policy, name)
            if name not in ("team_id", "tier_id"):
                other = self._case(MONDAY, kind="inquiry", severity="low")
                self.assertEqual(self._policy_of(other), self.policy, name)
            policy.active = False
        both = self._policy(
            "both", {"kind": "claim", "severity": "critical", "sequence": 99}, resolution=5
        )
        for policy in made.values():
            policy.active = True
        self.assertEqual(self._policy_of(self._case(MONDAY, **of_case)), both)

    def test_categories_below_are_meant_and_deeper_ones_win(self):
        above = self.env.ref(f"{MODULE}.complaint_category_damage")
        below = self.env.ref(f"{MODULE}.complaint_category_damage_broken")
        wide = self._policy("wide", {"category_id": above.id}, resolution=8)
        self.assertEqual(self._policy_of(self._case(MONDAY, category_id=below.id)), wide)
        deep = self._policy("deep", {"category_id": below.id, "sequence": 99}, resolution=8)
        self.assertEqual(self._policy_of(self._case(MONDAY, category_id=below.id)), deep)
        self.assertEqual(self._policy_of(self._case(MONDAY, category_id=above.id)), wide)

    def test_ties_go_by_sequence(self):
        late = self._policy("late", {"kind": "claim", "sequence": 20}, resolution=8)
        early = self._policy("early", {"severity": "high", "sequence": 5}, resolution=8)
        case = self._case(MONDAY, kind="claim", severity="high")
        self.assertEqual(self._policy_of(case), early)
        early.sequence = 30
        case = self._case(MONDAY, kind="claim", severity="high")
        self.assertEqual(self._policy_of(case), late)

    def test_own_outweighs_shared_and_others_do_not_count(self):
        shared = self._policy("shared", {"company_id": False, "kind": "claim"}, resolution=3)
        other = self.env["res.company"].create({"name": "Other"})
        self._policy("other", {"company_id": other.id, "kind": "claim"}, resolution=2)
        self.assertEqual(self._policy_of(self._case(MONDAY, kind="claim")), self.policy)
        self.policy.active = False
        self.assertEqual(self._policy_of(self._case(MONDAY, kind="claim")), shared)

    def test_the_law_of_a_country_holds_there(self):
        """Open cases of a company that moves follow, by whatever way it moves."""
        china, germany = self.env.ref("base.cn"), self.env.ref("base.de")
        law = self._policy("law", {"company_id": False, "country_id": china.id}, external=30, contractual=5)
        case = self._case(MONDAY)
        self.assertFalse(self._clock(case, "contractual"))
        for company, place in ((self.company, china), (self.company.partner_id, germany)):
            company.country_id = place
            self.assertTrue(all(case.clock_ids.mapped("next_at")))
            there = self._policy_of(self._case(MONDAY), "contractual")
            self.assertEqual(there, law if place == china else self.Policy)

    def test_targets_are_chosen_one_by_one_and_zero_means_none(self):
        special = self._policy("claims", {"kind": "claim"}, first_response=1, statutory=0)
        case = self._case(MONDAY, kind="claim")
        self.assertEqual(self._policy_of(case, "first_response"), special)
        self.assertEqual(self._policy_of(case, "resolution"), self.policy)
        self.assertFalse(self._clock(case, "statutory"))

    def test_tiers_of_another_scheme_with_the_same_code_are_the_same(self):
        policy = self._policy("vip", {"tier_id": self.vip.id}, resolution=8)
        twin = self.scheme.copy().tier_ids.filtered(lambda tier: tier.code == self.vip.code)
        self.assertNotEqual(twin, self.vip)
        self._profile(self.customer).tier_id = twin
        self.assertEqual(self._policy_of(self._case(MONDAY)), policy)

    def test_defaults_are_shipped(self):
        """Seven calendar days are in force in China; what else a law may say is an example."""
        express = self.env.ref(f"{MODULE}.sla_policy_express_complaint")
        self.assertEqual(express.target_ids.mapped(lambda t: (t.target, t.value, t.unit)), [
            ("statutory", 7.0, "days")
        ])
        cfr = self.env.ref(f"{MODULE}.sla_policy_cfr_370")
        self.assertEqual((express | cfr).mapped("country_id.code"), ["CN", "US"])
        self.assertFalse(cfr.active)
        self.assertEqual(
            {(line.target, line.value, line.unit) for line in cfr.target_ids},
            {("acknowledge", 30.0, "days"), ("statutory", 120.0, "days")},
        )

    @mute_logger("odoo.sql_db")
    def test_impossible_values(self):
        for vals in (
            {"target": "resolution", "value": 3},  # twice
            {"target": "acknowledge", "value": -1},
            {"target": "acknowledge", "value": 1.5, "unit": "days"},
        ):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), self.cr.savepoint():
                policy = self._policy(resolution=1)
                self.env["logistics.sla.target"].create({"policy_id": policy.id, **vals})
        for share in (0, 1.1):
            with self.assertRaises(IntegrityError), self.cr.savepoint():
                self._policy(vals={"warn_share": share})

    def test_working_hours_of_policy_else_team_else_company(self):
        nights = self._calendar("Nights", "Asia/Shanghai", range(7), ((0, 6),))
        weekend = self._calendar("Weekend", "Asia/Shanghai", (5, 6), ((10, 16),))
        self.policy.calendar_id = nights
        self.assertEqual(self._clock(self._case(MONDAY)).calendar_id, nights)
        self.policy.calendar_id = False
        self.team.resource_calendar_id = weekend
        self.assertEqual(self._clock(self._case(MONDAY)).calendar_id, weekend)
        self.team.resource_calendar_id = False
        self.assertEqual(self._clock(self._case(MONDAY)).calendar_id, self.office)
        self.assertFalse(self._clock(self._case(MONDAY), "statutory").calendar_id)

    def test_unusable_hours_are_told_once_and_the_customer_has_a_deadline(self):
        empty = self._calendar("Empty", "Asia/Shanghai", ())
        flexible = self._calendar("Flexible", "Asia/Shanghai")
        flexible.flexible_hours = True
        for calendar, word in ((empty, "empty"), (flexible, "flexible")):
            policy = self._policy(
                calendar.name, {"calendar_id": calendar.id, "kind": "claim"}, resolution=2
            )
            self.assertIn(word, policy.calendar_problem)
            cases = self._case(MONDAY, kind="claim") + self._case(MONDAY, kind="claim")
            self.assertEqual(cases.clock_ids.policy_id.filtered("activity_ids"), policy)
            self.assertEqual(len(policy.activity_ids), 1)
            self.assertIn(word, policy.activity_ids.note)
            resolution = self._clock(cases[0])
            self.assertEqual(resolution.calendar_id, self.office)  # the company's instead
            self.assertEqual(resolution.due_at, shanghai(2, 11))
            policy.active = False

    def test_no_usable_hours_at_all(self):
        empty = self._calendar("Empty", "Asia/Shanghai", ())
        self.team.resource_calendar_id = self.company.resource_calendar_id = empty
        case = self._case(shanghai(7, 23))
        self.assertEqual(self._clock(case).due_at, shanghai(8, 15))  # sixteen hours, Sunday
        self.assertIn("empty", self.policy.calendar_problem)
        self.assertTrue(self.policy.activity_ids)

    def test_hours_that_are_all_holidays(self):
        """Never a crash, never an endless search: the time runs round the clock."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed for good",
                "calendar_id": self.office.id,
                "company_id": self.company.id,
                "date_from": shanghai(1, 0),
                "date_to": shanghai(1, 0, year=2036),
            }
        )
        self.assertEqual(self._clock(self._case(MONDAY)).due_at, shanghai(3, 1))

    def test_a_usable_calendar_has_no_problem(self):
        self.assertFalse(self.policy.calendar_problem)
        self._case(MONDAY)
        self.assertFalse(self.policy.activity_ids)
