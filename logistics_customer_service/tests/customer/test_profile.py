# pylint: disable=translation-required
import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestProfile(LogisticsCommon):
    def test_first_confirmed_order_makes_the_profile(self):
        customer = self._customer()
        quotation = self._order(customer, confirm=False)
        self.assertFalse(self._profile_of(customer))
        quotation.action_confirm()
        profile = self._profile_of(customer)
        self.assertEqual(len(profile), 1)
        self.assertEqual(profile.tier_id, self.standard)
        self._order(customer)
        self.assertEqual(self._profile_of(customer), profile)

    def test_salesperson_confirms_without_rights_on_profiles(self):
        seller = self._new_user("seller", "sales_team.group_sale_salesman_all_leads")
        order = self._order(self._customer(), confirm=False)
        order.with_user(seller).action_confirm()
        self.assertTrue(self._profile_of(order.partner_id))

    def test_contacts_share_the_profile_of_their_company(self):
        customer = self._customer()
        contact = self.env["res.partner"].create({"name": "Zhang", "parent_id": customer.id})
        order = self._order(contact)
        profile = self._profile_of(customer)
        self.assertEqual(profile.partner_id, customer)
        self.assertEqual(contact.logistics_profile_id, profile)
        self.assertEqual(order.logistics_profile_id, profile)

    def test_profile_made_for_a_contact_goes_to_its_company(self):
        customer = self._customer()
        contact = self.env["res.partner"].create({"name": "Zhang", "parent_id": customer.id})
        self.assertEqual(self._profile(contact).partner_id, customer)

    def test_profile_cannot_be_moved_to_a_contact(self):
        profile = self._profile(self._customer())
        contact = self.env["res.partner"].create(
            {"name": "Zhang", "parent_id": profile.partner_id.id}
        )
        with self.assertRaises(ValidationError):
            profile.partner_id = contact

    def test_one_profile_per_customer_and_company(self):
        customer = self._customer()
        self._profile(customer)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self._profile(customer)

    def test_customer_of_the_parent_company_orders_at_a_branch(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        customer = self._customer(company_id=self.company.id)
        profile = self.Profile._ensure_for(customer, branch)
        self.assertEqual(profile.company_id, branch)

    def test_customer_of_another_company_never_blocks_an_order(self):
        other = self.env["res.company"].create({"name": "Other"})
        customer = self._customer(company_id=other.id)
        self.assertFalse(self.Profile._ensure_for(customer, self.company))

    def test_defaults_of_a_context_cannot_give_a_tier(self):
        profile = (
            self.Profile.with_user(self.agent)
            .with_context(
                default_tier_id=self.vip.id,
                default_manual_tier_id=self.vip.id,
                default_manual_until="2999-12-31",
                default_tier_opt_out=True,
            )
            .create({"partner_id": self._customer().id})
        )
        self.assertEqual(profile.tier_id, self.standard)
        self.assertFalse(profile.manual_tier_id or profile.manual_until or profile.tier_opt_out)

    def test_profile_stays_with_its_customer_and_company(self):
        profile = self._profile(self._customer()).with_user(self.agent)
        other = self.env["res.company"].create({"name": "Other"})
        for vals in ({"partner_id": self._customer("Else").id}, {"company_id": other.id}):
            with self.assertRaises(AccessError):
                profile.write(vals)

    def test_industry_is_written_by_agents(self):
        industry = self.env["res.partner.industry"].create({"name": "Cold chain"})
        profile = self._profile(self._customer()).with_user(self.agent)
        profile.industry_id = industry
        self.assertEqual(profile.partner_id.industry_id, industry)
        made = self.Profile.with_user(self.agent).create(
            {"partner_id": self._customer().id, "industry_id": industry.id}
        )
        self.assertEqual(made.partner_id.industry_id, industry)
        made.partner_id.sudo().industry_id = False
        self.assertFalse(made.industry_id)

    def test_consents_leave_a_trace(self):
        profile = self._profile(self._customer())
        consent = self.env["logistics.consent"].create(
            {
                "profile_id": profile.id,
                "purpose_id": self.env.ref(f"{MODULE}.consent_purpose_care").id,
                "source": "Contract",
            }
        )
        consent.with_user(self.agent).write({"state": "refused", "user_id": self.manager.id})
        self.assertEqual(consent.user_id, self.agent)
        bodies = " ".join(profile.message_ids.mapped("body"))
        self.assertIn("Granted", bodies)
        self.assertIn("Refused", bodies)
        with self.assertRaises(AccessError):
            consent.with_user(self.agent).unlink()

    def test_customer_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        customer = self._customer(company_id=other.id)
        vals = {"partner_id": customer.id, "company_id": self.company.id}
        profiles = self.Profile.with_user(self.agent)
        with self.assertRaises(AccessError):
            profiles.create(vals)
        self.agent.company_ids += other
        with self.assertRaises(ValidationError):
            profiles.with_context(allowed_company_ids=self.agent.company_ids.ids).create(vals)

    def test_import_creates_profiles_by_the_customers_name(self):
        self._customer("Harbour Foods")
        result = self.Profile.load(
            ["partner_id", "cargo_nature_ids", "special_service_ids/id", "contact_hour_from"],
            [["Harbour Foods", "Chilled,Food", f"{MODULE}.special_service_appointment", "8"]],
        )
        self.assertFalse(result["messages"])
        profile = self.Profile.browse(result["ids"])
        self.assertEqual(profile.cargo_nature_ids.mapped("code"), ["chilled", "food"])
        self.assertEqual(profile.special_service_ids.code, "appointment")
        self.assertEqual(profile.contact_hour_from, 8.0)
        self.assertEqual(profile.tier_id, self.standard)

    def test_kind_and_time_zone_follow_the_customer_until_set(self):
        consumer = self.env["res.partner"].create({"name": "Li", "tz": "Europe/Berlin"})
        profile = self._profile(consumer)
        self.assertEqual((profile.customer_kind, profile.contact_tz), ("consumer", "Europe/Berlin"))
        self.assertEqual(self._profile(self._customer()).contact_tz, "Asia/Shanghai")
        profile.customer_kind = "business"
        self.assertEqual(profile.customer_kind, "business")

    def test_contact_hours_run_forward(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
            self._profile(self._customer(), contact_hour_from=18, contact_hour_to=9)

    def test_agent_keeps_needs_and_consents_in_the_form(self):
        profile = self._profile(self._customer())
        offers = self.env.ref(f"{MODULE}.consent_purpose_offers")
        with Form(profile.with_user(self.agent)) as form:
            form.delivery_notes = "Gate 3"
            form.cargo_nature_ids.add(self.env.ref(f"{MODULE}.cargo_nature_fragile"))
            with form.consent_ids.new() as consent:
                consent.purpose_id = offers
                consent.state = "refused"
        self.assertEqual(profile.delivery_notes, "Gate 3")
        self.assertEqual(profile.consent_ids.user_id, self.agent)
        self.assertEqual(profile.consent_ids.company_id, self.company)

    def test_one_answer_per_purpose(self):
        purpose = self.env.ref(f"{MODULE}.consent_purpose_care")
        answer = Command.create({"purpose_id": purpose.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self._profile(self._customer(), consent_ids=[answer, answer])

    def test_archiving_and_restoring_the_customer_takes_the_profile_along(self):
        profile = self._profile(self._customer())
        profile.partner_id.active = False
        self.assertFalse(profile.active)
        profile.partner_id.active = True
        self.assertTrue(profile.active)

    def test_deleting_the_customer_deletes_the_profile_and_its_messages(self):
        profile = self._profile(self._customer())
        message = profile.message_post(body="A word")
        profile.partner_id.unlink()
        self.assertFalse(profile.exists())
        self.assertFalse(message.exists())

    def test_agent_missing_is_found_and_counted_alike(self):
        promised = self._profile(self._customer("Promised"))
        promised.sudo()._set_tier(self.vip, "score")
        served = self._profile(self._customer("Served"), agent_id=self.agent.id)
        served.sudo()._set_tier(self.vip, "score")
        plain = self._profile(self._customer("Plain"))
        profiles = promised + served + plain
        mine = [("id", "in", profiles.ids)]
        self.assertEqual(profiles.filtered("agent_missing"), promised)
        self.assertEqual(self.Profile.search([("agent_missing", "=", True), *mine]), promised)
        self.assertEqual(
            self.Profile.search([("agent_missing", "=", False), *mine]), served + plain
        )

    def test_opening_the_profile_of_a_customer_without_one_makes_it(self):
        customer = self._customer()
        action = customer.with_user(self.agent).action_open_logistics_profile()
        self.assertEqual(action["res_id"], self._profile_of(customer).id)
        again = customer.with_user(self.agent).action_open_logistics_profile()
        self.assertEqual(again["res_id"], action["res_id"])
