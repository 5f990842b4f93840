from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import MODULE
from .common import ResolutionCommon

GIVEN = ("approved", "executed")


@tagged("post_install", "-at_install")
class TestAuthority(ResolutionCommon):
    """Whatever way is tried, nothing is decided beyond the authority of who decides."""

    def _assert_refused(self, compensation, user, error=UserError):
        with self.assertRaises(error):
            compensation.with_user(user).action_approve()
        self.env.invalidate_all()
        self.assertNotIn(compensation.state, GIVEN)

    # --- who may decide what

    def test_within_the_authority(self):
        compensation = self._proposed(150)
        self.assertEqual(compensation.asked_user_id, self.agent, "within the own authority")
        compensation.action_approve()
        self.assertEqual((compensation.state, compensation.approver_id), ("approved", self.agent))
        self.assertEqual(compensation.authority_id, self.of_agents)

    def test_beyond_the_authority(self):
        compensation = self._proposed(200.01)
        self._assert_refused(compensation, self.agent)
        self.assertEqual(compensation.asked_user_id, self.supervisor)
        self.assertEqual(compensation.activity_ids.user_id, self.supervisor)
        compensation.with_user(self.supervisor).action_approve()
        self.assertEqual(compensation.state, "approved")
        self.assertFalse(compensation.activity_ids)

    def test_own_proposal(self):
        """Nobody approves the own proposal beyond what the rule allows for own ones."""
        compensation = self._proposed(1000, user=self.supervisor)
        self.assertEqual(compensation.asked_user_id, self.manager)
        self._assert_refused(compensation, self.supervisor)
        compensation.with_user(self.manager).action_approve()

    def test_own_draft_that_somebody_else_proposes(self):
        """Put forward by another, or begun by another, it is no less one's own."""
        written = self._compensation(1000, user=self.supervisor)
        written.with_user(self.agent).action_propose()
        self._assert_refused(written, self.supervisor)
        changed = self._compensation(10, user=self.agent, case=self._case())
        changed.with_user(self.supervisor).amount = 1000
        changed.action_propose()
        self._assert_refused(changed, self.supervisor)

    def test_own_proposal_through_its_goods(self):
        compensation = self._compensation(0, kind="replacement", case=self._case(line_ids=[]))
        self.env["logistics.compensation.line"].with_user(self.supervisor).create(
            {
                "compensation_id": compensation.id,
                "product_id": self.product.id,
                "quantity": 10,
            }
        )
        compensation.action_propose()
        self.assertEqual(compensation.amount_company, 1000)
        self._assert_refused(compensation, self.supervisor)

    def test_nobody_has_enough(self):
        compensation = self._proposed(30000)
        self.assertFalse(compensation.asked_user_id)
        for user in (self.agent, self.supervisor, self.manager):
            self._assert_refused(compensation, user)
        head = self._new_user("head", "group_manager")
        self._authority(head, is_unlimited=True)
        compensation.with_user(head).action_approve()
        self.assertEqual(compensation.state, "approved")

    def test_person_outweighs_group_and_greater_group_the_smaller(self):
        self._authority(self.supervisor, 10, 10)
        self._assert_refused(self._proposed(50), self.supervisor)
        self._assert_refused(self._proposed(25000), self.manager)
        # of the groups that one is in, those included in others do not count
        self.of_managers.amount_case = 5
        self._assert_refused(self._proposed(50), self.manager)

    def test_category_and_kind(self):
        self._authority("group_supervisor", 50, 50, category_id=self.damage.id)
        self._assert_refused(self._proposed(100), self.supervisor)
        elsewhere = self._case(category_id=self.env.ref(f"{MODULE}.complaint_category_price").id)
        self._proposed(100, case=elsewhere).with_user(self.supervisor).action_approve()
        self._authority("group_supervisor", 1, 1, kind="goodwill")
        other = self._case(category_id=elsewhere.category_id.id)
        self._assert_refused(self._proposed(20, case=other, kind="goodwill"), self.supervisor)

    def test_without_a_rule_nobody_decides(self):
        self.Authority.search([]).unlink()
        self._assert_refused(self._proposed(1), self.manager)

    def test_clerk_cannot_reach_compensations(self):
        clerk = self._new_user("clerk", "base.group_user")
        self._assert_refused(self._proposed(1), clerk, AccessError)

    def test_nobody_below_the_general_manager_sets_authority(self):
        for user in (self.agent, self.supervisor, self.manager):
            with self.assertRaises(AccessError):
                self.of_agents.with_user(user).amount_case = 10**6
            with self.assertRaises(AccessError):
                self.Authority.with_user(user).create({"user_id": user.id, "is_unlimited": True})

    # --- sums

    def test_compensations_of_a_case_count_together(self):
        self._approved(150, by=self.agent)
        second = self._proposed(60, kind="goodwill")
        self._assert_refused(second, self.agent)
        second.with_user(self.supervisor).action_approve()

    def test_split_cases_count_together(self):
        for _number in range(5):
            self._approved(100, case=self._case(), by=self.agent)
        sixth = self._proposed(1, case=self._case())
        self._assert_refused(sixth, self.agent)
        self.assertEqual(sixth.asked_user_id, self.supervisor)

    def test_contacts_of_a_customer_are_the_customer(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"P{index}", "parent_id": self.customer.id} for index in range(3)]
        )
        for contact in contacts:
            self._approved(160, case=self._case(contact), by=self.agent)
        self._assert_refused(self._proposed(160, case=self._case()), self.agent)

    def test_period_passes(self):
        for _number in range(5):
            self._approved(100, case=self._case(), by=self.agent)
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self._approved(100, case=self._case(), by=self.agent)

    def test_what_a_merged_customer_was_given_counts(self):
        """Two entries of one customer are one customer to whoever decides."""
        double = self._customer("Lumina Ltd")
        case = self._case(double)
        given = self._approved(300, case=case)
        notice = self.env["logistics.notice"].create(
            {
                "occasion": "missed",
                "company_id": self.company.id,
                "partner_id": double.id,
                "happened_at": fields.Datetime.now(),
            }
        )
        delivery = self.order.picking_ids
        exception = self.env["logistics.exception"].create(
            {
                "picking_id": delivery.id,
                "kind": "late",
                "company_id": self.company.id,
                "partner_id": double.id,
            }
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + double).ids, self.customer)
        self.env.invalidate_all()
        self.assertFalse(double.exists())
        for record in (case, given, notice, exception):
            self.assertEqual(record.partner_id, self.customer, record._name)
        more = self._proposed(150)
        self.assertEqual(more._get_exposure([30]).by_days[30], 450)

    def test_merged_cases_count_as_one(self):
        other = self._case()
        self._approved(150, case=other, by=self.agent)
        other.merged_into_id = self.case
        self._assert_refused(self._proposed(60), self.agent)

    def test_refused_and_cancelled_do_not_count(self):
        self._proposed(150).with_user(self.supervisor)._refuse("no")
        self._approved(150, by=self.agent).action_cancel()
        self._approved(150, by=self.agent)

    def test_both_of_one_call_are_summed(self):
        both = self._proposed(150) + self._proposed(150)
        with self.assertRaises(UserError):
            both.action_approve()
        self.assertEqual(both.mapped("state"), ["proposed", "proposed"])

    # --- writing around the methods

    def test_rpc_write(self):
        compensation = self._proposed(1000)
        for user in (self.agent, self.manager):
            record = compensation.with_user(user)
            for vals in (
                {"state": "approved"},
                {"approver_id": self.manager.id},
                {"decided_at": fields.Datetime.now()},
                {"amount_company": 1},
                {"category_id": False},
                {"author_id": self.manager.id},
                {"proposer_id": self.manager.id},
                {"computed_amount": 10**6},
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    record.write(vals)
        self.assertEqual(compensation.state, "proposed")

    def test_rpc_context(self):
        """No context that can be sent opens what the methods alone write."""
        compensation = self._proposed(1000)
        for key in (True, 1, "object", {"a": 1}):
            record = compensation.with_context(logistics_by_method=key)
            with self.assertRaises(AccessError):
                record.write({"state": "approved"})

    def test_rpc_create(self):
        for vals in ({"state": "approved"}, {"approver_id": self.manager.id}, {"move_id": 1}):
            with self.assertRaises(AccessError):
                self._compensation(1000, **vals)

    def test_defaults_decide_nothing(self):
        self.env["ir.default"].set(
            "logistics.compensation", "state", "approved", user_id=self.agent.id
        )
        self.env["ir.default"].set(
            "logistics.compensation", "partner_id", self.company.partner_id.id
        )
        self.env["ir.default"].set("logistics.compensation", "amount_company", 1)
        agent = self.agent
        compensation = (
            self.Compensation.with_user(agent)
            .with_context(
                default_state="approved",
                default_approver_id=agent.id,
                default_decided_at="2026-01-01 00:00:00",
                default_author_id=self.manager.id,
            )
            .create({"complaint_id": self.case.id, "amount": 1000})
        )
        self.assertEqual(
            (compensation.state, compensation.approver_id, compensation.author_id),
            ("draft", self.env["res.users"], agent),
        )
        self.assertEqual(
            (compensation.partner_id, compensation.amount_company), (self.customer, 1000)
        )

    def test_import(self):
        rows = self.Compensation.with_user(self.agent).load(
            ["complaint_id/.id", "kind", "amount", "state"],
            [[str(self.case.id), "Refund", "1000", "Approved"]],
        )
        self.assertFalse(rows["ids"])
        self.assertTrue(rows["messages"])
        compensation = self._proposed(1000)
        rows = self.Compensation.with_user(self.agent).load(
            [".id", "state"], [[str(compensation.id), "Approved"]]
        )
        self.assertFalse(rows["ids"])
        rows = self.Compensation.with_user(self.agent).load(
            [".id", "amount"], [[str(compensation.id), "1"]]
        )
        self.assertFalse(rows["ids"])
        self.assertEqual((compensation.state, compensation.amount), ("proposed", 1000))

    def test_through_the_case(self):
        compensation = self._proposed(1000)
        for command in (
            Command.update(compensation.id, {"state": "approved"}),
            Command.create({"kind": "refund", "state": "approved", "amount": 9}),
        ):
            with self.assertRaises(AccessError):
                self.case.with_user(self.agent).write({"compensation_ids": [command]})

    def test_editing_after_approval(self):
        compensation = self._approved(100, by=self.agent)
        other = self._case()
        currency = self.env.ref("base.JPY")
        for vals in (
            {"amount": 1000},
            {"kind": "payment"},
            {"currency_id": currency.id},
            {"complaint_id": other.id},
            {"basis_value": 5},
            {"invoice_id": False},
        ):
            for user in (self.agent, self.manager):
                with self.subTest(vals=vals), self.assertRaises(UserError):
                    compensation.with_user(user).write(vals)
        with self.assertRaises(UserError):
            compensation.unlink()
        with self.assertRaises(UserError):
            compensation.action_back_to_draft()

    def test_goods_after_approval(self):
        compensation = self._approved(0, kind="replacement")
        self.assertEqual(compensation.amount_company, 200)
        line = compensation.line_ids
        with self.assertRaises(UserError):
            line.with_user(self.agent).quantity = 100
        with self.assertRaises(UserError):
            line.with_user(self.agent).unlink()
        with self.assertRaises(UserError):
            line.with_user(self.agent).copy()
        draft = self._compensation(0, kind="replacement", case=self._case())
        with self.assertRaises(UserError):
            draft.line_ids.with_user(self.agent).compensation_id = compensation

    def test_goods_count_with_their_price(self):
        compensation = self._compensation(1, kind="replacement")
        self.assertEqual(compensation.line_ids.value, 200)
        compensation.line_ids.value = 1
        compensation.amount = 1
        compensation.line_ids.quantity = 3
        compensation.amount = 1
        compensation.action_propose()
        self.assertEqual(compensation.amount_company, 300)
        self._assert_refused(compensation, self.agent)

    def test_customer_of_the_case_after_proposal(self):
        self._approved(150, by=self.agent)
        other = self._customer("Other")
        contact = self.env["res.partner"].create({"name": "P", "parent_id": other.id})
        for vals in ({"partner_id": other.id}, {"contact_id": contact.id}):
            with self.assertRaises(UserError):
                self.case.with_user(self.agent).write(vals)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(UserError):
            self.case.company_id = company
        self.case.with_user(self.agent).write({"partner_id": self.customer.id})

    def test_category_of_the_case_after_proposal(self):
        """Authority goes by the category at the time of the proposal."""
        self._authority("group_supervisor", 50, 50, category_id=self.damage.id)
        compensation = self._proposed(100)
        self.case.with_user(self.supervisor).category_id = self.env.ref(
            f"{MODULE}.complaint_category_price"
        )
        self._assert_refused(compensation, self.supervisor)

    # --- currencies

    def _foreign(self, rate):
        currency = self.env["res.currency"].create({"name": "XTC", "symbol": "X"})
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": rate,
                "name": fields.Date.today() - timedelta(days=1),
                "company_id": self.company.id,
            }
        )
        return currency

    def test_currency(self):
        """150 of a currency worth four times as much are 600."""
        dear = self._foreign(0.25)
        compensation = self._proposed(150, currency_id=dear.id)
        self.assertEqual(compensation.amount_company, 600)
        self._assert_refused(compensation, self.agent)

    def test_rate_changes_between_proposal_and_approval(self):
        currency = self._foreign(1)
        compensation = self._proposed(150, currency_id=currency.id)
        currency.rate_ids.rate = 0.25
        self._assert_refused(compensation, self.agent)
        compensation.with_user(self.supervisor).action_approve()
        self.assertEqual(compensation.amount_company, 600)
        currency.rate_ids.rate = 4
        self.assertEqual(compensation.amount_company, 600, "fixed on the day of the decision")

    def test_limits_in_another_currency(self):
        self.of_agents.currency_id = self._foreign(4)  # 200 of it are 50
        self._assert_refused(self._proposed(60), self.agent)
        self._approved(50, case=self._case(), by=self.agent)

    # --- companies

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._new_user("foreign", "group_manager", company=company)
        self._assert_refused(self._proposed(10), foreign, AccessError)
        self.of_managers.company_id = company
        compensation = self._proposed(3000)
        self._assert_refused(compensation, self.manager)

    # --- the way of a proposal

    def test_proposal_needs_a_reason_for_more_than_the_standard(self):
        compensation = self._compensation(5000)
        compensation.amount_reason = False
        with self.assertRaises(UserError):
            compensation.action_propose()

    def test_refusal_and_taking_up_again(self):
        compensation = self._proposed(1000)
        with self.assertRaises(UserError):
            compensation._refuse("I may not")
        compensation.with_user(self.supervisor)._refuse("Not proven")
        self.assertEqual(
            (compensation.state, compensation.refusal_reason), ("refused", "Not proven")
        )
        compensation.action_back_to_draft()
        compensation.amount = 100
        compensation.action_propose()
        compensation.action_approve()
        self.assertEqual(compensation.approver_id, self.agent)

    def test_asked_is_who_has_least_to_decide(self):
        second = self._new_user("second", "group_supervisor")
        asked = [self._proposed(300, case=self._case()).asked_user_id for _number in range(4)]
        self.assertEqual(asked, [self.supervisor, second, self.supervisor, second])

    def test_form(self):
        form = Form(self.Compensation.with_user(self.agent))
        form.complaint_id = self.case
        form.amount = 50
        compensation = form.save()
        self.assertEqual((compensation.state, compensation.amount), ("draft", 50))
        compensation.action_propose()
        self.assertTrue(compensation.may_decide)
        self.assertTrue(compensation.with_user(self.supervisor).may_decide)
