from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....tools.contact import public_holidays
from ...common import MODULE
from .common import CareCommon

OCCASIONS = f"odoo.addons.{MODULE}.models.contact.care.logistics_care_occasion"
GREETINGS = f"odoo.addons.{MODULE}.models.contact.care.logistics_greeting"


@tagged("post_install", "-at_install")
class TestPlanning(CareCommon):
    """Who is greeted on which day: planned a month ahead, each once."""

    def test_birthday_is_planned_a_month_ahead_at_the_persons_hour(self):
        occasion = self._occasion()
        person = self._born(date(1985, 3, 20), year=1985)
        self._plan(at="2027-02-10 00:00:00")
        self.assertFalse(self._greetings(person), "more than thirty days away")
        self._plan(at="2027-02-20 00:00:00")
        greeting = self._greetings(person)
        self.assertEqual(greeting.day, date(2027, 3, 20))
        self.assertEqual(greeting.planned_at, datetime(2027, 3, 20, 1))  # nine in Shanghai
        self.assertEqual((greeting.years, greeting.turn), (42, "2027"))
        self.assertEqual((greeting.occasion_id, greeting.profile_id), (occasion, self.profile))

    def test_planned_twice_is_planned_once(self):
        self._occasion()
        person = self._born(date(1985, 3, 20))
        for _time in range(3):
            self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(len(self._greetings(person)), 1)
        self._greetings(person).state = "sent"
        self._plan(at="2027-03-20 10:00:00")
        self.assertEqual(len(self._greetings(person)), 1)
        self._plan(at="2028-03-01 00:00:00")
        self.assertEqual(self._greetings(person).mapped("turn"), ["2027", "2028"])

    def test_two_who_plan_at_once_plan_once(self):
        """Whatever the query of the slower worker still found, the index lets nothing in twice."""
        occasion = self._occasion()
        person = self._born(self.today)
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            occasion._get_query(self.company, occasion._get_dates(self.company), None)
        )
        for _worker in range(2):
            self.Greeting._plan(occasion, self.company, rows)
        self.assertEqual(len(self._greetings(person)), 1)

    def test_leap_day(self):
        for leap_day, common in (("february_28", date(2027, 2, 28)), ("march_1", date(2027, 3, 1))):
            occasion = self._occasion(leap_day=leap_day)
            person = self._born(date(1984, 2, 29), year=1984)
            self._plan(at="2027-02-10 00:00:00")
            self.assertEqual(self._greetings(person).day, common)
            self._plan(at="2028-02-10 00:00:00")
            self.assertEqual(self._greetings(person)[1:].day, date(2028, 2, 29))
            occasion.active = False

    def test_year_need_not_be_known(self):
        self._occasion()
        unknown = self._born(date(2000, 3, 20))
        newborn = self._born(date(2027, 3, 20), year=2026, name="Child")
        self.assertFalse(unknown.logistics_birth_year)
        self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(unknown).years, 0)
        self.assertEqual(self._greetings(newborn).years, 1)

    def test_birthdays_that_are_none(self):
        for month, day, year in (("2", 30, 0), ("4", 31, 0), ("2", 29, 2027), (False, 4, 0), ("4", 0, 0)):
            with self.assertRaises(ValidationError):
                self._born(self.today).write(
                    {
                        "logistics_birth_month": month,
                        "logistics_birth_day": day,
                        "logistics_birth_year": year,
                    }
                )
        with self.assertRaises(ValidationError):
            self._born(self.today, year=1750)

    def test_birthday_is_written_as_the_language_does(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        person = self._born(date(2000, 3, 8))
        self.assertEqual(person.logistics_birthday, "Mar 8")
        self.assertEqual(person.with_context(lang="zh_CN").logistics_birthday, "3月8日")
        person.logistics_birth_year = 1985
        self.assertIn("1985", person.logistics_birthday)

    def test_birthdays_of_merged_contacts_are_not_mixed(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        kept = self._born(date(2000, 2, 29))
        double = self._born(date(2001, 4, 3), year=2001)
        wizard._merge((kept | double).ids, kept)
        self.assertEqual(kept.logistics_birthday, "Feb 29")
        unknown = self.env["res.partner"].create({"name": "Wang", "parent_id": self.customer.id})
        wizard._merge((kept | unknown).ids, unknown)
        self.assertEqual(unknown.logistics_birthday, "Feb 29")

    def test_birthday_mended_is_planned_anew(self):
        self._occasion()
        person = self._born(date(1985, 3, 20))
        self._plan(at="2027-03-01 00:00:00")
        person.logistics_birth_day = 25
        self.assertFalse(self._greetings(person))
        self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(person).day, date(2027, 3, 25))
        self._greetings(person).state = "sent"
        person.logistics_birth_day = 28
        self._plan(at="2027-03-26 00:00:00")
        self.assertEqual(len(self._greetings(person)), 1, "greeted this year already")

    def test_hour_stays_when_the_clock_changes(self):
        """Berlin, 28 March 2027: two becomes three o'clock; nine in the morning stays nine."""
        self._occasion(contact_hours=False)
        customer = self._customer("Lumina", tz="Europe/Berlin", email="a@lumina.example")
        profile = self._profile(customer, contact_tz="Europe/Berlin")
        people = [self._born(date(1980, 3, number), parent=customer) for number in (27, 28, 29)]
        self._plan(at="2027-03-15 00:00:00")
        hours = [self._greetings(person).planned_at for person in people]
        self.assertEqual(
            hours, [datetime(2027, 3, 27, 8), datetime(2027, 3, 28, 7), datetime(2027, 3, 29, 7)]
        )
        zone = pytz.timezone(profile.contact_tz)
        self.assertEqual({pytz.utc.localize(hour).astimezone(zone).hour for hour in hours}, {9})
        autumn = [self._born(day, parent=customer) for day in (date(1980, 10, 30), date(1980, 10, 31))]
        self._plan(at="2027-10-15 00:00:00")
        hours = [self._greetings(person).planned_at for person in autumn]
        self.assertEqual(hours, [datetime(2027, 10, 30, 7), datetime(2027, 10, 31, 8)])

    def test_hour_that_does_not_exist_on_that_day(self):
        self._occasion(contact_hours=False, send_hour=2.5)
        customer = self._customer("Lumina")
        self._profile(customer, contact_tz="Europe/Berlin")
        person = self._born(date(1980, 3, 28), parent=customer)
        self._plan(at="2027-03-15 00:00:00")
        self.assertEqual(self._greetings(person).planned_at, datetime(2027, 3, 28, 1, 30))

    def test_within_the_hours_of_the_customer(self):
        self._occasion()
        self.profile.write({"contact_hour_from": 14, "contact_hour_to": 17})
        person = self._born(date(1980, 3, 28))
        self._plan(at="2027-03-15 00:00:00")
        self.assertEqual(self._greetings(person).planned_at, datetime(2027, 3, 28, 6))

    def test_days_before(self):
        self._occasion(lead_days=7)
        person = self._born(date(1980, 3, 28))
        self._plan(at="2027-02-20 00:00:00")
        greeting = self._greetings(person)
        self.assertEqual((greeting.day, greeting.planned_at), (date(2027, 3, 28), datetime(2027, 3, 21, 1)))

    def test_yesterday_is_not_greeted_by_an_occasion_of_today(self):
        self._occasion()
        person = self._born(date(1980, 3, 14))
        self._plan(at="2027-03-15 00:00:00")
        self.assertFalse(self._greetings(person))

    def test_company_anniversary(self):
        self._occasion("founding", years="1, 10")
        self.customer.logistics_founded_on = date(2017, 3, 20)
        other = self._customer("Other", logistics_founded_on=date(2018, 3, 20))
        self._profile(other)
        self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(self.customer).years, 10)
        self.assertFalse(self._greetings(other), "nine years are not chosen")

    def test_founded_today_has_no_anniversary(self):
        self._occasion("founding")
        with freeze_time("2027-03-21"):
            self.customer.logistics_founded_on = date(2027, 3, 20)
        self._plan(at="2027-03-01 00:00:00")
        self.assertFalse(self._greetings(self.customer))

    def test_relation_goes_by_the_first_order_on_our_calendar(self):
        self._occasion("relation")
        # 20 March in Shanghai, the 19th in UTC
        self._order(self.customer, at=datetime(2022, 3, 19, 20))
        self._order(self.customer, at=datetime(2024, 5, 1))
        self._refresh()
        self._plan(at="2027-03-01 00:00:00")
        greeting = self._greetings(self.customer)
        self.assertEqual((greeting.day, greeting.years), (date(2027, 3, 20), 5))

    def test_years_that_are_none(self):
        with self.assertRaises(ValidationError):
            self._occasion("founding", years="soon")

    def _spring_festival(self, **vals):
        holiday = self.env.ref(f"{MODULE}.care_holiday_cn_spring_festival")
        self.Holiday._load(self.env.ref("base.cn"), [2027, 2028])
        return holiday, self._occasion("holiday", holiday_ids=[Command.set(holiday.ids)], **vals)

    def test_country_of_the_customer_decides(self):
        self._spring_festival()
        abroad = self._customer("Abroad", country_id=self.env.ref("base.de").id)
        nowhere = self._customer("Nowhere")
        for customer in (abroad, nowhere):
            self._profile(customer)
        contact = self._born(self.today)
        self._plan(at="2027-02-01 00:00:00")
        self.assertEqual(self._greetings(kind="holiday").partner_id, self.customer)
        self.assertEqual(self._greetings(self.customer).day, date(2027, 2, 6))
        self.assertFalse(self._greetings(contact), "a holiday greets the customer, once")

    def test_mended_day_is_the_day(self):
        holiday, _occasion = self._spring_festival()
        self._plan(at="2027-01-20 00:00:00")
        mended = self.Day.search([("holiday_id", "=", holiday.id), ("year", "=", 2027)])
        mended.date = date(2027, 2, 5)
        self.assertEqual(mended.source, "hand")
        self.assertFalse(self._greetings(self.customer))
        self._plan(at="2027-01-20 00:00:00")
        self.assertEqual(self._greetings(self.customer).day, date(2027, 2, 5))
        self.Holiday._load(self.env.ref("base.cn"), [2027])
        self.assertEqual(mended.date, date(2027, 2, 5), "loading again changes nothing")

    def test_day_of_the_company_outweighs_that_for_all(self):
        holiday, _occasion = self._spring_festival()
        self.Day.create(
            {"holiday_id": holiday.id, "date": date(2027, 2, 4), "company_id": self.company.id}
        )
        self._plan(at="2027-01-20 00:00:00")
        self.assertEqual(self._greetings(self.customer).mapped("day"), [date(2027, 2, 4)])

    def test_day_of_one_company_leaves_the_others_theirs(self):
        """A company that was early with a date of its own must not keep it from all others."""
        holiday, _occasion = self._spring_festival()
        days = self.Day.search([("holiday_id", "=", holiday.id), ("year", "=", 2028)])
        days.unlink()
        own = self.Day.create(
            {"holiday_id": holiday.id, "date": date(2028, 1, 24), "company_id": self.company.id}
        )
        self.Holiday._load(self.env.ref("base.cn"), [2028])
        found = self.Day.search([("holiday_id", "=", holiday.id), ("year", "=", 2028)])
        self.assertEqual((found - own).mapped("date"), [date(2028, 1, 26)])

    def test_switched_off_day_and_holiday(self):
        holiday, _occasion = self._spring_festival()
        day = self.Day.search([("holiday_id", "=", holiday.id), ("year", "=", 2027)])
        for record in (day, holiday):
            record.active = False
            self._plan(at="2027-01-20 00:00:00")
            self.assertFalse(self._greetings(self.customer))
            record.active = True
        self._plan(at="2027-01-20 00:00:00")
        self.assertTrue(self._greetings(self.customer))

    def test_holidays_have_to_be_chosen(self):
        with self.assertRaises(ValidationError):
            self._occasion("holiday")

    def test_load_names_in_the_languages_there_are(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        japan = self.env.ref("base.sg")
        self.Holiday.search([("country_id", "=", japan.id)]).unlink()
        days = self.Holiday._load(japan, [2027])
        self.assertEqual(set(days.mapped("year")), {2027})
        self.assertEqual(set(days.mapped("source")), {"library"})
        self.assertFalse(self.Holiday._load(japan, [2027]), "nothing is there twice")
        china = self.Holiday.search([("code", "=", "CN:labor_day")])
        china.unlink()
        self.Holiday._load(self.env.ref("base.cn"), [2027])
        labor = self.Holiday.search([("code", "=", "CN:labor_day")])
        self.assertEqual(labor.with_context(lang="en_US").name, "Labor Day")
        self.assertEqual(labor.with_context(lang="zh_CN").name, "劳动节")

    def test_yearly_action_loads_this_year_and_two(self):
        with (
            freeze_time("2027-06-01"),
            patch.object(public_holidays, "public_holidays", return_value={}) as asked,
        ):
            self.Holiday._cron_load()
        years = {tuple(call.args[1]) for call in asked.call_args_list}
        self.assertEqual(years, {(2027, 2028, 2029)})
        countries = {call.args[0] for call in asked.call_args_list}
        self.assertIn("CN", countries, "where the customer is")

    def test_season(self):
        self._occasion("season", season="date", season_month="3", season_day=31, lead_days=2)
        self._plan(at="2027-03-15 00:00:00")
        greeting = self._greetings(self.customer)
        self.assertEqual(greeting.day, date(2027, 3, 31))
        self.assertEqual(greeting.planned_at, datetime(2027, 3, 29, 1))

    def test_quarters(self):
        self._occasion("season")
        for at in ("2027-03-15", "2027-06-15", "2027-06-20"):
            self._plan(at=f"{at} 00:00:00")
        self.assertEqual(self._greetings(self.customer).mapped("turn"), ["2027Q1", "2027Q2"])

    def test_season_without_a_day(self):
        with self.assertRaises(ValidationError):
            self._occasion("season", season="date", season_month="2", season_day=30)

    def test_tiers_countries_and_languages(self):
        self.profile.sudo()._set_tier(self.vip, "score")
        person = self._born(date(1980, 3, 20), lang="en_US")
        china, germany = self.env.ref("base.cn"), self.env.ref("base.de")
        english = self.env["res.lang"]._lang_get("en_US")
        chinese = self.env["res.lang"]._activate_lang("zh_CN")
        for vals, greeted in (
            ({"tier_ids": self.vip}, True),
            ({"tier_ids": self.key}, False),
            ({"country_ids": china}, True),
            ({"country_ids": germany}, False),
            ({"lang_ids": english}, True),
            ({"lang_ids": chinese}, False),
        ):
            [(name, records)] = vals.items()
            occasion = self._occasion(**{name: [Command.set(records.ids)]})
            self._plan(at="2027-03-01 00:00:00")
            self.assertEqual(bool(self._greetings(person)), greeted, vals)
            occasion.active = False
            self._greetings(person).unlink()

    def test_one_greeting_a_day_by_the_most_particular_occasion(self):
        """Both would send; the one for the tier does. A gift comes beside it."""
        self.profile.sudo()._set_tier(self.vip, "score")
        self._occasion(sequence=1)
        vip = self._occasion(sequence=2, tier_ids=[Command.set(self.vip.ids)])
        gift = self._occasion(sequence=3, action="gift", lead_days=3)
        person = self._born(date(1980, 3, 20))
        self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(person).occasion_id, vip + gift)

    def test_archived_and_strangers_are_not_planned(self):
        self._occasion()
        stranger = self._customer("No profile")
        people = [
            self._born(date(1980, 3, 20), active=False),
            self._born(date(1980, 3, 20), parent=stranger),
            self._born(date(1980, 3, 20), parent=self.company.partner_id),
        ]
        self._plan(at="2027-03-01 00:00:00")
        self.assertFalse(self._greetings(*people))

    def test_consumer_is_greeted_as_the_person_it_is(self):
        self._occasion()
        consumer = self._customer("Li", is_company=False, email="li@x.example")
        self._profile(consumer)
        consumer.write({"logistics_birth_month": "3", "logistics_birth_day": 20})
        self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(consumer).customer_id, consumer)

    def test_two_companies_each_greet_their_own(self):
        other = self.env["res.company"].create({"name": "Other Logistics", "logistics_care": True})
        self.env.user.company_ids |= other
        shared = self._occasion(company_id=False)
        person = self._born(date(1980, 3, 20))
        self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(person).company_id, self.company, "no profile elsewhere")
        self.Profile.create({"partner_id": self.customer.id, "company_id": other.id})
        self._plan(at="2027-03-01 00:00:00")
        both = self.Greeting.sudo().search([("partner_id", "=", person.id)])
        self.assertEqual(both.company_id, self.company + other)
        stranger = self._new_user("care_stranger", "group_manager", company=other)
        seen = self.Greeting.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertEqual(seen.search([("occasion_id", "=", shared.id)]).company_id, other)

    def test_company_that_has_it_switched_off(self):
        self.company.logistics_care = False
        self._occasion()
        person = self._born(self.today)
        self._plan()
        self.assertFalse(self._greetings(person))

    def test_switched_off_unless_somebody_wants_it(self):
        self.assertFalse(self.env["res.company"].create({"name": "New"}).logistics_care)
        shipped = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "logistics.care.occasion")]
        )
        self.assertGreaterEqual(len(shipped), 8)

    def test_bad_record_is_left_out_alone(self):
        self._occasion(contact_hours=False)
        people = [self._born(date(1980, 3, 20), name=f"P{n}") for n in range(4)]
        plan_time = type(self.Occasion)._get_planned_time
        calls = []

        def broken_once(occasion, day, zone, opens, closes):
            if zone == "Mars/Base":
                calls.append(zone)
            return plan_time(occasion, day, zone, opens, closes)

        lost = self._customer("Mars")
        profile = self._profile(lost)
        person = self._born(date(1980, 3, 20), parent=lost, name="Lost")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_profile SET contact_tz = 'Mars/Base' WHERE id = %s", [profile.id]
        )
        self.env.invalidate_all()
        with (
            patch.object(type(self.Occasion), "_get_planned_time", broken_once),
            mute_logger(GREETINGS),
        ):
            self._plan(at="2027-03-01 00:00:00")
        self.assertTrue(calls)
        self.assertEqual(len(self._greetings(*people)), 4)
        self.assertFalse(self._greetings(person))

    def test_broken_occasion_leaves_the_others(self):
        broken, sound = self._occasion(sequence=1, action="call"), self._occasion(sequence=2)
        person = self._born(date(1980, 3, 20))
        dates = type(self.Occasion)._get_dates

        def find_or_break(occasion, company):
            if occasion == broken:
                company.env.cr.execute("SELECT no_such_column FROM res_partner")
            return dates(occasion, company)

        with (
            patch.object(type(self.Occasion), "_get_dates", find_or_break),
            mute_logger("odoo.sql_db", OCCASIONS),
        ):
            self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings(person).occasion_id, sound)

    def test_batches_find_everybody_once(self):
        self._occasion()
        born = date(1980, 3, 20)
        people = [self._born(born + timedelta(days=number % 3), name=f"P{number}") for number in range(11)]
        with patch(f"{OCCASIONS}.BATCH", 3):
            self._plan(at="2027-03-01 00:00:00")
        self.assertEqual(self._greetings().partner_id, self.env["res.partner"].union(*people))
        self.assertEqual(len(self._greetings()), 11)

    def test_scheduled_action(self):
        self._occasion()
        person = self._born(self.today)
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_plan_greetings").method_direct_trigger()
            self.env.ref(f"{MODULE}.ir_cron_plan_greetings").method_direct_trigger()
        self.assertEqual(len(self._greetings(person)), 1)

    def test_changed_occasion_plans_anew(self):
        occasion = self._occasion()
        person = self._born(date(1980, 3, 20))
        self._plan(at="2027-03-01 00:00:00")
        occasion.send_hour = 10
        self.assertFalse(self._greetings(person))
        with freeze_time("2027-03-01 00:00:00"):
            occasion.with_user(self.manager).action_plan()
        self.assertEqual(self._greetings(person).planned_at, datetime(2027, 3, 20, 2))
        occasion.name = "Another name"
        self.assertTrue(self._greetings(person))
