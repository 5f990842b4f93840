from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import NOW, shanghai
from .common import VisitCommon


@tagged("post_install", "-at_install")
class TestVisit(VisitCommon):
    def test_the_salesperson_needs_a_reason(self):
        with self.assertRaisesRegex(ValidationError, "salesperson"):
            self._visit(user_id=self.seller.id)
        with self.assertRaises(ValidationError):
            self._visit(user_id=self.seller.id, override_reason="  ")
        visit = self._visit(user_id=self.seller.id, override_reason="Renewal of the contract")
        with self.assertRaises(ValidationError):
            visit.override_reason = False
        visit.write({"user_id": self.agent.id, "override_reason": False})
        with self.assertRaises(ValidationError):
            visit.user_id = self.seller

    def test_the_salesperson_is_not_proposed(self):
        self.profile.agent_id = self.second
        self.assertEqual(self._propose(self.agent), self.second, "the customer's own agent")
        self.profile.agent_id = False
        self.assertEqual(self._propose(self.agent), self.agent, "whoever plans")
        self.assertFalse(self._propose(self.seller))

    def _propose(self, user):
        form = Form(self.Visit.with_user(user))
        form.partner_id = self.customer
        return form.user_id

    def test_what_a_visit_knows_by_itself(self):
        guangdong = self.env.ref("base.state_cn_GD")
        self.customer.state_id = guangdong
        person = self._customer("Anna", is_company=False, parent_id=self.customer.id)
        visit = self._visit(person, planned_at=shanghai(2026, 3, 5, 0, 30))
        self.assertRegex(visit.name, r"^V/2026/\d{5}$")
        self.assertEqual(visit.customer_id, self.customer)
        self.assertEqual(visit.profile_id, self.profile)
        self.assertEqual(visit.planned_on, date(2026, 3, 5), "the visitor's day, not Greenwich's")
        self.assertEqual((visit.region_id, visit.team_id), (guangdong, self.team))
        self.profile._write({"tier_id": self.standard.id})
        self.profile.invalidate_recordset()
        self.assertEqual(visit.tier_id, self.vip, "the tier as it was")

    def test_prospects_are_visited_and_bring_their_visits_along(self):
        prospect = self._customer("Newcomer")
        visit = self._made(prospect)
        self.assertFalse(visit.profile_id)
        profile = self._new_profile(prospect)
        self.assertEqual(visit.profile_id, profile)
        self.assertEqual(profile.last_visit_on, date(2026, 3, 3))
        other = self._customer("Newcomer by night")
        visit = self._made(other)
        self._order(other)
        self._profile_of(other).unlink()
        self.assertFalse(visit.profile_id)
        self.Profile._insert_missing(self.company)
        self.assertEqual(visit.profile_id, self._profile_of(other))

    def test_who_joins_a_customer_brings_the_visits_along(self):
        person = self._customer("Anna", is_company=False)
        visit = self._made(person)
        visit.finding_ids = [Command.create({"topic": "wish", "text": "Sundays"})]
        person.parent_id = self.customer
        self.assertEqual((visit.customer_id, visit.finding_ids.customer_id), (self.customer,) * 2)

    def test_who_refuses_is_not_visited(self):
        planned = self._visit()
        made = self._made()
        self._consent("refused")
        self.assertEqual((planned.state, made.state), ("cancelled", "done"))
        self.assertIn("did not agree", planned.cancel_reason)
        self.assertFalse(planned.event_id.active)
        later = self._visit()
        self.assertEqual(later.state, "cancelled")
        self.assertFalse(later.event_id)

    def test_a_day(self):
        visit = self._visit(planned_at=NOW).with_user(self.agent)
        visit.action_check_in(31.230416, 121.473701)
        self.assertEqual((visit.state, visit.checked_in_at), ("under_way", NOW))
        self._stand(NOW + timedelta(minutes=50))
        visit.action_check_out()
        self.assertEqual((visit.state, visit.minutes), ("done", 50))
        self.assertEqual(self.profile.last_visit_on, date(2026, 3, 4))
        with self.assertRaises(UserError):
            visit.action_check_out()

    def test_only_the_visitor_checks_in(self):
        visit = self._visit(planned_at=NOW)
        for user in (self.second, self.supervisor):
            with self.assertRaisesRegex(UserError, "Only the visitor"):
                visit.with_user(user).action_check_in()

    def test_the_course_is_not_written_by_hand(self):
        visit = self._visit().with_user(self.manager)
        for vals in ({"state": "done"}, {"checked_in_at": NOW}, {"has_place": True}):
            with self.assertRaises(UserError):
                visit.write(vals)
        mine = self.Visit.with_user(self.agent).create(
            {"partner_id": self.customer.id, "user_id": self.agent.id, "state": "done"}
        )
        self.assertEqual(mine.state, "planned")

    def test_what_follows_is_not_written_by_hand(self):
        """Figures of reports go by these: nobody gives a visit another day or customer."""
        other = self._new_profile(self._customer("Somebody else"))
        visit = self._made().with_user(self.agent)
        for vals in (
            {"visited_on": "2026-02-01"},
            {"planned_on": "2026-02-01"},
            {"minutes": 90},
            {"profile_id": other.id},
            {"customer_id": other.partner_id.id},
            {"tier_id": self.standard.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                visit.write(vals)
        mine = self.Visit.with_user(self.agent).create(
            {
                "partner_id": self.customer.id,
                "user_id": self.agent.id,
                "planned_at": NOW,
                "planned_on": "2026-02-01",
                "visited_on": "2026-02-01",
                "profile_id": other.id,
            }
        )
        self.assertEqual(
            (mine.planned_on, mine.visited_on, mine.profile_id), (NOW.date(), False, self.profile)
        )

    def test_what_is_over_is_not_planned_anew(self):
        visit = self._made().with_user(self.agent)
        for vals in (
            {"planned_at": NOW + timedelta(days=9)},
            {"user_id": self.second.id},
            {"partner_id": self._customer("Somebody else").id},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "not planned anew"):
                visit.write(vals)
        visit.write({"note": "They want a quieter truck.", "contact_name": "Anna"})
        self.assertEqual(visit.user_id, self.agent)

    def test_noted_afterwards(self):
        visit = self._visit().with_user(self.agent)
        with self.assertRaisesRegex(UserError, "still to come"):
            visit.action_done()
        self._stand(NOW + timedelta(days=3))
        self.assertTrue(visit.is_overdue)
        self.assertIn(visit, self.Visit.search([("is_overdue", "=", True)]))
        visit.action_done()
        self.assertEqual(visit.visited_on, date(2026, 3, 5))

    def test_cancelled_with_a_reason(self):
        visit = self._visit().with_user(self.agent)
        action = visit.action_cancel()
        wizard = self.env["logistics.visit.cancel"].with_user(self.agent)
        wizard = wizard.with_context(**action["context"]).create({"reason": "Stocktaking"})
        wizard.action_cancel()
        self.assertEqual((visit.state, visit.cancel_reason), ("cancelled", "Stocktaking"))
        visit.action_plan_again()
        self.assertEqual((visit.state, visit.cancel_reason), ("planned", False))

    def test_the_next_visit_is_proposed_when_it_is_due(self):
        visit = self._visit()
        context = visit.with_user(self.agent).action_plan_next()["context"]
        self.assertEqual(context["default_planned_at"], str(visit.planned_at + timedelta(days=30)))

    def test_places_are_seen_by_supervisors_alone(self):
        visit = self._visit(planned_at=NOW)
        visit.with_user(self.agent).action_check_in(31.23, 121.47)
        for name in ("latitude_in", "longitude_in", "place_in_url", "has_place"):
            with self.assertRaises(AccessError):
                visit.with_user(self.agent).read([name])
            with self.assertRaises(AccessError):
                self.Visit.with_user(self.agent).search([(name, "!=", False)])
        seen = visit.with_user(self.supervisor)
        self.assertEqual((seen.latitude_in, seen.longitude_in), (31.23, 121.47))
        self.assertIn("mlat=31.23", seen.place_in_url)
        words = " ".join(visit.message_ids.mapped("body"))
        self.assertNotIn("31.23", words)

    def test_what_is_no_place_is_not_kept(self):
        for place in ((None, None), (91, 0), (0, 181), ("31", "121"), (True, True)):
            visit = self._visit(planned_at=NOW)
            visit.with_user(self.agent).action_check_in(*place)
            self.assertEqual((visit.state, visit.has_place), ("under_way", False))
        self.company.logistics_visit_place_days = 0
        visit = self._visit(planned_at=NOW)
        visit.with_user(self.agent).action_check_in(31.23, 121.47)
        self.assertFalse(visit.has_place, "the company keeps no places")

    def test_places_are_forgotten(self):
        visits = self._visit(planned_at=NOW) | self._visit(planned_at=NOW)
        for visit in visits:
            visit.with_user(self.agent).action_check_in(31.23, 121.47)
        early, late = visits
        late.sudo().checked_in_at = NOW + timedelta(days=2)
        self._stand(NOW + timedelta(days=30, hours=1))
        with self.enter_registry_test_mode():
            cron = self.env.ref("logistics_customer_service.ir_cron_forget_visit_places")
            cron.method_direct_trigger()
        self.assertEqual((early.latitude_in, early.longitude_in, early.has_place), (0, 0, False))
        self.assertTrue(late.has_place)

    def test_what_was_agreed_stands_among_the_activities(self):
        visit = self._visit().with_user(self.agent)
        visit.action_ids = [
            Command.create({"name": name, "user_id": user.id, "date_deadline": "2026-03-10"})
            for name, user in (("Ask transport", self.second), ("Send the form", self.agent))
        ]
        ask, send = visit.action_ids.sorted("id")
        self.assertEqual(visit.activity_ids.user_id, self.second | self.agent)
        send.action_done()
        self.assertFalse(send.sudo().activity_id.active)
        self.assertEqual(send.done_at, NOW)
        ask.sudo().activity_id.with_user(self.second).action_feedback("They will")
        self.assertEqual((ask.state, visit.open_action_count), ("done", 0))
        ask.action_reopen()
        self.assertFalse(ask.done_at)
        ask.with_user(self.second).write({"state": "done", "done_at": "2020-01-01 00:00:00"})
        self.assertEqual(ask.done_at, NOW, "by the clock, however it was noted")
        ask.with_user(self.second).write({"done_at": False, "name": "Ask transport again"})
        self.assertEqual(ask.done_at, NOW)
        ask.action_reopen()
        ask.date_deadline = "2026-03-20"
        self.assertEqual(visit.activity_ids.date_deadline, date(2026, 3, 20))
        ask.unlink()
        self.assertFalse(visit.activity_ids)

    def test_findings_know_whose_they_are(self):
        visit = self._made()
        context = visit.with_user(self.agent).action_add_finding()["context"]
        finding = self.env["logistics.visit.finding"].with_user(self.agent).with_context(**context)
        finding = finding.create({"topic": "wish", "text": "Earlier on Mondays"})
        self.assertEqual(
            (finding.customer_id, finding.user_id, finding.visited_on),
            (self.customer, self.agent, date(2026, 3, 3)),
        )
        self.assertEqual(finding.display_name, "Wish: Earlier on Mondays")

    def test_photos_are_seen_by_colleagues(self):
        # as the form does it where the visit is not saved yet
        photos = self.env["ir.attachment"].with_user(self.agent)
        photo = photos.create({"name": "ramp.jpg", "res_model": "logistics.visit", "res_id": 0})
        visit = self._visit().with_user(self.agent)
        visit.photo_ids = [Command.set(photo.ids)]
        photo.with_user(self.second).read(["name"])

    def test_the_day_is_arranged_by_region(self):
        north, south = (self.env.ref(f"base.state_cn_{code}") for code in ("BJ", "GD"))
        visits = self.Visit.union(
            *(
                self._visit(self._customer(str(hour), state_id=region.id), planned_at=at)
                for hour, region in ((9, south), (11, north), (13, south), (15, north))
                for at in [shanghai(2026, 3, 5, hour)]
            )
        )
        self.assertEqual(visits.sorted("route_order").mapped("partner_id.name"), ["9", "11", "13", "15"])
        self.Visit.with_user(self.agent).action_arrange_my_day()
        regions = visits.sorted("route_order").mapped(lambda visit: visit.region_id.id)
        self.assertEqual(regions[0], regions[1])
        self.assertEqual(regions[2], regions[3])
        self.assertEqual(len(set(visits.mapped("route_order"))), 4)

    def test_map_of_the_company(self):
        visit = self._visit()
        self.assertIn("openstreetmap.org/search?query=Shanghai", visit.map_url)
        self.company.logistics_map_service = "amap"
        visit.invalidate_recordset()
        self.assertIn("amap.com/search?keyword=Shanghai", visit.map_url)

    def test_another_companys_visits_stay_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        stranger = self._new_user("stranger", "group_manager", company=other)
        visit = self._made()
        visit.finding_ids = [Command.create({"topic": "wish", "text": "Secret"})]
        visit.action_ids = [
            Command.create({"name": "Ask", "user_id": self.agent.id, "date_deadline": NOW.date()})
        ]
        for record in (visit, visit.finding_ids, visit.action_ids):
            self.assertTrue(record.with_user(self.second).has_access("read"))
            hidden = record.with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(hidden.has_access("read"))
        for model in ("logistics.visit.analysis", "logistics.visit.coverage"):
            rows = self.env[model].with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(rows.search([("customer_id", "=", self.customer.id)]))
        with self.assertRaises(UserError):
            self._visit(user_id=stranger.id)

    def test_visits_are_contacts(self):
        self._made(days=2)
        noted = self._visit(planned_at=NOW - timedelta(days=1))
        noted.action_done()
        self._visit()
        self._visit()._cancel("Stocktaking")
        contacts = self.env["logistics.touchpoint"].search(
            [("partner_id", "=", self.customer.id), ("kind", "=", "visit")], order="at"
        )
        self.assertEqual(
            contacts.mapped(lambda contact: (contact.state, contact.at)),
            [
                ("made", NOW - timedelta(days=2)),
                ("made", noted.planned_at),
                ("suppressed", NOW),
                ("planned", NOW + timedelta(days=1)),
            ],
        )
        self.assertEqual(contacts.purpose_id.code, "callback")
        self.assertEqual(contacts[0].action_open()["res_model"], "logistics.visit")

    def test_figures_by_visitor(self):
        self._made(days=2)
        self._visit(planned_at=NOW - timedelta(days=1))
        self._visit(user_id=self.second.id)
        self._visit(user_id=self.second.id)._cancel("Stocktaking")
        names = ("planned_count", "done_count", "cancelled_count", "overdue_count", "kept_rate")
        rows = self.env["logistics.visit.analysis"]._read_group(
            [("company_id", "=", self.company.id)],
            ["user_id"],
            [f"{name}:{'avg' if name == 'kept_rate' else 'sum'}" for name in names],
        )
        self.assertEqual(
            {user: tuple(values) for user, *values in rows},
            {self.agent: (0, 1, 0, 1, 50.0), self.second: (1, 0, 1, 0, 0.0)},
        )

    def test_merged_customers_keep_their_visits(self):
        double = self._customer("Lumina again")
        profile = self._new_profile(double)
        self._made()
        visit = self._made(double, days=5)
        both = self._visit(origin="cadence") | self._visit(double, origin="cadence")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | double).ids, self.customer)
        self.assertFalse(profile.exists())
        (both | visit).invalidate_recordset()
        self.assertEqual((both | visit).profile_id, self.profile)
        self.assertEqual(self.profile.visit_count, 4)

    def test_nobody_is_left_to_a_visitor_who_has_left(self):
        self.team.user_id = self.supervisor
        self._consent("granted")
        by_plan, by_hand = self._visit(origin="cadence"), self._visit()
        made = self._made()
        self.agent.active = False
        self.assertEqual(
            (by_plan | by_hand | made).mapped("state"), ["cancelled", "cancelled", "done"]
        )
        self.assertFalse(self.profile.next_visit_on, "the cadence may plan again")
        self.assertFalse(by_hand.event_id.active)
        self.assertEqual(by_hand.activity_ids.user_id, self.supervisor)
        self.assertFalse(by_plan.activity_ids)

    def test_archived_customers_are_not_visited(self):
        planned, made = self._visit(), self._made()
        self.customer.active = False
        self.assertEqual((planned.state, made.state), ("cancelled", "done"))
        self.assertIn("archived", planned.cancel_reason)

    def test_visits_go_with_the_partner(self):
        prospect = self._customer("Newcomer")
        visit = self._visit(prospect)
        entry = visit.event_id
        prospect.unlink()
        self.assertFalse((visit | self.Visit).exists())
        self.assertFalse(entry.exists())

    def test_a_customer_shows_when_a_visit_is_due(self):
        self.assertEqual(self.profile.visit_due_on, date(2026, 1, 31), "30 days after the tier")
        self.assertTrue(self.profile.is_visit_overdue)
        found = self.Profile.search([("is_visit_overdue", "=", True)])
        self.assertIn(self.profile, found)
        self._made()
        self.profile.invalidate_recordset()
        self.assertEqual(self.profile.visit_due_on, date(2026, 4, 2))
        self.assertNotIn(self.profile, self.Profile.search([("is_visit_overdue", "=", True)]))
        action = self.profile.with_user(self.agent).action_view_visits()
        self.assertEqual(self.Visit.search_count(action["domain"]), 1)
        self.assertEqual(fields.Date.to_date("2026-03-03"), self.profile.last_visit_on)
