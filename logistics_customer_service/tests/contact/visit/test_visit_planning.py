from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ..common import NOW, shanghai
from .common import VisitCommon

LOGGER = f"odoo.addons.{MODULE}.models.contact.visit.logistics_visit_plan"


@tagged("post_install", "-at_install")
class TestVisitPlanning(VisitCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(team_id=cls.team.id)

    def _run(self, plan=None):
        """Plan what is due in the company; return the visits."""
        visits = self.Visit
        for one, company, batch in (plan or self.plan)._get_rounds():
            visits |= one._plan_or_log(company, batch)
        return visits

    def _customers(self, count, **vals):
        """Return customers of whom nobody is due before the tests say so."""
        partners = self.env["res.partner"].create(
            [{"name": f"C{number:03}", "is_company": True, **vals} for number in range(count)]
        )
        profiles = self.Profile.create(
            [{"partner_id": one.id, "company_id": self.company.id} for one in partners]
        )
        profiles._write({"tier_id": self.vip.id, "tier_since": "2026-02-10"})
        profiles.invalidate_recordset()
        return partners

    def test_an_overdue_customer_is_visited_as_soon_as_there_is_room(self):
        visit = self._run()
        self.assertEqual(visit.partner_id, self.customer)
        self.assertEqual(visit.planned_at, shanghai(2026, 3, 5, 9))
        self.assertEqual((visit.origin, visit.plan_id), ("cadence", self.plan))
        self.assertEqual(visit.event_id.start, visit.planned_at)
        self.assertEqual(self.profile.next_visit_on, date(2026, 3, 5))

    def test_twice_is_harmless(self):
        self.assertEqual(len(self._run()), 1)
        self.assertFalse(self._run())
        self._stand(NOW + timedelta(days=1))
        self.assertFalse(self._run())

    def test_the_cadence_counts_from_the_last_visit(self):
        self._made(days=5)  # due on 29 March
        self.assertFalse(self._run())
        self._stand(NOW + timedelta(days=11))
        visit = self._run()
        self.assertGreaterEqual(visit.planned_on, date(2026, 3, 24), "five days early at most")
        self.assertLessEqual(visit.planned_on, date(2026, 3, 29), "and not late")

    def test_a_plan_may_be_stricter_than_the_tier(self):
        self._made(days=5)
        self.plan.interval_days = 7
        self.assertEqual(self._run().planned_on, date(2026, 3, 5))

    def test_tiers_without_visits_get_none(self):
        self.profile._write({"tier_id": self.standard.id})
        self.profile.invalidate_recordset()
        self.assertFalse(self._run())

    def test_the_first_plan_that_fits_counts(self):
        rare = self._plan(sequence=1, interval_days=365, tier_ids=[Command.set(self.vip.ids)])
        self.assertFalse(self._run(rare | self.plan))
        rare.tier_ids = self.key
        self.assertEqual(self._run(rare | self.plan).plan_id, self.plan)

    def test_regions_of_a_plan(self):
        self.plan.region_ids = self.env.ref("base.state_cn_GD")
        self.assertFalse(self._run())
        self.customer.state_id = self.plan.region_ids
        self.assertTrue(self._run())

    def test_a_visit_planned_by_hand_is_enough(self):
        self._visit(planned_at=NOW + timedelta(days=9))
        self.assertFalse(self._run())

    def test_who_was_cancelled_rests_a_while(self):
        self._run()._cancel("Stocktaking")
        self.assertFalse(self._run())
        row = self.env["logistics.visit.coverage"].search([("id", "=", self.profile.id)])
        self.assertEqual((row.overdue_count, row.unplanned_count), (1, 1), "seen all the while")
        self._stand(NOW + timedelta(days=7))
        self.assertTrue(self._run())

    def test_who_refuses_is_left_out(self):
        self._consent("refused")
        self.assertFalse(self._run())
        rows = self.env["logistics.visit.coverage"].search([("id", "=", self.profile.id)])
        self.assertFalse(rows)

    def test_who_must_agree_first_is_left_out_until_then(self):
        self.env.ref(f"{MODULE}.consent_purpose_callback").consent_required = True
        self.assertFalse(self._run())
        self._consent("granted")
        self.assertTrue(self._run())

    def test_nobody_is_visited_who_is_archived(self):
        self.customer.active = False
        self.assertFalse(self._run())

    def test_what_has_no_room_is_reported(self):
        self.plan.visitor_ids = self.seller  # the salesperson of the only customer
        self.assertFalse(self._run())
        row = self.env["logistics.visit.coverage"].search([("id", "=", self.profile.id)])
        self.assertEqual(row.unplanned_count, 1)

    def test_hours_of_the_customer_in_its_zone(self):
        self.profile.write(
            {
                "contact_hour_from": 9.0,
                "contact_hour_to": 11.0,
                "contact_tz": "Europe/Berlin",
                **dict.fromkeys(("mon", "tue", "wed", "thu"), False),
            }
        )
        # eight in the morning in Greenwich is four in the afternoon in Shanghai: Friday
        self.assertEqual(self._run().planned_at, datetime(2026, 3, 6, 8))

    def test_clocks_that_go_forward(self):
        """Clocks in Berlin go forward on 29 March 2026: nine is an hour earlier in Shanghai."""
        self.profile.write(
            {"contact_hour_from": 9.0, "contact_hour_to": 10.0, "contact_tz": "Europe/Berlin"}
        )
        self.assertEqual(self._run().planned_at, datetime(2026, 3, 5, 8))
        self.Visit.search([("profile_id", "=", self.profile.id)]).unlink()
        self._stand(datetime(2026, 3, 29, 2))
        self.assertEqual(self._run().planned_at, datetime(2026, 3, 30, 7))

    def test_nobody_visits_on_leave_or_holidays_or_beside_an_appointment(self):
        self.plan.visitor_ids = self.agent
        resource = self.env["resource.resource"].create(
            {
                "name": "Agent",
                "user_id": self.agent.id,
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
            }
        )
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Leave",
                    "resource_id": resource.id,
                    "date_from": shanghai(2026, 3, 5, 0),
                    "date_to": shanghai(2026, 3, 6, 23),
                },
                {
                    "name": "Holiday",
                    "calendar_id": self.company.resource_calendar_id.id,
                    "company_id": self.company.id,
                    "date_from": shanghai(2026, 3, 9, 0),
                    "date_to": shanghai(2026, 3, 9, 23),
                },
            ]
        )
        self.env["calendar.event"].create(
            {
                "name": "Training",
                "start": shanghai(2026, 3, 10, 8),
                "stop": shanghai(2026, 3, 10, 13),
                "partner_ids": [Command.set(self.agent.partner_id.ids)],
            }
        )
        self.assertEqual(self._run().planned_at, shanghai(2026, 3, 10, 13, 30))

    def test_whose_hours_name_no_times_visits_in_office_hours(self):
        empty = self.env["resource.calendar"].create(
            {"name": "Whenever", "company_id": self.company.id, "attendance_ids": [Command.clear()]}
        )
        self.team.resource_calendar_id = empty
        self.plan.visitor_ids = self.agent
        resource = self.env["resource.resource"].create(
            {
                "name": "Agent",
                "user_id": self.agent.id,
                "company_id": self.company.id,
                "calendar_id": False,
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "date_from": shanghai(2026, 3, 5, 0),
                "date_to": shanghai(2026, 3, 5, 12),
            }
        )
        self.assertEqual(self._run().planned_at, shanghai(2026, 3, 5, 12))

    def test_days_of_the_plan(self):
        self.plan.write(dict.fromkeys(("mon", "wed", "thu", "fri"), False))
        self.assertEqual(self._run().planned_on, date(2026, 3, 10))

    def test_visits_are_shared_out_evenly(self):
        self._customers(12)
        visits = self._run()
        shares = [len(visits.filtered(lambda v, u=u: v.user_id == u)) for u in self.team.member_ids]
        self.assertEqual(sum(shares), 13)
        self.assertLessEqual(max(shares) - min(shares), 2)
        self.assertNotIn(self.seller, visits.user_id)
        days = visits.grouped(lambda visit: (visit.user_id, visit.planned_on)).values()
        self.assertLessEqual(max(map(len, days)), self.plan.max_per_day)
        for one in days:
            starts = sorted(one.mapped("planned_at"))
            gaps = [later - earlier for earlier, later in zip(starts, starts[1:], strict=False)]
            self.assertTrue(all(gap >= timedelta(minutes=90) for gap in gaps))

    def test_who_has_much_to_do_gets_less(self):
        for number in range(4):
            self._visit(
                self._customer(f"Busy {number}"),
                planned_at=shanghai(2026, 3, 5 + number, 15),
                user_id=self.agent.id,
            )
        self._customers(3)
        self.assertEqual(self._run().user_id, self.second)

    def test_a_bad_customer_is_left_out_alone(self):
        bad = self._customers(5)[2]
        create = type(self.Visit).create

        def _create(visits, vals_list):
            if any(vals["partner_id"] == bad.id for vals in vals_list):
                raise ValueError("Somebody's rule")
            return create(visits, vals_list)

        with patch.object(type(self.Visit), "create", _create), mute_logger(LOGGER):
            visits = self._run()
        self.assertEqual(len(visits), 5)
        self.assertNotIn(bad, visits.partner_id)

    @mute_logger(LOGGER)
    def test_a_plan_that_fails_stops_no_other(self):
        tiers = [Command.set(self.key.ids)]
        other = self._plan(sequence=99, tier_ids=tiers, interval_days=30)
        self._customers(1)
        self.profile._write({"tier_id": self.key.id})
        self.profile.invalidate_recordset()
        self.plan.tier_ids = self.vip
        planner = type(self.plan)._get_planner

        def _get_planner(plan, company):
            if plan == self.plan:
                raise ValueError("Broken")
            return planner(plan, company)

        with patch.object(type(self.plan), "_get_planner", _get_planner):
            visits = self._run(self.plan | other)
        self.assertEqual(visits.plan_id, other)

    def test_the_cron_goes_on_where_it_was_stopped(self):
        self._customers(4)
        with (
            patch(f"{LOGGER}.BATCH", 2),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", side_effect=[9, 0]) as done,
        ):
            self.Plan._cron_plan_visits()
        self.assertEqual(done.call_count, 2)
        self.assertEqual(self.Visit.search_count([("plan_id", "=", self.plan.id)]), 2)
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_plan_visits").method_direct_trigger()
        self.assertEqual(self.Visit.search_count([("plan_id", "=", self.plan.id)]), 5)

    def test_a_hundred_cost_the_queries_of_ten(self):
        self.plan.write({"max_per_day": 20, "travel_minutes": 0, "duration": 0.25})
        costs = []
        for count in (10, 10, 100):
            self._customers(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertGreaterEqual(len(self._run()), count)
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(costs[2], costs[1] + 5, costs)

    def test_a_manager_plans_at_once(self):
        action = self.plan.with_user(self.manager).action_plan_now()
        visit = self.Visit.search(action["domain"])
        self.assertEqual(visit.partner_id, self.customer)
        again = self.plan.with_user(self.manager).action_plan_now()
        self.assertEqual(again["tag"], "display_notification")
        self.assertEqual(self.plan.action_view_visits()["domain"], [("plan_id", "=", self.plan.id)])

    def test_coverage_by_tier(self):
        first, second, _third = self._customers(3)
        self._made(first, days=10)
        self._made(second, days=60, user_id=self.second.id)
        self._visit(second, user_id=self.second.id)
        rows = self.env["logistics.visit.coverage"]._read_group(
            [("company_id", "=", self.company.id)],
            ["tier_id"],
            ["customer_count:sum", "covered_count:sum", "covered_rate:avg", "overdue_count:sum"]
            + ["unplanned_count:sum"],
        )
        # Lumina is overdue without plan, the second is overdue and planned, the third not yet due
        self.assertEqual(rows, [(self.vip, 4, 1, 25.0, 2, 1)])
        row = self.env["logistics.visit.coverage"].search([("customer_id", "=", second.id)])
        self.assertEqual((row.user_id, row.days_overdue), (self.second, 30))
