from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestTierScheme(LogisticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = cls.scheme.copy({"company_id": cls.company.id})

    def test_default_schemes_are_complete(self):
        for xmlid in ("tier_scheme_vip", "tier_scheme_abcd"):
            self.env.ref(f"{MODULE}.{xmlid}")._check_complete()
        self.assertEqual(self.scheme.state, "in_force")
        self.assertEqual(
            set(self.scheme.criterion_ids.mapped("dimension")),
            {"value", "complexity", "stability"},
        )

    def test_copy_is_a_draft_with_everything(self):
        self.assertEqual(self.draft.state, "draft")
        self.assertEqual(
            self.draft.tier_ids.mapped("code"), self.scheme.tier_ids.mapped("code")
        )
        self.assertEqual(
            self.draft.criterion_ids.step_ids.mapped("points"),
            self.scheme.criterion_ids.step_ids.mapped("points"),
        )

    def test_company_without_scheme_uses_the_shared_one(self):
        Scheme = self.env["logistics.tier.scheme"]
        self.assertEqual(Scheme._get_in_force(self.company), self.scheme)
        self.draft.action_put_in_force()
        self.assertEqual(Scheme._get_in_force(self.company), self.draft)
        self.assertEqual(self.scheme.state, "in_force", "the other companies keep the shared one")
        self.assertNotIn(self.company, self.scheme._get_companies())

    def test_one_in_force_per_company(self):
        self.draft.action_put_in_force()
        successor = self.draft.copy()
        successor.action_put_in_force()
        self.assertEqual((self.draft.state, successor.state), ("retired", "in_force"))
        with self.assertRaises(UserError):
            self.draft.action_put_in_force()

    def test_what_is_in_force_is_not_changed_in_what_it_measures(self):
        criterion = self.scheme.criterion_ids[0]
        changes = [
            lambda: criterion.write({"weight": 9}),
            lambda: criterion.unlink(),
            lambda: criterion.copy({"scheme_id": self.scheme.id}),
            lambda: self.vip.write({"threshold": 1}),
            lambda: self.vip.unlink(),
            lambda: self.scheme.criterion_ids.step_ids[0].write({"points": 1}),
            lambda: self.scheme.criterion_ids.step_ids[0].unlink(),
            lambda: self.scheme.write({"company_id": self.company.id}),
        ]
        for number, change in enumerate(changes):
            with self.subTest(change=number), self.assertRaises(ValidationError):
                change()
        with self.assertRaises(UserError):
            self.scheme.unlink()
        self.vip.customer_note = "Entitlements may change at any time"

    def test_moving_a_draft_criterion_into_a_scheme_in_force_is_refused(self):
        with self.assertRaises(ValidationError):
            self.draft.criterion_ids[0].scheme_id = self.scheme
        with self.assertRaises(ValidationError):
            self.draft.tier_ids[0].scheme_id = self.scheme

    def test_incomplete_scheme_says_what_is_missing(self):
        for broken in (
            {"tier_ids": [Command.clear()]},
            {"criterion_ids": [Command.clear()]},
        ):
            draft = self.draft.copy()
            draft.write(broken)
            for action in (draft.action_put_in_force, draft.action_try_on_live_data):
                with self.assertRaisesRegex(UserError, "two tiers"):
                    action()
        draft = self.draft.copy()
        draft.tier_ids.sorted("threshold")[0].threshold = 1
        with self.assertRaisesRegex(UserError, "threshold 0"):
            draft.action_put_in_force()
        draft = self.draft.copy()
        draft.criterion_ids.step_ids.unlink()
        with self.assertRaisesRegex(UserError, "no break points"):
            draft.action_put_in_force()

    def test_state_cannot_be_written_around_the_checks(self):
        draft = self.draft.copy({"tier_ids": []})
        with self.assertRaises(UserError):
            draft.state = "in_force"

    def test_margin_needs_the_app_that_records_it(self):
        if "margin" in self.env["sale.order"]._fields:
            self.draft.criterion_ids[0].metric = "margin"
            return
        with self.assertRaises(ValidationError):
            self.draft.criterion_ids[0].metric = "margin"

    def test_every_metric_can_be_scored(self):
        customer = self._customer()
        for days in (400, 50, 20):
            self._deliver(self._order(customer, 100, at=self._days_ago(days)))
        metrics = dict(self.draft.criterion_ids._fields["metric"].selection)
        if "margin" not in self.env["sale.order"]._fields:
            del metrics["margin"]
        self.draft.criterion_ids.unlink()
        self.draft.criterion_ids = [
            Command.create({"name": metric, "metric": metric, "method": "rank"})
            for metric in metrics
        ]
        self.draft.action_put_in_force()
        criterion = self.env["logistics.tier.criterion"]
        lines = {
            criterion.browse(line["criterion_id"]).metric: line.get("value", line.get("day"))
            for line in self._profile_of(customer).score_id.explanation
        }
        self.assertEqual(set(lines), set(metrics))
        self.assertEqual((lines["net_amount"], lines["order_count"]), (200, 2))
        self.assertEqual((lines["average_order"], lines["delivery_count"]), (100, 3))
        days = [str(self.company._get_logistics_today() - timedelta(days=n)) for n in (20, 400)]
        self.assertEqual([lines["recency"], lines["relation"]], days)
        self.assertEqual(lines["median_gap"], 190)
        self.assertEqual((lines["overdue"], lines["refund_share"]), (0, 0))
        self.assertIsNone(lines["payment_delay"])

    def test_complexity_adds_up_the_needs(self):
        customer = self._customer()
        self._order(customer)
        profile = self._profile_of(customer)
        profile.write(
            {
                "time_class_id": self.env.ref(f"{MODULE}.time_class_same_day").id,
                "cargo_nature_ids": [
                    Command.link(self.env.ref(f"{MODULE}.cargo_nature_dangerous").id),
                    Command.link(self.env.ref(f"{MODULE}.cargo_nature_chilled").id),
                ],
                "special_service_ids": [
                    Command.link(self.env.ref(f"{MODULE}.special_service_appointment").id)
                ],
            }
        )
        self._refresh()
        criterion = self.scheme.criterion_ids.filtered(
            lambda criterion: criterion.metric == "needs_complexity"
        )
        [line] = [
            line
            for line in profile.score_id.explanation
            if line["criterion_id"] == criterion.id
        ]
        self.assertEqual((line["value"], line["points"]), (9, 100))

    # --- simulation

    def _simulate(self, scheme):
        action = scheme.with_user(self.manager).action_try_on_live_data()
        lines = self.env["logistics.tier.simulation.line"].with_user(self.manager)
        return lines.search(action["domain"])

    def test_simulation_writes_nothing_to_profiles(self):
        customers = [self._customer(f"C{index}") for index in range(6)]
        for index, customer in enumerate(customers):
            self._order(customer, 100 * (index + 1), at=self._days_ago(40 + index))
        self._refresh()
        profiles = self.Profile.search([("company_id", "=", self.company.id)])
        before = [
            (p.tier_id, p.score, p.write_date, len(p.tier_change_ids)) for p in profiles
        ]
        facts = self.Fact.search_count([])
        self.draft.criterion_ids.unlink()
        self.draft.criterion_ids = [
            Command.create(
                {
                    "name": "Sales",
                    "metric": "net_amount",
                    "method": "linear",
                    "window_kind": "own",
                    "window_months": 1,
                    "zero_at": 600,
                    "full_at": 0,
                }
            )
        ]
        lines = self._simulate(self.draft)
        self.env.invalidate_all()
        self.assertEqual(
            before,
            [(p.tier_id, p.score, p.write_date, len(p.tier_change_ids)) for p in profiles],
        )
        self.assertEqual(self.Fact.search_count([]), facts)
        self.assertEqual(lines.profile_id, profiles)
        self.assertEqual(
            set(lines.mapped("score")), {100.0}, "nothing was sold in the draft's own window"
        )
        self.assertEqual(sum(lines.mapped("revenue")), 2100)

    def test_simulation_of_the_scheme_in_force_moves_nobody_who_was_just_rated(self):
        for index in range(5):
            self._order(self._customer(f"C{index}"), 100 * (index + 1))
        self._refresh()
        self.assertEqual(set(self._simulate(self.scheme).mapped("direction")), {"same"})

    def test_simulation_foretells_what_putting_in_force_does(self):
        for index in range(8):
            self._order(self._customer(f"C{index}"), 100 * (index + 1))
        self._refresh()
        scheme = self.env.ref(f"{MODULE}.tier_scheme_abcd").copy({"company_id": self.company.id})
        foretold = {line.profile_id: line.new_tier_id for line in self._simulate(scheme)}
        scheme.with_user(self.manager).action_put_in_force()
        self.assertEqual(foretold, {profile: profile.tier_id for profile in foretold})
        self.assertGreater(len(set(foretold.values())), 2)

    def test_simulation_keeps_locks(self):
        customer = self._customer()
        self._order(customer, 1)
        self._profile_of(customer)._lock_tier(self.vip, "Board", "2999-12-31")
        self._refresh()
        line = self._simulate(self.draft)
        self.assertEqual((line.new_tier_id.code, line.direction), ("VIP", "same"))

    def test_simulation_of_an_empty_company(self):
        self._refresh()
        self.assertFalse(self._simulate(self.draft))

    def test_simulation_without_figures_says_so(self):
        self._order(self._customer())
        with self.assertRaisesRegex(UserError, "figures"):
            self._simulate(self.draft)

    def test_simulation_tried_twice_shows_each_customer_once(self):
        self._order(self._customer())
        self._refresh()
        simulation = self.env["logistics.tier.simulation"].with_user(self.manager)
        simulation = simulation.create(
            {"scheme_id": self.draft.id, "company_id": self.company.id}
        )
        simulation.action_run()
        simulation.action_run()
        self.assertEqual(len(simulation.line_ids), 1)

    # --- guards that hold against calls from outside

    def test_state_follows_from_putting_in_force_alone(self):
        schemes = self.env["logistics.tier.scheme"].with_user(self.manager)
        with self.assertRaises(AccessError):
            schemes.create({"name": "X", "company_id": self.company.id, "state": "in_force"})
        made = schemes.with_context(default_state="in_force").create(
            {"name": "X", "company_id": self.company.id}
        )
        self.assertEqual(made.state, "draft")
        for state in ("draft", "in_force", "retired"):
            with self.assertRaises(AccessError):
                made.state = state

    def test_scheme_in_force_cannot_be_archived(self):
        self.draft.action_put_in_force()
        with self.assertRaises(ValidationError):
            self.draft.active = False

    def test_scheme_of_all_companies_is_not_one_companys_to_change(self):
        shared = self.env.ref(f"{MODULE}.tier_scheme_abcd").with_user(self.manager)
        for change in (
            lambda: shared.action_put_in_force(),
            lambda: shared.write({"downgrade_margin": 1}),
            lambda: shared.unlink(),
            lambda: shared.tier_ids[0].write({"customer_note": "Ours"}),
            lambda: shared.criterion_ids[0].write({"weight": 3}),
            lambda: shared.criterion_ids.create({"name": "X", "scheme_id": shared.id}),
        ):
            with self.assertRaises(AccessError):
                change()
        mine = shared.copy()
        self.assertEqual(mine.company_id, self.company)
        mine.action_put_in_force()
        self.assertEqual(self.scheme.state, "in_force")

    def test_simulations_are_private(self):
        self._order(self._customer())
        self._refresh()
        self._simulate(self.draft)
        other = self._new_user("manager2", "group_manager")
        lines = self.env["logistics.tier.simulation.line"].with_user(other)
        self.assertFalse(lines.search([]))
