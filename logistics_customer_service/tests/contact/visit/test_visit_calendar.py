from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import NOW
from .common import VisitCommon


@tagged("post_install", "-at_install")
class TestVisitCalendar(VisitCommon):
    """The calendar and the visits say the same, whichever is changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "lumina@example.com"
        cls.visit = cls._visit()
        cls.entry = cls.visit.event_id

    def test_the_entry_is_the_visitors_alone_and_tells_nobody(self):
        messages = self.env["mail.message"].search_count([])
        mails = self.env["mail.mail"].search_count([])
        visit = self._visit().with_user(self.supervisor)
        entry = visit.sudo().event_id
        self.assertEqual((entry.start, entry.user_id), (visit.planned_at, self.agent))
        self.assertEqual(entry.partner_ids, self.agent.partner_id)
        self.assertEqual(entry.attendee_ids.mapped("state"), ["accepted"])
        self.assertEqual((entry.res_model, entry.res_id), ("logistics.visit", visit.id))
        self.assertFalse(visit.activity_ids, "the visit is no meeting to be done beside")
        visit.planned_at += timedelta(hours=3)
        visit.user_id = self.second
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        told = self.env["mail.message"].search([], limit=20, order="id desc")
        told = told[: self.env["mail.message"].search_count([]) - messages]
        self.assertFalse(told.notified_partner_ids & self.customer)

    def test_the_entry_says_only_that_there_is_a_visit(self):
        """Every employee reads everybody's calendar."""
        self.customer.write({"street": "1 Hidden Lane", "city": "Shanghai"})
        visit = self._visit()
        clerk = self._new_user("clerk", "base.group_user")
        entry = visit.event_id.with_user(clerk)
        told = str(entry.read())
        for secret in (self.customer.name, "Hidden Lane"):
            self.assertNotIn(secret, told)
        self.assertIn(visit.name, entry.name)

    def test_entries_are_changed_by_who_may_change_the_visit(self):
        clerk = self._new_user("clerk", "base.group_user")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        later = {"start": NOW + timedelta(days=3), "stop": NOW + timedelta(days=3, hours=1)}
        for user in (clerk, stranger):
            entry = self.entry.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            changes = (
                lambda entry: entry.write(later),
                lambda entry: entry.write({"name": "Mine"}),
                lambda entry: entry.write({"user_id": entry.env.uid}),
                lambda entry: entry.with_context(logistics_visit_sync=True).write(later),
                lambda entry: entry.action_archive(),
                lambda entry: entry.unlink(),
                lambda entry: entry.action_mass_archive("self_only"),
                lambda entry: entry.attendee_ids.write({"state": "declined"}),
                lambda entry: entry.attendee_ids.unlink(),
                lambda entry: entry.env["calendar.attendee"].create(
                    {"event_id": entry.id, "partner_id": entry.env.user.partner_id.id}
                ),
            )
            for number, change in enumerate(changes):
                with self.subTest(user=user.login, change=number):
                    with self.assertRaises(AccessError):
                        change(entry)
        self.assertEqual(self.visit.state, "planned")
        self.assertEqual(self.visit.planned_at, NOW + timedelta(days=1))

    def test_no_context_moves_an_entry_without_its_visit(self):
        entry = self.entry.with_user(self.agent).with_context(logistics_visit_sync=True)
        entry.write({"start": NOW + timedelta(days=3), "stop": NOW + timedelta(days=3, hours=1)})
        self.assertEqual(self.visit.planned_at, NOW + timedelta(days=3))

    def test_the_company_at_work_does_not_matter_to_an_entry(self):
        """Calendars show the entries of all companies at once."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.agent.company_ids |= other
        entry = self.entry.with_user(self.agent).with_context(allowed_company_ids=other.ids)
        entry.write({"start": NOW + timedelta(days=3), "stop": NOW + timedelta(days=3, hours=1)})
        self.assertEqual(self.visit.planned_at, NOW + timedelta(days=3))

    def test_a_visit_that_is_moved_moves_its_entry(self):
        self.visit.write({"planned_at": NOW + timedelta(days=2), "duration": 2})
        self.assertEqual(self.entry.start, NOW + timedelta(days=2))
        self.assertEqual(self.entry.stop, NOW + timedelta(days=2, hours=2))

    def test_an_entry_that_is_moved_moves_its_visit(self):
        start = NOW + timedelta(days=3)
        self.entry.with_user(self.agent).write({"start": start, "stop": start + timedelta(hours=3)})
        self.assertEqual((self.visit.planned_at, self.visit.duration), (start, 3))
        self.assertEqual(str(self.visit.planned_on), "2026-03-07")
        self.assertEqual((self.entry.start, self.entry.stop), (start, start + timedelta(hours=3)))

    def test_an_entry_of_a_whole_day_keeps_the_hour(self):
        """Who drags a visit to the top of another day means the day."""
        entry = self.entry.with_user(self.agent)
        entry.write({"allday": True, "start_date": "2026-03-09", "stop_date": "2026-03-09"})
        self.assertEqual(self.visit.planned_at, self._instant(NOW, "2026-03-09"))
        self.assertEqual((self.visit.duration, str(self.visit.planned_on)), (1, "2026-03-09"))
        self.assertEqual((entry.allday, entry.start), (False, self.visit.planned_at))
        entry.write({"allday": True, "start_date": "2026-03-09", "stop_date": "2026-03-09"})
        self.assertEqual((entry.allday, entry.start), (False, self.visit.planned_at))

    def _instant(self, at, day):
        return datetime.combine(date.fromisoformat(day), at.time())

    def test_an_entry_does_not_repeat(self):
        with self.assertRaisesRegex(UserError, "does not repeat"):
            self.entry.with_user(self.agent).write(
                {"recurrency": True, "rrule_type": "weekly", "count": 3, "end_type": "count"}
            )
        self.assertEqual(self.visit.state, "planned")

    def test_a_visit_that_is_handed_over_goes_to_the_others_calendar(self):
        self.visit.user_id = self.second
        self.assertEqual(self.entry.user_id, self.second)
        self.assertEqual(self.entry.partner_ids, self.second.partner_id)
        self.assertEqual(self.entry.attendee_ids.partner_id, self.second.partner_id)

    def test_an_entry_that_is_handed_over_hands_over_its_visit(self):
        self.entry.user_id = self.second
        self.assertEqual(self.visit.user_id, self.second)
        self.assertEqual(self.entry.partner_ids, self.second.partner_id)
        with self.assertRaises(ValidationError):
            self.entry.user_id = self.seller
        clerk = self._new_user("clerk", "base.group_user")
        with self.assertRaisesRegex(UserError, "does not visit"):
            self.entry.user_id = clerk

    def test_a_visit_that_is_cancelled_leaves_the_calendar_and_comes_back(self):
        self.visit._cancel("Stocktaking")
        self.assertFalse(self.entry.active)
        self.visit.action_plan_again()
        self.assertTrue(self.entry.active)

    def test_an_entry_that_is_taken_out_cancels_its_visit(self):
        self.entry.with_user(self.agent).action_archive()
        self.assertEqual(self.visit.state, "cancelled")
        self.assertIn(self.agent.name, self.visit.cancel_reason)
        self.visit.action_plan_again()
        self.assertTrue(self.entry.active)
        self.entry.unlink()
        self.assertEqual(self.visit.state, "cancelled")
        self.visit.action_plan_again()
        self.assertTrue(self.visit.event_id, "a new entry")

    def test_what_is_over_stays_as_it_was(self):
        visit = self._visit(planned_at=NOW)
        visit.with_user(self.agent).action_check_in()
        entry = visit.event_id
        entry.write({"start": NOW + timedelta(days=1), "stop": NOW + timedelta(days=1, hours=1)})
        self.assertEqual(visit.planned_at, NOW)
        visit.with_user(self.agent).action_check_out()
        entry.unlink()
        self.assertEqual(visit.state, "done")

    def test_entries_of_others_are_left_alone(self):
        entry = self.env["calendar.event"].create(
            {"name": "Lunch", "start": NOW, "stop": NOW + timedelta(hours=1)}
        )
        entry.write({"start": NOW + timedelta(hours=1), "stop": NOW + timedelta(hours=2)})
        entry.unlink()
        self.assertEqual(self.visit.state, "planned")
