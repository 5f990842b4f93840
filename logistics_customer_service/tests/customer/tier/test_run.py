from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE, LogisticsCommon

RUN_LOGGER = f"odoo.addons.{MODULE}.models.customer.tier.logistics_run"


@tagged("post_install", "-at_install")
class TestRun(LogisticsCommon):
    """The nightly job: due by company, in batches, resumable, and not stopped by a bad record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = [cls._customer(f"C{index}") for index in range(7)]
        for index, customer in enumerate(cls.customers):
            cls._order(customer, 100 * (index + 1), at=cls._days_ago(30 + index))
        cls._set_batch_size(3)
        cls.Run = cls.env["logistics.run"]
        cls.Run.search([]).unlink()

    @classmethod
    def _set_batch_size(cls, size):
        cls.env["ir.config_parameter"].set_param(f"{MODULE}.batch_size", size)

    def _result(self):
        """Return what the job leaves behind, for comparison."""
        self.env.invalidate_all()
        return [
            (
                profile.tier_id.code,
                profile.score,
                profile.score_id.explanation,
                profile.fact_ids.read(["window_months", "order_count", "net_amount"]),
                len(profile.tier_change_ids),
            )
            for profile in map(self._profile_of, self.customers)
        ]

    def test_batches_give_what_one_batch_gives(self):
        self._refresh()
        in_batches = self._result()
        self._set_batch_size(1000)
        self._refresh()
        self.assertEqual(in_batches, self._result())

    def test_second_run_changes_nothing(self):
        self._refresh()
        before = self._result()
        run = self._refresh()
        self.assertEqual((run.fact_count, run.score_count, run.tier_count), (0, 0, 0))
        self.assertEqual(before, self._result())

    def test_run_resumes_where_it_stopped(self):
        run = self.Run._start(self.company)
        for _batch in range(3):
            self.assertTrue(run._advance())
        self.assertEqual(run.phase, "facts")
        self.assertEqual(self.Run._start(self.company), run)
        phases = []
        while run._advance():
            phases.append(run.phase)
        self.assertEqual((run.state, run.fact_count), ("done", 14))
        self.assertEqual(phases[-1], "rates")
        self.assertFalse(run._advance(), "a run that is done stays done")

    def test_cron_does_the_companies_that_are_due_once_a_day(self):
        companies = self.env["res.company"].search([])
        companies.logistics_job_hour = 23.98
        self.company.logistics_job_hour = 2
        cron = self.env.ref(f"{MODULE}.ir_cron_refresh_profiles")
        with self.enter_registry_test_mode():
            with freeze_time("2026-03-09 17:59:00"):  # 1:59 in Shanghai
                cron.method_direct_trigger()
                self.assertFalse(self.Run.search([("company_id", "=", self.company.id)]))
            with freeze_time("2026-03-09 18:01:00"):
                cron.method_direct_trigger()
                cron.method_direct_trigger()
        run = self.Run.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.mapped("state"), ["done"])
        self.assertEqual(str(run.date), "2026-03-10")
        self.assertTrue(all(self._profile_of(customer).score_id for customer in self.customers))

    @mute_logger(RUN_LOGGER)
    def test_one_bad_record_does_not_stop_the_others(self):
        bad = self._profile_of(self.customers[3])
        Profile = self.env.registry["logistics.profile"]
        rate = Profile._rate

        def _rate(profiles, *args):
            if bad in profiles:
                raise ValueError("poisoned")
            return rate(profiles, *args)

        with patch.object(Profile, "_rate", _rate):
            run = self._refresh()
        self.assertEqual((run.state, run.error_count), ("done", 1))
        self.assertIn(f"{bad.id}: poisoned", run.error_log)
        scored = [bool(self._profile_of(customer).score_id) for customer in self.customers]
        self.assertEqual(scored, [True] * 3 + [False] + [True] * 3)

    @mute_logger(RUN_LOGGER)
    def test_a_rule_of_another_addon_is_isolated_too(self):
        bad = self._profile_of(self.customers[2])
        Profile = self.env.registry["logistics.profile"]
        decide = Profile._decide_tiers

        def _decide_tiers(profiles, *args):
            if bad in profiles:
                raise KeyError("a rule of another addon")
            return decide(profiles, *args)

        with patch.object(Profile, "_decide_tiers", _decide_tiers):
            run = self._refresh()
        self.assertEqual((run.state, run.error_count), ("done", 1))

    @mute_logger(RUN_LOGGER)
    def test_a_company_that_fails_does_not_stop_the_others(self):
        other = self.env["res.company"].create({"name": "Other"})
        runs = self.Run._start(other + self.company)
        Run = self.env.registry["logistics.run"]
        facts = Run._run_facts

        def _run_facts(run):
            if run.company_id == other:
                raise KeyError("broken")
            return facts(run)

        with patch.object(Run, "_run_facts", _run_facts), self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_refresh_profiles").method_direct_trigger()
        states = {run.company_id: run.state for run in runs}
        self.assertEqual(states, {other: "failed", self.company: "done"})

    @mute_logger(RUN_LOGGER, "odoo.sql_db")
    def test_an_error_of_the_database_is_isolated_too(self):
        bad = self._profile_of(self.customers[5])
        Fact = self.env.registry["logistics.profile.fact"]
        refresh = Fact._refresh_changed

        def _refresh_changed(facts, company, profiles, today, **how):
            if bad in profiles:
                facts.env.cr.execute("SELECT 1 / 0")
            return refresh(facts, company, profiles, today, **how)

        with patch.object(Fact, "_refresh_changed", _refresh_changed):
            run = self._refresh()
        self.assertEqual((run.error_count, run.fact_count), (1, 12))

    @mute_logger(RUN_LOGGER)
    def test_a_batch_that_loses_a_race_is_done_again(self):
        Run = self.env.registry["logistics.run"]
        advance, lost = Run._advance, []

        def _advance(run):
            if run.company_id == self.company and run.phase == "facts" and len(lost) < 2:
                lost.append(run.cursor_id)
                raise SerializationFailure
            return advance(run)

        self.Run._start(self.company)
        with patch.object(Run, "_advance", _advance), self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_refresh_profiles").method_direct_trigger()
        run = self.Run.search([("company_id", "=", self.company.id)])
        self.assertEqual((len(lost), run.mapped("state")), (2, ["done"]))

    @mute_logger(RUN_LOGGER)
    def test_a_run_that_loses_every_race_goes_on_in_the_next_hour(self):
        Run = self.env.registry["logistics.run"]

        def _advance(run):
            raise SerializationFailure

        run = self.Run._start(self.company)
        with patch.object(Run, "_advance", _advance), self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_refresh_profiles").method_direct_trigger()
        self.assertEqual(run.state, "running")

    def test_customer_deleted_between_batches_is_no_error(self):
        run = self.Run._start(self.company)
        run._advance()
        run._advance()
        last = self._profile_of(self.customers[-1])
        self.env["sale.order"].search([("partner_id", "=", self.customers[-1].id)]).state = "cancel"
        last.unlink()
        while run._advance():
            continue
        self.assertEqual((run.state, run.error_count), ("done", 0))

    def test_partner_merged_during_the_job(self):
        run = self.Run._start(self.company)
        for _batch in range(3):
            run._advance()
        source, target = self.customers[0], self.customers[-1]
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source + target).ids, target)
        while run._advance():
            continue
        self.assertEqual(run.error_count, 0)
        self.assertEqual(self._facts(target).order_count, 2)
        self.assertEqual(self._facts(target).net_amount, 800)

    def test_old_runs_are_dropped_but_the_last(self):
        old = self._refresh()
        old.date = "2020-01-01"
        last = self.Run._start(self.company)
        last.write({"date": "2020-02-01", "state": "done"})
        self.Run._gc_runs()
        self.assertFalse(old.exists())
        self.assertTrue(last.exists())

    def test_a_company_without_scheme_gets_figures_only(self):
        with patch.object(
            self.env.registry["logistics.tier.scheme"],
            "_get_in_force",
            lambda schemes, company: schemes.browse(),
        ):
            run = self._refresh()
        self.assertEqual((run.state, run.error_count), ("done", 0))
        self.assertEqual(self._facts(self.customers[0]).order_count, 1)
        self.assertFalse(self._profile_of(self.customers[0]).score_id)
