import random
from datetime import datetime, time, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ....tools.foundation.periods import window_first_day
from ...common import MODULE
from .common_night import NightCommon

RUN_LOGGER = f"odoo.addons.{MODULE}.models.customer.tier.logistics_run"


@tagged("post_install", "-at_install")
class TestChanges(NightCommon):
    """A night that follows what changed leaves what a night over everything would."""

    SEEDS = (1, 2)

    def test_random_days(self):
        for seed in self.SEEDS:
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self._live(random.Random(seed))
                savepoint.rollback()
            self.env.invalidate_all()

    def _live(self, chance, nights=5, actions=7):
        self.company.logistics_tier_approval = chance.random() < 0.4
        self._night(everything=True)
        acts = [getattr(self, name) for name in dir(self) if name.startswith("_do_")]
        day, seen = self.today, 0
        for _night in range(nights):
            day += timedelta(days=chance.choice((0, 1, 1, 2, 4, 31)))
            with freeze_time(datetime.combine(day, time(4))):
                done = []
                for _action in range(actions):
                    act = chance.choice(acts)
                    done.append(act.__name__)
                    act(chance)
                self.env.cr.flush()
                seen += self._night().seen_count
                self._assert_nothing_left(f"{day} {done}")
        self.assertTrue(seen)

    def _any_partner(self, chance):
        return chance.choice([*self.customers, *self.contacts])

    def _any(self, chance, name, *domain):
        found = self.env[name].search([("company_id", "=", self.company.id), *domain], order="id")
        return chance.choice(found) if found else found

    def _do_order(self, chance):
        at = self._days_ago(chance.choice((0, 1, 30, 31, 364, 370)))
        self._order(self._any_partner(chance), chance.randint(1, 900), at=at)

    def _do_draft_that_comes_to_nothing(self, chance):
        self._order(self._customer("New"), 10, confirm=False)._action_cancel()

    def _do_cancel(self, chance):
        self._any(chance, "sale.order", ("state", "=", "sale"))._action_cancel()

    def _do_backdate(self, chance):
        self._any(chance, "sale.order", ("state", "=", "sale")).date_order = self._days_ago(
            chance.randint(0, 380)
        )

    def _do_give_to_another(self, chance):
        self._any(chance, "sale.order").partner_id = self._any_partner(chance)

    def _do_price(self, chance):
        order = self._any(chance, "sale.order", ("state", "=", "sale"), ("invoice_ids", "=", False))
        order.order_line.price_unit = chance.randint(1, 900)

    def _do_bill(self, chance):
        order = self._any(chance, "sale.order", ("invoice_status", "=", "to invoice"))
        if order:
            order._create_invoices().action_post()

    def _do_invoice(self, chance):
        day = self.company._get_logistics_today() + timedelta(days=chance.randint(-40, 5))
        due = day + timedelta(days=chance.choice((0, 10, 30)))
        self._invoice_for(self._any_partner(chance), chance.randint(1, 500), day=day, due=due)

    def _do_credit(self, chance):
        day = self.company._get_logistics_today() - timedelta(days=chance.choice((0, 29, 31, 364)))
        self._invoice_for(self._any_partner(chance), chance.randint(1, 99), "out_refund", day=day)

    def _do_reverse(self, chance):
        posted = ("move_type", "=", "out_invoice"), ("state", "=", "posted")
        if invoice := self._any(chance, "account.move", *posted):
            self._credit(invoice)

    def _do_pay(self, chance):
        owed = ("move_type", "=", "out_invoice"), ("state", "=", "posted"), ("amount_residual", ">", 0)
        if invoice := self._any(chance, "account.move", *owed):
            day = self.company._get_logistics_today() - timedelta(days=chance.randint(0, 9))
            self._pay(invoice, day, invoice.amount_residual * chance.choice((1, 1, 0.5)))

    def _do_take_back_a_payment(self, chance):
        self._any(chance, "account.partial.reconcile").unlink()

    def _do_defer(self, chance):
        owed = ("display_type", "=", "payment_term"), ("amount_residual", ">", 0)
        if line := self._any(chance, "account.move.line", *owed):
            line.date_maturity += timedelta(days=chance.randint(-20, 20))

    def _do_unpost(self, chance):
        paid_by_nobody = ("move_type", "=", "out_refund"), ("payment_state", "=", "not_paid")
        refund = self._any(chance, "account.move", ("state", "=", "posted"), *paid_by_nobody)
        refund.button_draft() if refund else None

    def _do_move_contact(self, chance):
        contact = chance.choice(self.contacts)
        if not self.env["account.move.line"].search_count([("partner_id", "=", contact.id)], limit=1):
            contact.parent_id = chance.choice(self.customers)

    def _do_archive(self, chance):
        customer = chance.choice(self.customers)
        customer.active = not customer.active

    def _do_needs(self, chance):
        nature = self.env.ref(f"{MODULE}.cargo_nature_{chance.choice(('dangerous', 'chilled'))}")
        command = chance.choice((Command.link, Command.unlink))
        self._any(chance, "logistics.profile").cargo_nature_ids = [command(nature.id)]

    def _do_need_counts_otherwise(self, chance):
        self.env.ref(f"{MODULE}.cargo_nature_chilled").complexity = chance.randint(0, 4)

    def _do_lock(self, chance):
        until = self.company._get_logistics_today() + timedelta(days=chance.randint(0, 3))
        tier = chance.choice(self.scheme.tier_ids)
        self._any(chance, "logistics.profile")._lock_tier(tier, "Any", until)

    def _do_opt(self, chance):
        profile = self._any(chance, "logistics.profile")
        profile.tier_opt_out = not profile.tier_opt_out

    def _do_decide(self, chance):
        if change := self._any(chance, "logistics.tier.change", ("state", "=", "proposed")):
            getattr(change.with_user(self.manager), f"action_{chance.choice(('accept', 'reject'))}")()

    def _do_refresh(self, chance):
        self._any(chance, "logistics.profile").action_refresh()

    def _do_drop_profile(self, chance):
        self._any(chance, "logistics.profile").unlink()

    # --- one by one

    def test_nobody_is_touched_when_nothing_changed(self):
        self._night(everything=True)
        run = self._night()
        self.assertEqual((run.seen_count, run.rated_count, run.score_count), (0, 0, 0))

    def _drop_criteria(self, **vals):
        """Leave criteria with these values out of the scheme, and hardly anybody earns its best tier."""
        self.scheme.state = "draft"
        self.scheme.tier_ids.filtered(lambda tier: tier.code == "A").threshold = 100
        self.scheme.criterion_ids.filtered_domain([(name, "=", vals[name]) for name in vals]).unlink()
        self.scheme.state = "in_force"

    def test_a_score_does_not_change_by_itself(self):
        """Only those within a ramp, past a step or a window have another score the day after."""
        self._drop_criteria(method="linear")
        for customer in self.customers:
            self._order(customer, 50, at=self._days_ago(3))
        self._night(everything=True)
        with freeze_time(datetime.combine(self.today + timedelta(days=1), time(4))):
            run = self._night()
            self._assert_nothing_left("a day later")
        self.assertLess(run.score_count, 3)

    def test_time_alone(self):
        """Day by day something leaves a window, falls due or gets older, and nobody does anything."""
        self._night(everything=True)
        seen = 0
        for days in (1, 2, 3, 6, 7, 38, 366):
            with freeze_time(datetime.combine(self.today + timedelta(days=days), time(4))):
                seen += self._night().seen_count
                self._assert_nothing_left(f"{days} days later")
        self.assertGreater(seen, 15)

    def test_what_leaves_a_window_or_falls_due_is_found(self):
        """Each source for itself; the others are not about these customers that day."""
        crossings = [
            ("sale.order", "date_order", 12),
            ("account.move", "invoice_date", 12),
            ("account.move.line", "date_maturity", 12),
            ("account.move.line", "date_maturity", 0),
        ]
        company, today = self.company, self.today
        for name, column, months in crossings:
            with self.subTest(f"{name} {months}"):
                first = window_first_day(today, months) if months else today
                table = SQL.identifier(self.env[name]._table)
                moved = SQL("(%s + INTERVAL '4 hours')", first) if column == "date_order" else first
                of_kind = {
                    "sale.order": SQL("state = 'sale'"),
                    "account.move": SQL("move_type = 'out_refund'"),
                    "account.move.line": SQL("display_type = 'payment_term'"),
                }[name]
                self.env.flush_all()
                [[record_id]] = self.env.execute_query(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = (SELECT MIN(id) FROM %s"
                        " WHERE company_id = %s AND %s) RETURNING id",
                        table, SQL.identifier(column), moved, table, company.id, of_kind,
                    )
                )  # fmt: skip
                self.env.invalidate_all()
                tomorrow = today + timedelta(days=1)
                parts = self.Fact._get_crossing_parts(company, today, tomorrow)
                found = [row for part, query in parts if part == name
                         for row in self.env.execute_query(query)]  # fmt: skip
                self.assertIn((record_id,), found)
                parts = self.Fact._get_crossing_parts(company, tomorrow, tomorrow + timedelta(days=1))
                found = [row for part, query in parts if part == name
                         for row in self.env.execute_query(query)]  # fmt: skip
                self.assertNotIn((record_id,), found)

    def test_each_thing_that_counts(self):
        """One thing changes, and the night finds whom it is about, and nobody else."""
        profile, customer = self._profile_of(self.customers[3]), self.customers[3]
        dangerous = self.env.ref(f"{MODULE}.cargo_nature_dangerous")
        invoice = self.env["account.move"].search(
            [("partner_id", "=", customer.id), ("payment_state", "=", "not_paid"),
             ("move_type", "=", "out_invoice")], limit=1)  # fmt: skip
        due = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.company.flush_recordset()
        things = {
            "a need": lambda: profile.write({"cargo_nature_ids": [Command.link(dangerous.id)]}),
            "what a need counts": lambda: dangerous.write({"complexity": 8}),
            "a need that is gone": lambda: self._copy_need(profile).unlink(),
            "an opt-out": lambda: profile.write({"tier_opt_out": True}),
            "no opt-out": lambda: profile.write({"tier_opt_out": False}),
            "an invoice that is overdue": lambda: due.write({"date_maturity": self._day(-30)}),
            "one that is not": lambda: due.write({"date_maturity": self._day(30)}),
            "a payment": lambda: self._pay(invoice, self._day(-3), invoice.amount_total),
            "another payment in its place": lambda: self._pay_again(invoice),
            "a payment taken back": lambda: due.matched_debit_ids.union(due.matched_credit_ids).unlink(),
            "an archived customer": lambda: customer.write({"active": False}),
            "one that is back": lambda: customer.write({"active": True}),
        }
        self._night(everything=True)
        for name, change in things.items():
            with self.subTest(name):
                change()
                self.env.cr.flush()
                run = self._night()
                self.assertLessEqual(run.seen_count, 1)
                self._assert_nothing_left(name)

    def _day(self, days):
        return self.company._get_logistics_today() + timedelta(days=days)

    def _copy_need(self, profile):
        need = self.env["logistics.special.service"].create({"name": "Any", "code": "any", "complexity": 7})
        profile.special_service_ids = need
        self.env.cr.flush()
        self._night()
        return need

    def _pay_again(self, invoice):
        """Nothing more nor less is owed, but it was paid on another day."""
        invoice.line_ids.matched_credit_ids.unlink()
        self._pay(invoice, self._day(-20), invoice.amount_total)

    def _get_worst(self):
        """Return the profile with the lowest score and the best tier."""
        profiles = self.Profile.search([("company_id", "=", self.company.id)])
        best = self.scheme.tier_ids.filtered(lambda tier: tier.code == "A")
        worst = min(profiles, key=lambda profile: profile.score)
        self.assertNotEqual(worst.tier_id, best)
        return worst, best

    def test_a_minimum_stay_ends(self):
        self._drop_criteria(metric="recency")
        self._night(everything=True)
        profile, high = self._get_worst()
        profile.sudo()._write_tier(high, "score", self.today)
        tiers = []
        for days in (0, 3, 4, 5):
            with freeze_time(datetime.combine(self.today + timedelta(days=days), time(4))):
                self._night()
                self._assert_nothing_left(f"{days} days")
                tiers.append(profile.tier_id.code)
        self.assertEqual(tiers[:2], ["A", "A"])
        self.assertNotEqual(tiers[2], "A")

    def test_a_refusal_of_a_tier_ends(self):
        self.company.logistics_tier_approval = True
        self._drop_criteria(metric="recency")
        self._night(everything=True)
        profile, high = self._get_worst()
        profile.sudo()._write_tier(high, "score", self.today - timedelta(days=40))
        profile.action_refresh()
        proposed = profile.tier_change_ids.filtered(lambda change: change.state == "proposed")
        with freeze_time(datetime.combine(self.today, time(4))):
            proposed.with_user(self.manager).action_reject()
        states = []
        for days in (0, 3, 4, 5):
            with freeze_time(datetime.combine(self.today + timedelta(days=days), time(4))):
                self._night()
                self._assert_nothing_left(f"{days} days")
                states.append("proposed" in profile.tier_change_ids.mapped("state"))
        self.assertEqual(states, [False, False, False, True])

    def test_a_lock_ends(self):
        self._drop_criteria(metric="recency")
        self._night(everything=True)
        profile = self._profile_of(self.customers[1])
        tier = self.scheme.tier_ids.filtered(lambda one: one != profile.tier_id)[0]
        profile._lock_tier(tier, "Any", self.today + timedelta(days=1))
        locked = []
        for days in (0, 1, 2):
            with freeze_time(datetime.combine(self.today + timedelta(days=days), time(4))):
                self.env.cr.flush()
                self._night()
                self._assert_nothing_left(f"{days} days")
                locked.append(bool(profile.manual_tier_id))
        self.assertEqual(locked, [True, True, False])

    def test_the_first_night_and_one_after_a_change_go_through_all(self):
        first = self.Run._start(self.company)
        self.assertFalse(first.since)
        while first._advance():
            continue
        self.assertEqual(self._night().since, first.date)
        changes = [
            (self.company.partner_id, "tz", "America/New_York"),
            (self.company, "logistics_window_months", 6),
            (self.company, "logistics_tier_approval", True),
            (self.scheme, "downgrade_margin", 9),
        ]
        for record, name, value in changes:
            with self.subTest(name):
                record[name] = value
                self.assertEqual(self._night(everything=True).seen_count, 7)
                self._night()

    def test_a_night_that_failed_is_done_again_for_all(self):
        self._night(everything=True)
        run = self.Run._start(self.company)
        with mute_logger(RUN_LOGGER):
            run._fail(ValueError("any"))
        self.assertFalse(self.Run._start(self.company).since)

    def test_the_button_goes_through_all(self):
        self._night(everything=True)
        self.Run.with_user(self.manager).with_context(
            allowed_company_ids=self.company.ids
        ).action_run_now()
        last = self.Run.search([("company_id", "=", self.company.id)], order="id desc", limit=1)
        self.assertEqual((last.state, bool(last.since), last.seen_count), ("done", False, 7))

    def test_what_is_marked_meanwhile_waits_for_the_next_batch_or_night(self):
        self._night(everything=True)
        self._order(self.customers[0], 10)
        run = self.Run._start(self.company)
        while run.phase != "rates":
            run._advance()
            self.env.cr.flush()
        self._order(self.customers[1], 10)
        while run._advance():
            self.env.cr.flush()
        self.env.cr.flush()
        self.assertEqual(run.seen_count, 1)
        self._night()
        self._assert_nothing_left("the night after")

    def test_facts_that_rest_on_something_else_are_left_alone(self):
        """An order is no reason to read payments anew, nor an invoice's day one to read orders."""
        self._night(everything=True)
        customer, profile = self.customers[4], self._profile_of(self.customers[4])
        facts = self.Fact.search([("profile_id", "=", profile.id)])
        orders = facts.mapped("order_count")
        facts.write({"payment_count": 99})
        self._order(customer, 10)
        self._night()
        self.assertEqual(facts.mapped("payment_count"), [99, 99, 99])
        self.assertEqual(facts.mapped("order_count"), [count + 1 for count in orders])
        facts.write({"order_count": 98})
        self._pay_something(customer)
        self._night()
        self.assertEqual(facts.mapped("order_count"), [98, 98, 98])
        self.assertFalse({99}.intersection(facts.mapped("payment_count")))
        self.env["logistics.mark"]._append("facts", profile._name, profile.ids)
        self._night()
        self._assert_nothing_left("all of the customer")

    def test_who_has_no_facts_yet_gets_all(self):
        self._night(everything=True)
        profile = self._profile_of(self.customers[4])
        self.Fact.search([("profile_id", "=", profile.id)]).unlink()
        self._order(self.customers[4], 10)
        self._night()
        self._assert_nothing_left("facts that were not there")

    def _pay_something(self, customer):
        due = self.env["account.move.line"].search(
            [("partner_id", "=", customer.id), ("display_type", "=", "payment_term"),
             ("amount_residual", ">", 0)], limit=1)  # fmt: skip
        due.date_maturity = self._day(-2)

    def test_another_company_finds_its_marks(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._night(everything=True)
        self._order(self.customers[2], 77)
        self.env.cr.flush()
        self.Run._run_at_once(other)
        self.assertFalse(self.env["logistics.mark"]._count("facts"))
        self.assertEqual(self._night().seen_count, 1)
        self._assert_nothing_left("after the other's")

    def test_one_bad_record_is_tried_again_the_night_after(self):
        self._night(everything=True)
        for customer in self.customers[:3]:
            self._order(customer, 10)
        bad = self._profile_of(self.customers[1])
        Fact = self.env.registry["logistics.profile.fact"]
        refresh = Fact._refresh_changed

        def _refresh_changed(facts, company, profiles, today, **how):
            if bad in profiles:
                raise ValueError("poisoned")
            return refresh(facts, company, profiles, today, **how)

        with patch.object(Fact, "_refresh_changed", _refresh_changed), mute_logger(RUN_LOGGER):
            run = self._night()
        self.assertEqual((run.state, run.error_count, run.changed_count), ("done", 1, 2))
        self.assertIn(f"{bad.id}: poisoned", run.error_log)
        run = self._night()
        self.assertEqual((run.error_count, run.changed_count), (0, 1))
        self._assert_nothing_left("the night after")

    def test_a_customer_who_is_merged(self):
        self._night(everything=True)
        source, target = self.customers[0], self.customers[-1]
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source + target).ids, target)
        self._night()
        self._assert_nothing_left("merged")

    def test_an_explanation_keeps_the_day_and_shows_the_days(self):
        self._night(everything=True)
        profile = self._profile_of(self.customers[2])
        criterion = self.scheme.criterion_ids.filtered(
            lambda one: (one.metric, one.method) == ("recency", "steps")
        )
        [line] = [one for one in profile.score_id.explanation if one["criterion_id"] == criterion.id]
        self.assertEqual(line["day"], fields.Date.to_string(self.today - timedelta(days=10)))
        groups = profile._prepare_explanation([line], criterion)
        self.assertEqual(groups[0]["bars"][0]["value"], 10)
        with freeze_time(datetime.combine(self.today + timedelta(days=3), time(4))):
            groups = profile._prepare_explanation([line], criterion)
            self.assertEqual(groups[0]["bars"][0]["value"], 13)

    def test_batches_are_the_runs(self):
        self.env["ir.config_parameter"].set_param(f"{MODULE}.batch_size", 2)
        self._night(everything=True)
        for customer in self.customers:
            self._order(customer, 10)
        run = self._night()
        self.assertEqual((run.seen_count, run.changed_count), (7, 7))
        self._assert_nothing_left("in batches")
