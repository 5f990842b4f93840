from collections import defaultdict
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...tools.complaint.moments import NEW_CASE, OTHER_CUSTOMER
from ..common import MODULE, LogisticsCommon


class ComplaintCommon(LogisticsCommon):
    """A team of the test company and a customer with a delivered order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["logistics.complaint"]
        cls.team = cls.env["logistics.service.team"].create(
            {
                "name": "Test Team",
                "company_id": cls.company.id,
                "assignment_method": "manual",
                "member_ids": [Command.set((cls.agent + cls.supervisor).ids)],
            }
        )
        cls.customer = cls._customer("Cold Foods", email="Office@Cold.example.com")
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Wang Min",
                "parent_id": cls.customer.id,
                "email": "wang.min@cold.example.com",
                "phone": "+86 21 5559 8731",
                "lang": "en_US",
            }
        )
        cls.broken = cls.env.ref(f"{MODULE}.complaint_category_damage_broken")
        cls.late = cls.env.ref(f"{MODULE}.complaint_category_delay_line")

    @classmethod
    def _case(cls, partner=None, **vals):
        partner = cls.customer if partner is None else partner
        return cls.Complaint.create(
            {"partner_id": partner.id, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def _stage(cls, phase):
        return cls.env["logistics.complaint.stage"]._get_by_phase(phase, cls.team)


@tagged("post_install", "-at_install")
class TestReactions(ComplaintCommon):
    """What follows from what, and in which order: the effects of one are what the next one sees."""

    NEW_STEPS = [
        "_mark_repeated",
        "_assign",
        "_start_clocks",
        "_trigger_acknowledgements",
        "_note_on_call",
    ]
    PHASE_STEPS = [
        "_check_closing_gate",
        "_stamp_phase",
        "_move_clocks",
        "_plan_callback_when_closed",
        "_end_letters_when_cancelled",
        "_ask_when_closed",
        "_follow_by_feedback",
    ]

    def _record(self, steps):
        """Patch steps of cases; the list this returns fills with those taken."""
        taken = []

        def note(name):
            return lambda _cases, *_args: taken.append(name)

        for name in steps:
            self.startPatcher(patch.object(type(self.Complaint), name, note(name)))
        return taken

    def test_order_of_steps(self):
        """What each cause asks for, in this order, whichever room adds it."""
        by_cause = defaultdict(list)
        for step, causes in self.Complaint._get_reactions():
            for cause in causes:
                by_cause[cause].append(step)
        policies = ["_match_policies"]
        self.assertEqual(
            dict(by_cause),
            {
                NEW_CASE: self.NEW_STEPS,
                "partner_id": ["_mark_repeated", *policies],
                "category_id": ["_mark_repeated", *policies],
                **dict.fromkeys(
                    ("team_id", "kind", "severity", "contact_id", "carrier_id"), policies
                ),
                **dict.fromkeys(("tier_id", "profile_id", "picking_ids", "company_id"), policies),
                "received_at": ["_move_start"],
                "customer_answered": ["_follow_customer_answered"],
                "acknowledgement": ["_follow_acknowledgement"],
                **dict.fromkeys(
                    ("resolution_level", "external_on", "external_answered_on"),
                    ["_follow_external_dates"],
                ),
                OTHER_CUSTOMER: ["_ensure_nothing_decided"],
            },
        )
        self.assertEqual(self.Complaint._get_phase_steps(), self.PHASE_STEPS)

    def test_new_cases(self):
        taken = self._record([*self.NEW_STEPS, *self.PHASE_STEPS])
        self._case()
        self.assertEqual(taken, self.NEW_STEPS)
        taken.clear()
        self._case(stage_id=self._stage("closed").id)
        self.assertEqual(taken, [*self.PHASE_STEPS, *self.NEW_STEPS])

    def test_another_phase(self):
        case = self._case()
        taken = self._record(self.PHASE_STEPS)
        case.stage_id = self._stage("working")
        self.assertEqual(taken, self.PHASE_STEPS)
        taken.clear()
        case.stage_id = self._stage("working")
        self.assertEqual(taken, [])

    def test_another_customer(self):
        case = self._case()
        taken = self._record(["_ensure_nothing_decided", "_match_policies"])
        case.contact_id = self.person
        self.assertEqual(taken, ["_match_policies"])
        taken.clear()
        case.write({"partner_id": self._customer("Warm Foods").id, "contact_id": False})
        self.assertEqual(taken, ["_match_policies", "_ensure_nothing_decided"])

    def test_messages_are_noted_before_they_are_followed(self):
        case = self._case()
        taken = self._record(["_note_message", "_follow_message"])
        case.message_post(body=case.name, message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(taken, ["_note_message", "_follow_message"])

    def test_what_is_written_beside_it_is_followed_by_nothing(self):
        case = self._case()
        taken = self._record(
            [*self.PHASE_STEPS, *(step for step, _causes in self.Complaint._get_reactions())]
        )
        case.write({"name": "Late", "phone": "+49 30 1"})
        self.assertEqual(taken, [])


@tagged("post_install", "-at_install")
class TestComplaint(ComplaintCommon):
    def test_numbers_are_by_company_and_year(self):
        year = self.company._get_logistics_today().year
        cases = self.Complaint.create(
            [{"partner_id": self.customer.id, "company_id": self.company.id}] * 3
        )
        self.assertEqual(cases.mapped("number"), [f"C/{year}/{number:05}" for number in (1, 2, 3)])
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        elsewhere = self.Complaint.create({"company_id": other.id})
        self.assertEqual(elsewhere.number, f"C/{year}/00001")

    def test_one_batch_for_two_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        cases = self.Complaint.create(
            [{"company_id": company.id} for company in (self.company, other, self.company)]
        )
        self.assertEqual([number[-1] for number in cases.mapped("number")], ["1", "1", "2"])

    def test_a_number_given_by_hand_is_replaced(self):
        case = self._case(number="C/1999/00001")
        self.assertNotEqual(case.number, "C/1999/00001")

    def test_the_same_number_twice_is_refused(self):
        first, second = self._case(), self._case()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            second.number = first.number
            self.env.flush_all()

    def test_a_sequence_without_gaps_is_followed(self):
        sequence = self.env["ir.sequence"].search(
            [("code", "=", "logistics.complaint"), ("company_id", "=", self.company.id)]
        )
        sequence.write({"implementation": "no_gap", "prefix": "TS-", "use_date_range": False})
        cases = self.Complaint.create([{"company_id": self.company.id}] * 2)
        self.assertEqual(cases.mapped("number"), ["TS-00001", "TS-00002"])

    def test_a_company_without_sequence_says_so(self):
        self.env["ir.sequence"].search([("code", "=", "logistics.complaint")]).unlink()
        with self.assertRaisesRegex(UserError, "no sequence"):
            self._case()

    def test_a_person_named_as_customer_becomes_the_contact(self):
        case = self._case(self.person)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.person)
        self.assertEqual(case.email_from, "wang.min@cold.example.com")

    def test_a_contact_alone_brings_its_customer(self):
        case = self.Complaint.create({"contact_id": self.person.id})
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.person)

    def test_a_contact_of_another_customer_is_refused(self):
        with self.assertRaises(ValidationError):
            self._case(self._customer("Stranger"), contact_id=self.person.id)

    def test_tier_stays_as_it_was(self):
        profile = self._profile(self.customer)
        profile.sudo()._set_tier(self.vip, "score")
        case = self._case()
        profile.sudo()._set_tier(self.standard, "score")
        self.assertEqual(case.tier_id, self.vip)
        self.assertEqual(self._case().tier_id, self.standard)
        self.assertEqual(case.profile_id, profile)

    def test_profile_of_a_merged_customer_keeps_its_cases(self):
        self._profile(self.customer)
        double = self._customer("Cold Foods Ltd")
        self._profile(double)
        case = self._case(double)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + double).ids, self.customer)
        case.invalidate_recordset()
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.profile_id, self._profile_of(self.customer))

    def test_category_gives_severity_and_a_person_may_change_it(self):
        case = self._case(category_id=self.broken.id)
        self.assertEqual(case.severity, "high")
        case.severity = "low"
        self.assertEqual(case.severity, "low")

    def test_priority_comes_from_severity_and_tier(self):
        self.assertEqual(self._case(severity="medium").priority, "1")
        self._profile(self.customer).sudo()._set_tier(self.vip, "score")
        self.assertEqual(self._case(severity="medium").priority, "2")

    def test_tier_of_another_scheme_with_the_same_code_counts(self):
        scheme = self.scheme.copy({"company_id": self.company.id})
        vip = scheme.tier_ids.filtered(lambda tier: tier.code == self.vip.code)
        matrix = self.env["logistics.priority.rule"]._get_matrix()
        found = self.env["logistics.priority.rule"]._look_up(matrix, self.company, "medium", vip)
        self.assertEqual(found, "2")

    def test_rule_of_the_company_outweighs_the_shared(self):
        self.env["logistics.priority.rule"].create(
            {"severity": "low", "priority": "3", "company_id": self.company.id}
        )
        self.assertEqual(self._case(severity="low").priority, "3")

    def test_own_priority_needs_a_reason(self):
        case = self._case(severity="low")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            case.priority_override = "3"
            self.env.flush_all()

    def test_own_priority_with_a_reason_counts(self):
        case = self._case(severity="low")
        case.write({"priority_override": "3", "priority_reason": "The minister called"})
        self.assertEqual(case.priority, "3")

    def test_category_is_found_by_its_name_and_those_above(self):
        categories = self.env["logistics.complaint.category"].with_user(self.agent)
        found = {category_id for category_id, _name in categories.name_search("Goods Damaged")}
        self.assertIn(self.broken.id, found)
        self.assertIn(self.broken.parent_id.id, found)
        self.assertNotIn(self.late.id, found)
        self.assertEqual(categories.name_search("Goods Broken")[0][0], self.broken.id)

    def test_categories_stand_in_no_circle(self):
        with self.assertRaises(UserError):
            self.broken.parent_id.parent_id = self.broken

    def test_repeated_complaint_is_marked_and_one_step_more_urgent(self):
        first = self._case(category_id=self.late.id)
        second = self._case(category_id=self.late.id)
        self.assertFalse(first.is_repeated)
        self.assertTrue(second.is_repeated)
        self.assertEqual(int(second.priority), int(first.priority) + 1)

    def test_repetition_in_one_batch_is_seen(self):
        vals = {
            "partner_id": self.customer.id,
            "category_id": self.late.id,
            "company_id": self.company.id,
        }
        cases = self.Complaint.create([vals, vals])
        self.assertEqual(cases.mapped("is_repeated"), [False, True])

    def test_what_is_no_repetition(self):
        self._case(category_id=self.late.id)
        self.assertFalse(self._case(category_id=self.broken.id).is_repeated)
        self.assertFalse(self._case(self._customer("B"), category_id=self.late.id).is_repeated)
        self.assertFalse(self._case(category_id=self.late.id, kind="inquiry").is_repeated)
        other, long_ago = self._customer("C"), fields.Datetime.now() - timedelta(days=31)
        self._case(other, category_id=self.late.id, received_at=long_ago)
        self.assertFalse(self._case(other, category_id=self.late.id).is_repeated)

    def test_a_cancelled_case_is_not_repeated(self):
        self._case(category_id=self.late.id)._move_to_phase("cancelled")
        self.assertFalse(self._case(category_id=self.late.id).is_repeated)

    def test_changing_the_category_judges_anew(self):
        self._case(category_id=self.late.id)
        case = self._case(category_id=self.broken.id)
        case.category_id = self.late
        self.assertTrue(case.is_repeated)
        case.category_id = self.broken
        self.assertFalse(case.is_repeated)

    def test_team_of_the_category_else_the_first(self):
        self.assertEqual(self._case().team_id, self.team)
        claims = self.env["logistics.service.team"].create(
            {"name": "Claims", "company_id": self.company.id, "sequence": 20}
        )
        self.broken.team_id = claims
        self.assertEqual(self._case(category_id=self.broken.id).team_id, claims)

    def test_stage_of_the_team(self):
        stage = self.env["logistics.complaint.stage"].create(
            {
                "name": "Triage",
                "phase": "new",
                "sequence": 1,
                "team_ids": [Command.set(self.team.ids)],
            }
        )
        case = self._case()
        self.assertEqual(case.stage_id, stage)
        other = self.env["logistics.service.team"].create(
            {"name": "Other", "company_id": self.company.id}
        )
        case.team_id = other
        self.assertNotEqual(case.stage_id, stage)
        self.assertEqual(case.phase, "new")

    def test_kanban_shows_empty_stages(self):
        self._case()
        cases = self.Complaint.with_context(read_group_expand=True)
        groups = cases.web_read_group([], ["stage_id"], ["__count"])["groups"]
        stages = self.env["logistics.complaint.stage"].search_count([])
        self.assertEqual(len(groups), stages)

    def test_phase_drives_dates_and_reopenings(self):
        case = self._case()
        case.stage_id = self._stage("resolved")
        self.assertTrue(case.resolved_at)
        self.assertFalse(case.closed_at)
        resolved = case.resolved_at
        case.stage_id = self._stage("closed")
        self.assertTrue(case.closed_at)
        self.assertEqual(case.resolved_at, resolved)
        case.stage_id = self._stage("working")
        self.assertEqual(case.reopen_count, 1)
        self.assertFalse(case.closed_at or case.resolved_at)
        case.stage_id = self._stage("cancelled")
        case.stage_id = self._stage("working")
        self.assertEqual(case.reopen_count, 1, "taking back a cancellation is no reopening")

    def test_a_stage_that_changes_its_meaning_changes_its_cases(self):
        stage = self._stage("working").copy({"name": "Checking"})
        case = self._case(stage_id=stage.id)
        stage.phase = "waiting_third"
        self.assertEqual(case.phase, "waiting_third")
        self.assertTrue(
            self.Complaint.search([("phase", "=", "waiting_third"), ("id", "=", case.id)])
        )

    def test_open_can_be_searched(self):
        opened, closed = self._case(), self._case()
        closed._move_to_phase("closed")
        both = [("id", "in", (opened + closed).ids)]
        self.assertEqual(self.Complaint.search([("is_open", "=", True), *both]), opened)
        self.assertEqual(self.Complaint.search([("is_open", "=", False), *both]), closed)

    def test_value_affected_follows_the_order(self):
        order = self._order(self.customer, amount=80, qty=4)
        case = self._case(
            order_ids=[Command.set(order.ids)],
            line_ids=[Command.create({"product_id": self.product.id, "quantity": 3})],
        )
        self.assertEqual(case.line_ids.value_affected, 60)
        self.assertEqual(case.value_affected, 60)
        case.line_ids.value_affected = 50
        self.assertEqual(case.value_affected, 50)

    def test_promise_and_events_of_the_delivery(self):
        order = self._order(self.customer)
        picking = self._deliver(order)
        self.env["logistics.shipment.event"].create(
            [
                {"picking_id": picking.id, "kind": kind, "happened_at": self._days_ago(days)}
                for kind, days in (("in_transit", 3), ("problem", 1))
            ]
        )
        case = self._case(picking_ids=[Command.set(picking.ids)])
        self.assertEqual(case.promised_date, order.promised_date)
        self.assertEqual(case.event_ids.mapped("kind")[:2], ["problem", "in_transit"])

    def test_earlier_cases_and_counts(self):
        first, second = self._case(), self._case()
        first._move_to_phase("closed")
        third = self._case()
        self.assertEqual(third.earlier_ids, second + first)
        self.assertEqual((third.customer_case_count, third.customer_open_count), (3, 2))
        profile = self._profile(self.customer)
        self.assertEqual((profile.complaint_count, profile.open_complaint_count), (3, 2))

    def test_duplicates_are_of_the_same_matter(self):
        order = self._order(self.customer)
        by_order = self._case(order_ids=[Command.set(order.ids)], category_id=self.late.id)
        old = self._case(
            category_id=self.broken.id, received_at=fields.Datetime.now() - timedelta(days=40)
        )
        old._move_to_phase("closed")
        self._case(self._customer("Other"), category_id=self.broken.id)
        case = self._case(category_id=self.broken.id, order_ids=[Command.set(order.ids)])
        self.assertEqual(case.duplicate_ids, by_order)
        old._move_to_phase("working")
        case.invalidate_recordset()
        self.assertEqual(case.duplicate_ids, by_order + old)

    def test_reopened_by_hand_in_time_or_taken_up_by_another(self):
        case = self._case(category_id=self.broken.id, channel="letter", description="<p>Broken</p>")
        case._move_to_phase("cancelled")
        case = case.with_user(self.agent)
        days = self.company.logistics_reopen_days
        case.sudo().closed_at = fields.Datetime.now() - timedelta(days=days - 1)
        case.action_reopen()
        self.assertEqual(case.phase, "working")
        case.sudo()._move_to_phase("cancelled")
        case.sudo().closed_at = fields.Datetime.now() - timedelta(days=days + 1)
        with self.assertRaisesRegex(UserError, "closed more than"):
            case.stage_id = self._stage("working")
        action = case.action_reopen()
        self.assertEqual(case.phase, "cancelled")
        follow_up = self.Complaint.browse(action["res_id"])
        self.assertEqual((follow_up.previous_id, follow_up.phase), (case, "new"))
        self.assertEqual((follow_up.channel, follow_up.description), ("letter", "<p>Broken</p>"))
        self.assertEqual(follow_up.partner_id, case.partner_id)
        self.assertIn(follow_up.number, case.message_ids[:1].body)

    def test_two_agents_take_one_case(self):
        case = self._case()
        case.with_user(self.agent).action_take()
        self.assertEqual(case.user_id, self.agent)
        with self.assertRaisesRegex(UserError, "already has"):
            case.with_user(self.supervisor).action_take()

    def test_form_of_an_agent(self):
        form = Form(self.Complaint.with_user(self.agent).with_company(self.company))
        form.partner_id = self.customer
        form.category_id = self.broken
        self.assertEqual(form.severity, "high")
        case = form.save()
        self.assertEqual(case.name, "Goods Broken")
        self.assertEqual(case.team_id, self.team)

    def test_agents_keep_cases_and_managers_may_delete(self):
        case = self._case()
        with self.assertRaises(AccessError):
            case.with_user(self.agent).unlink()
        case.with_user(self.manager).unlink()
        self.assertFalse(case.exists())
